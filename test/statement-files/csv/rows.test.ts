import { expect, test } from 'vitest'
import { amountsOf, balancesOf, codesOf, parseCsv } from './parse.ts'

const skippedOf = (file: ReturnType<typeof parseCsv>) =>
  file.problems.flatMap(({ code, params }) =>
    code === 'rows_skipped' ? [`${String(params['n'])} ${String(params['reason'])}`] : [],
  )

test('rows that were refused or are not booked yet are left out, and counted', () => {
  const file = parseCsv([
    'Date;Amount;Status',
    '2024-01-31;-1,00;Accepté',
    ';-500,00;Refusé',
    '2024-01-31;-2,00;Pending',
    '2024-01-31;-3,00;Geweigerd',
  ])
  expect(amountsOf(file)).toEqual(['-1.00'])
  expect(skippedOf(file)).toEqual(['2 refused', '1 pending'])
})

test('rows without a day or without an amount are left out, and counted', () => {
  const file = parseCsv([
    'Date;Description;Amount',
    '2024-01-31;Shop;-1,00',
    ';Total;-1,00',
    '2024-01-31;Opening balance;',
    'End of the list;;',
  ])
  expect(amountsOf(file)).toEqual(['-1.00'])
  expect(skippedOf(file)).toEqual(['1 no_date', '1 summary', '1 footer'])
  expect(codesOf(file)).toEqual([])
})

test('notices of nothing are kept', () => {
  const file = parseCsv(['Date;Description;Amount', '2024-01-31;Notice;0', '2024-01-31;b;-1,00'])
  expect(amountsOf(file)).toEqual(['0.00', '-1.00'])
})

test('a row with nothing but text continues the line above', () => {
  const file = parseCsv([
    'Date,Description,Withdrawals,Deposits',
    '31/01/2024,CARD PAYMENT,6.66,',
    ',SHOP IN GHENT,,',
    '31/01/2024,WAGES,,10.00',
  ])
  expect(file.statements[0]?.lines.map(({ text }) => text)).toEqual([
    'CARD PAYMENT SHOP IN GHENT',
    'WAGES',
  ])
})

test('an amount that cannot be read refuses the statement and is quoted with its line', () => {
  const file = parseCsv(['Date,Amount', '2024-01-30,100.00', '2024-01-31,12..34'])
  expect(file.statements[0]?.problems).toMatchObject([
    { code: 'bad_amount', severity: 'error', params: { text: '12..34' }, position: { line: 3 } },
  ])
  expect(amountsOf(file)).toEqual(['100.00'])
})

test.each(['31/02/2024', '2024-02-30', '99/99/2024', 'yesterday'])(
  'a day that does not exist is told with its line: %s',
  (day) => {
    const file = parseCsv(['Date,Amount', '31/01/2024,1.50', '30/01/2024,2.50', `${day},-2.50`])
    expect(file.statements[0]?.problems).toMatchObject([
      { code: 'bad_date', params: { text: day, what: 'booking' }, position: { line: 4 } },
    ])
    expect(file.statements[0]?.lines[2]).toMatchObject({ bookedOn: null, amount: '-2.50' })
  },
)

test('a value date that does not exist is told too', () => {
  const file = parseCsv([
    'Date;Value date;Amount',
    '31/01/2024;30/02/2024;-1,00',
    '30/01/2024;31/01/2024;-1,00',
  ])
  expect(file.statements[0]?.problems).toMatchObject([
    { code: 'bad_date', params: { text: '30/02/2024', what: 'value' } },
  ])
})

test('a row with more cells than the table is told, because its amounts may have moved', () => {
  const file = parseCsv(['Date,Text,Amount,Note', '2024-01-31,a,-1.00,', '2024-01-31,a,b,-1.00,c'])
  expect(codesOf(file)).toEqual(['malformed'])
  expect(file.statements[0]?.problems[0]).toMatchObject({
    params: { reason: 'columns' },
    position: { line: 3 },
  })
})

test('a row that is broken before its amount is told', () => {
  const file = parseCsv([
    'Date;Text;Note;Amount',
    '2024-01-31;a;b;-1,00',
    '2024-01-31;a',
    'b;c;-1,00',
  ])
  expect(codesOf(file)).toContain('malformed')
})

