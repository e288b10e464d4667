import { expect, test } from 'vitest'
import { amountsOf, balancesOf, codesOf, parseCsv } from './parse.ts'

const header = 'Date;Description;Amount;Balance'

test('balances beside the lines give both ends of the statement, oldest line first', () => {
  const file = parseCsv([header, '2024-01-30;a;-10,00;90,00', '2024-01-31;b;5,00;95,00'])
  expect(balancesOf(file)).toEqual(['opening 100.00 computed', 'closing 95.00 stated'])
  expect(file.statements[0]?.checkpoints[1]?.on).toBe('2024-01-31')
})

test('balances beside the lines give both ends of the statement, newest line first', () => {
  const file = parseCsv([header, '2024-01-31;b;5,00;95,00', '2024-01-30;a;-10,00;90,00'])
  expect(balancesOf(file)).toEqual(['opening 100.00 computed', 'closing 95.00 stated'])
})

test('balances may stand before their line', () => {
  const rows = ['2024-01-29;a;-10,00;100,00', '2024-01-30;b;5,00;90,00', '2024-01-31;c;1,00;95,00']
  expect(balancesOf(parseCsv([header, ...rows]))).toEqual([
    'opening 100.00 stated',
    'closing 96.00 computed',
  ])
})

test('balances prove which amounts go out where nothing else tells', () => {
  const rows = ['2024-01-29;a;10,00;90,00', '2024-01-30;b;5,00;85,00', '2024-01-31;c;-15,00;100,00']
  const file = parseCsv([header, ...rows])
  expect(amountsOf(file)).toEqual(['-10.00', '-5.00', '15.00'])
  expect(file.layout?.isInverted).toBe(true)
})

test('balances tell the amounts from the balances in a file without header', () => {
  const rows = [
    '2024-01-29;Shop in Ghent;100,00;-10,00;90,00',
    '2024-01-30;Shop in Liege;100,00;5,00;95,00',
    '2024-01-31;Shop in Mons;100,00;-1,00;94,00',
  ]
  const file = parseCsv(rows)
  expect(amountsOf(file)).toEqual(['-10.00', '5.00', '-1.00'])
  expect(balancesOf(file)).toEqual(['opening 100.00 computed', 'closing 94.00 stated'])
})

test('a line that was taken out of a file with balances is noticed, with its place', () => {
  const rows = [
    '2024-01-27;a;-10,00;90,00',
    '2024-01-28;b;5,00;95,00',
    '2024-01-29;c;5,00;100,00',
    '2024-01-30;d;1,00;101,00',
    '2024-01-31;f;1,00;103,00',
  ]
  const [told] = parseCsv([header, ...rows]).statements[0]?.problems ?? []
  expect(told).toMatchObject({
    code: 'balance_mismatch',
    severity: 'error',
    params: {
      opening: '101.00',
      sum: '1.00',
      reached: '102.00',
      closing: '103.00',
      difference: '1.00',
    },
    position: { line: 6 },
  })
})

test('balances that never follow from the amounts warn and refuse nothing', () => {
  const rows = [
    '2024-01-29;a;-10,00;100,00',
    '2024-01-30;b;-5,00;100,00',
    '2024-01-31;c;1,00;100,00',
  ]
  const file = parseCsv([header, ...rows])
  expect(file.statements[0]?.problems).toMatchObject([
    { code: 'balance_mismatch', severity: 'warning' },
  ])
  expect(balancesOf(file)).toEqual([])
})

test('a balance is not needed in every row', () => {
  const rows = [
    '2024-01-29;a;-10,00;',
    '2024-01-29;b;-5,00;85,00',
    '2024-01-30;c;1,00;',
    '2024-01-31;d;1,00;87,00',
  ]
  expect(balancesOf(parseCsv([header, ...rows]))).toEqual([
    'opening 100.00 computed',
    'closing 87.00 stated',
  ])
})

test('each account has its own balances', () => {
  const file = parseCsv([
    'Account;Date;Amount;Balance;Currency',
    'BE68539007547034;2024-01-29;-10,00;90,00;EUR',
    'BE71096123456769;2024-01-29;-1,00;9,00;EUR',
    'BE68539007547034;2024-01-30;5,00;95,00;EUR',
    'BE71096123456769;2024-01-30;2,00;11,00;EUR',
  ])
  expect(file.statements.map(({ account }) => account?.number)).toEqual([
    'BE68539007547034',
    'BE71096123456769',
  ])
  expect(balancesOf(file)).toEqual([
    'opening 100.00 computed',
    'closing 95.00 stated',
    'opening 10.00 computed',
    'closing 11.00 stated',
  ])
})

test('a list of balances gives the last one and no line', () => {
  const file = parseCsv(['Datum;Boeksaldo', '2024-01-31;13,20', '2024-01-30;12,00'])
  expect(balancesOf(file)).toEqual(['closing 13.20 stated'])
  expect(amountsOf(file)).toEqual([])
  expect(file.statements[0]?.problems).toMatchObject([{ code: 'nothing_to_import' }])
})

test('a row that names a balance is the balance, not a line', () => {
  const rows = ['2024-01-01;Saldo anterior;100,00', '2024-01-02;Shop;-10,00']
  const file = parseCsv(['Data;Histórico;Valor', ...rows])
  expect(amountsOf(file)).toEqual(['-10.00'])
  expect(balancesOf(file)).toEqual(['opening 100.00 stated'])
})

test('a payment of the balance of an invoice is a line', () => {
  const file = parseCsv(['Datum;Omschrijving;Bedrag', '31/01/2024;Saldo factuur 12;-10,00'])
  expect(amountsOf(file)).toEqual(['-10.00'])
  expect(codesOf(file)).toEqual([])
})

test('a balance stated above the lines proves the line that no balance beside it can prove', () => {
  const rows = (first: string) => [
    'Opening balance;100,00',
    header,
    `2024-01-29;a;${first};90,00`,
    '2024-01-30;b;5,00;95,00',
    '2024-01-31;c;1,00;96,00',
  ]
  expect(codesOf(parseCsv(rows('-10,00')))).toEqual([])
  expect(codesOf(parseCsv(rows('10,00')))).toEqual(['balance_mismatch'])
})

test('on a single day, amounts without signs go out rather than balances stand before their line', () => {
  const rows = ['2024-01-31;a;10,00;90,00', '2024-01-31;b;5,00;85,00', '2024-01-31;c;1,00;84,00']
  for (const all of [rows, rows.toReversed()]) {
    const file = parseCsv([header, ...all])
    expect(file.statements[0]?.sum).toBe('-16.00')
    expect(balancesOf(file)).toEqual(['opening 100.00 computed', 'closing 84.00 stated'])
  }
})

test('a balance that does not follow is told in the order of time, also where the newest row comes first', () => {
  const file = parseCsv([
    'Date,Description,Amount,Balance',
    '2024-01-31,a,-10.00,90.00',
    '2024-01-30,b,-5.00,100.00',
    '2024-01-29,c,-5.00,99.00',
  ])
  const [told] = file.statements[0]?.problems ?? []
  expect(told).toMatchObject({
    code: 'balance_mismatch',
    params: {
      opening: '99.00',
      sum: '-5.00',
      reached: '94.00',
      closing: '100.00',
      difference: '6.00',
    },
  })
})