test('a line break inside a row never costs a line or a part of an amount in silence', () => {
  const row = '2024-01-31;b;-1.250,00;EUR;1.346,60'
  for (let at = 12; at < row.length - 8; at += 1) {
    const broken = `${row.slice(0, at)}\n${row.slice(at)}`
    const file = parseCsv([
      'Date;Text;Amount;Currency;Balance',
      '2024-01-30;a;-1,00;EUR;2.596,60',
      broken,
      '2024-01-31;c;1,00;EUR;1.347,60',
    ])
    const isWhole = amountsOf(file).join(' ') === '-1.00 -1250.00 1.00'
    expect([broken, isWhole || codesOf(file).length > 0]).toEqual([broken, true])
  }
})

test('empty cells behind the last column mean nothing', () => {
  const file = parseCsv(['Date,Text,Amount', '2024-01-31,a,-1.00,', '2024-01-31,b,-2.00,,'])
  expect(codesOf(file)).toEqual([])
  expect(amountsOf(file)).toEqual(['-1.00', '-2.00'])
})

test('a quotation mark that is never closed refuses the file, with the line it stands in', () => {
  const file = parseCsv([
    'Date,Text,Amount',
    '2024-01-31,a,-1.00',
    '2024-01-31,"b,-1.00',
    '2024-01-31,c,-1.00',
  ])
  expect(file.problems).toMatchObject([
    { code: 'malformed', params: { reason: 'quote' }, position: { line: 3 } },
  ])
})

test.each([
  '2024-01-30;a;-1,00\n2024-01-31;b;',
  '2024-01-30;a;-1,00\n2024-01-31;b;-12,5',
  '2024-01-30;a;-1,00\n2024-01-31;b',
])('a last line that was cut off is noticed: %j', (rows) => {
  const codes = codesOf(parseCsv(`Date;Text;Amount\n${rows}`))
  expect(codes.some((code) => code === 'truncated' || code === 'malformed')).toBe(true)
})

test('a whole last line may lack its end', () => {
  expect(codesOf(parseCsv('Date;Text;Amount\n2024-01-30;a;-1,00\n2024-01-31;b;-1,50'))).toEqual([])
})

test.each([
  'Date;Text;Debit;Credit\n2024-01-30;a;;1,00\n2024-01-31;b;1,50;',
  'Date;Text;Amount\n2024-01-30;a;-1,00\n2024-01-31;b;-1,50\nThank you for your visit;',
])('the last row is whole where nothing of it is missing: %j', (text) => {
  expect(codesOf(parseCsv(text))).toEqual([])
})

test('lines carry their place and, the first of them, their row as written', () => {
  const file = parseCsv(
    ['Date;Text;Amount', '2024-01-30;"a;""b""\nc";-1,00', '2024-01-31;d;-1,50'],
    {
      rawLines: 1,
    },
  )
  const lines = file.statements[0]?.lines ?? []
  expect(lines[0]).toMatchObject({ position: { line: 2 }, raw: '2024-01-30;a;"b"\nc;-1,00' })
  expect(lines[0]?.text).toBe('a;"b" c')
  expect(lines[1]?.position).toEqual({ line: 4 })
  expect(lines[1]?.raw).toBeUndefined()
})

test('structured references are found in their column and in texts', () => {
  const file = parseCsv([
    'Date;Amount;Text;Gestructureerde mededeling',
    '2024-01-30;-1,00;pay;+++240/2838/42818+++',
    '2024-01-31;-1,50;pay ***240/2838/42818***;',
  ])
  expect(file.statements[0]?.lines.map(({ reference }) => reference)).toEqual([
    '240283842818',
    '240283842818',
  ])
})

test('lines of several accounts and currencies go to a statement each', () => {
  const file = parseCsv([
    'Date;Account;Currency;Amount',
    '2024-01-30;BE68539007547034;EUR;-1,00',
    '2024-01-30;BE68539007547034;USD;-2,00',
    '2024-01-31;BE68539007547034;EUR;-3,00',
  ])
  expect(file.statements.map(({ currency, sum }) => `${currency ?? ''} ${sum}`)).toEqual([
    'EUR -4.00',
    'USD -2.00',
  ])
})

test('an account that is missing in some rows belongs to the other side', () => {
  const file = parseCsv([
    'Date;Compte;Montant',
    '2024-01-30;-;-1,00',
    '2024-01-31;BE43966258584001;-2,00',
  ])
  expect(file.statements).toHaveLength(1)
  expect(file.statements[0]?.lines[1]?.counterpartyAccount).toBe('BE43966258584001')
})

test('names of columns never reach the prototype of an object', () => {
  const file = parseCsv(['Date;__proto__;constructor;Amount', '2024-01-31;a;b;-1,00'])
  expect(amountsOf(file)).toEqual(['-1.00'])
})

test('a header without rows is a statement without lines', () => {
  const file = parseCsv(['Date;Description;Amount'])
  expect(file.statements[0]?.problems).toMatchObject([{ code: 'nothing_to_import' }])
})

test('a row whose cells moved is told, not left out', () => {
  const header = 'Account;Date;Text;Amount'
  const rows = ['BE68539007547034;30/01/2024;a;-1,00', 'BE68539007547034;31/01/2024;b;-2,00']
  const moved = parseCsv([header, ...rows, `;${rows[0] ?? ''}`])
  expect(codesOf(moved)).toEqual(['malformed'])
  const runTogether = parseCsv([header, ...rows, 'BE6853900754703430/01/2024;a;-1,00'])
  expect(codesOf(runTogether)).toEqual(['malformed'])
})

test('an account whose balances go on where another one stopped is a wrong number', () => {
  const file = parseCsv([
    'Account;Date;Amount;Balance',
    'BE68539007547034;2024-01-29;-10,00;90,00',
    'BE68539007547034;2024-01-30;5,00;95,00',
    'BE68539007547035;2024-01-31;1,00;96,00',
  ])
  expect(file.problems).toMatchObject([
    { code: 'malformed', severity: 'error', params: { reason: 'account' }, position: { line: 4 } },
  ])
})

test('a row of more columns than any bank has refuses the file', () => {
  const names = Array.from({ length: 600 }, (_, index) => `Amount ${index}`)
  expect(
    codesOf(parseCsv([['Date', ...names].join(';'), '2024-01-31;1,00'], { csv: { headerRow: 1 } })),
  ).toEqual(['malformed'])
})

test('account numbers that all differ are those of the other side', () => {
  const file = parseCsv([
    'Kontonummer:;DE89370400440532013000',
    'Buchungstag;Kontonummer;Betrag',
    '30.01.2024;DE02120300000000202051;-1,00',
    '31.01.2024;DE02100500000054540402;2,00',
  ])
  expect(file.statements.map(({ account }) => account?.number)).toEqual(['DE89370400440532013000'])
  expect(file.statements[0]?.lines[0]?.counterpartyAccount).toBe('DE02120300000000202051')
})

test('a column without a telling name may say that rows are not booked', () => {
  const rows = ['30.01.2024;-1,00;Umsatz gebucht', '31.01.2024;-2,00;Umsatz vorgemerkt']
  const file = parseCsv(['Buchungstag;Betrag;Info', ...rows])
  expect(amountsOf(file)).toEqual(['-1.00'])
  expect(skippedOf(file)).toEqual(['1 pending'])
})

test('a last row with the number of the account where all others have words is a balance', () => {
  const file = parseCsv([
    '15/01/2024;-25,50;Prélèvement;;PRLV SEPA EAU;;;',
    '14/01/2024;2000,00;Virement;;VIR SEPA MUSTER;;;',
    '13/01/2024;-120,00;Chèque;1234567;CHEQUE;;;',
    '31/01/2024;1974,50;;;04321 654321Z;;;',
  ])
  expect(amountsOf(file)).toEqual(['-25.50', '2000.00', '-120.00'])
  expect(balancesOf(file)).toEqual(['closing 1974.50 stated'])
  const single = [
    '15/01/2024;-25,50;Prélèvement;;PRLV SEPA EAU',
    '31/01/2024;1974,50;;;04321 654321Z',
  ]
  expect(amountsOf(parseCsv(single))).toEqual(['-25.50'])
})

test('a last row that only repeats what the lines above add up to is no line', () => {
  const rows = (...last: readonly string[]) =>
    parseCsv([
      'Date,Description,Amount',
      '2024-01-13,a,-120.00',
      '2024-01-14,b,2000.00',
      '2024-01-15,c,-25.50',
      ...last,
    ])
  const lines = ['-120.00', '2000.00', '-25.50']
  expect(amountsOf(rows('2024-01-31,,1854.50'))).toEqual(lines)
  expect(amountsOf(rows('2024-01-31,Total,1854.50'))).toEqual(lines)
  expect(codesOf(rows('2024-01-31,,1854.50'))).toEqual([])
  expect(rows('2024-01-31,,1854.50').statements[0]?.sum).toBe('1854.50')
  expect(amountsOf(rows('2024-01-31,,1854.51'))).toEqual([...lines, '1854.51'])
  expect(amountsOf(rows('2024-01-31,Wages,1854.50'))).toEqual([...lines, '1854.50'])
})

test('a last row without words is the closing balance where the lines lead to it from the opening one', () => {
  const file = parseCsv([
    'Opening balance,100.00',
    '',
    'Date,Description,Amount',
    '2024-01-13,a,-120.00',
    '2024-01-14,b,2000.00',
    '2024-01-31,,1980.00',
  ])
  expect(amountsOf(file)).toEqual(['-120.00', '2000.00'])
  expect(balancesOf(file)).toEqual(['opening 100.00 stated', 'closing 1980.00 stated'])
})

test('where no line has words, none is taken for a total', () => {
  const rows = [
    'Date,Description,Amount',
    '2024-01-13,,5.00',
    '2024-01-14,,6.00',
    '2024-01-15,,11.00',
  ]
  expect(amountsOf(parseCsv(rows))).toEqual(['5.00', '6.00', '11.00'])
})

test('a total below the lines is none beside a column of balances either', () => {
  const file = parseCsv([
    'Date,Description,Amount,Balance',
    '2024-01-14,a,2000.00,3000.00',
    '2024-01-15,b,-25.50,2974.50',
    '2024-01-31,Totaux,1974.50,',
  ])
  expect(amountsOf(file)).toEqual(['2000.00', '-25.50'])
  expect(balancesOf(file)).toEqual(['opening 1000.00 computed', 'closing 2974.50 stated'])
})

test.each([
  'Solde',
  'Solde au 31/01/2024',
  'SOLDE CREDITEUR AU 31/01/2024',
  'Saldo contabile finale',
  'Saldo al 31/01/2024',
  'Kontostand am 31.01.2024',
  'Abschlusssaldo',
  'Current balance',
  'BALANCE C/F',
  'CLOSING BALANCE 31/01',
  'Closing Bal',
  'Balance at 31 January 2024',
  'Stan konta',
  'Saldo końcowe',
  'Konečný zůstatek',
  'Utgående saldo',
  'Loppusaldo',
  'Bakiye',
  '残高',
  'Итоговый остаток',
  'Υπόλοιπο',
])('a row that says nothing but %s is a balance, at the end and in between', (name) => {
  const file = parseCsv([
    'Date;Description;Amount',
    '14/01/2024;Wages;2000.00',
    `15/01/2024;${name};2000.00`,
    '16/01/2024;Shop;-25.50',
    `31/01/2024;${name};1974.50`,
  ])
  expect(amountsOf(file)).toEqual(['2000.00', '-25.50'])
  expect(codesOf(file)).toEqual([])
})

test.each([
  'Solde de tout compte',
  'Balance payment',
  'NEW BALANCE GENT',
  'Saldo factuur 12',
  'Sold shares',
])('a row that says more than the name of a balance is a line: %s', (name) => {
  const file = parseCsv([
    'Date;Description;Amount',
    '14/01/2024;Wages;2000.00',
    '15/01/2024;Gas;-5.00',
    `31/01/2024;${name};-85.00`,
  ])
  expect(amountsOf(file)).toEqual(['2000.00', '-5.00', '-85.00'])
})

test('a new balance is one where the lines lead to it; else a shop', () => {
  const rows = (amount: string) =>
    amountsOf(
      parseCsv([
        'Date;Description;Amount',
        '14/01/2024;Wages;2000.00',
        '15/01/2024;Gas;-5.00',
        `31/01/2024;New balance;${amount}`,
      ]),
    )
  expect(rows('1995.00')).toEqual(['2000.00', '-5.00'])
  expect(rows('-85.00')).toEqual(['2000.00', '-5.00', '-85.00'])
})
