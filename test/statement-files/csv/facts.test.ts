/** What a file says of its account beside the lines. */
import { expect, test } from 'vitest'
import { balancesOf, codesOf, parseCsv } from './parse.ts'

const lines = ['Buchungstag;Text;Betrag', '30.01.2024;Shop;-24,05', '31.01.2024;Wages;50,00']
const withTop = (...top: readonly string[]) => parseCsv([...top, '', ...lines])
const accountIn = (...top: readonly string[]) => withTop(...top).statements[0]?.account?.number

test.each([
  ['Kontostand vom 31.01.2024:;1.234,50 EUR'],
  ['Solde au 31/01/2024 1 234,50 €'],
  ['Ledger Balance : 1234,50 as of 20240131'],
  ['Saldo:;1234.50 EUR'],
])('a balance of which nothing says more is the last one: %s', (row) => {
  expect(balancesOf(withTop(row))).toEqual(['closing 1234.50 stated'])
})

test('of two balances the lines tell which is the first', () => {
  const around = (above: string, below: string) =>
    parseCsv([`Kontostand;${above}`, '', ...lines, '', `Kontostand;${below}`])
  const ends = ['opening 100.00 stated', 'closing 125.95 stated']
  expect(balancesOf(around('100,00', '125,95'))).toEqual(ends)
  expect(balancesOf(around('125,95', '100,00'))).toEqual(ends)
  expect(balancesOf(around('100,00', '130,00'))).toEqual([])
})

test('a balance that the lines lead to from the first one is the last one', () => {
  const file = parseCsv([
    'Data;Histórico;Valor',
    '01/01/2024;Saldo Anterior;100,00',
    '30/01/2024;Shop;-24,05',
    '31/01/2024;S A L D O;75,95',
  ])
  expect(balancesOf(file)).toEqual(['opening 100.00 stated', 'closing 75.95 stated'])
  expect(file.statements[0]?.lineCount).toBe(1)
})

test('what may be spent is no balance of the account', () => {
  expect(
    balancesOf(withTop('Saldo disponible;1.234,50 EUR', 'Available balance;1.234,50')),
  ).toEqual([])
})

test('an IBAN wins over the number that a bank gives the account itself', () => {
  const iban = 'CZ6508000000192000145399'
  expect(accountIn('accountId;2000123456', `iban;${iban}`)).toBe(iban)
  expect(accountIn(`iban;${iban}`, 'accountId;2000123456')).toBe(iban)
})

test('the other side that a search was filtered by is not the account', () => {
  expect(accountIn('Rekening tegenpartij;BE43966258584001')).toBeUndefined()
})

test.each([
  ['Konto:;;532013000;;Uhrzeit:;10:11:12', '532013000'],
  ['Account Number     :;00000012345678901', '00000012345678901'],
  ['Numéro Compte   ;0123456A020', '0123456A020'],
  [
    'Statement of Account No - 912010012345678 for the period (From : 01-01-2024)',
    '912010012345678',
  ],
  ['Compte de dépôt n° 12345678901;', '12345678901'],
  ["2024;'12 1140 2004 0000 3000 0000 0000", '12114020040000300000000000'],
])('the number of the account is found in %j', (row, number) => {
  expect(accountIn(row)).toBe(number)
})

test.each([
  ['Conta;1234567890 - EUR - Conta à ordem', 'EUR'],
  ['Account Number;123456789012 ( INR ) - JOHN', 'INR'],
  ['Kontostand;1.234,50 €', 'EUR'],
])('the currency is found in %j', (row, currency) => {
  expect(withTop(row).statements[0]?.currency).toBe(currency)
})

test.each([
  ['Betrag (€)', 'EUR'],
  ['Débit Euros', 'EUR'],
  ['Amount (GBP)', 'GBP'],
  ['CAD$', 'CAD'],
  ['Valor (R$)', 'BRL'],
])('a column called %s says its currency', (name, currency) => {
  const file = parseCsv([`Date;Text;${name}`, '31.01.2024;a;-1,00', '30.01.2024;b;-2,50'])
  expect(codesOf(file)).toEqual([])
  expect(file.statements[0]?.currency).toBe(currency)
})

test('the name of the only account is not its number, but names tell accounts apart', () => {
  const accountsOf = (...names: readonly string[]) =>
    parseCsv([
      'Date,Amount,Account Name',
      ...names.map((name) => `2024-01-31,-1.00,${name}`),
    ]).statements.map(({ account }) => account?.number)
  expect(accountsOf('Main', 'Main', 'Main')).toEqual([undefined])
  expect(accountsOf('Main', 'Main', 'Main', 'Savings', 'Savings', 'Savings')).toEqual([
    'Main',
    'Savings',
  ])
})

test('a row of an account number where all other rows have words is a balance, not a line', () => {
  const rows = (last: string) => [
    '29/01/2024;-25,00;Debit;PRLV PHONE;0;Divers',
    '30/01/2024;50,00;Virement;VIR WORK;0;Divers',
    '30/01/2024;-1,00;Carte;CB SHOP;0;Divers',
    last,
  ]
  const withBalance = parseCsv(rows('31/01/2024;2450,95;;01234 123456A'))
  expect(withBalance.statements[0]?.sum).toBe('24.00')
  expect(balancesOf(withBalance)).toEqual(['closing 2450.95 stated'])
  const withLine = parseCsv(rows('31/01/2024;2450,95;;VIR FRIEND'))
  expect(withLine.statements[0]?.sum).toBe('2474.95')
})

test.each([
  ['Movimientos de la cuenta ES91 2100 0418 4502 0005 1332', 'ES9121000418450200051332'],
  ['Movimientos de la cuenta ES9121000418450200051332 en EUR', 'ES9121000418450200051332'],
  ['Umsätze Konto DE89 3704 0044 0532 0130 00 vom 31.01.2024', 'DE89370400440532013000'],
  ['Konto:;Giro DE89 3704 0044 0532 0130 00 EUR', 'DE89370400440532013000'],
])('an IBAN amid words is whole, with its country: %s', (row, iban) => {
  expect(accountIn(row)).toBe(iban)
})

test('the IBAN of the other side amid words is not that of the file', () => {
  expect(accountIn('Rekening tegenpartij BE68 5390 0754 7034')).toBeUndefined()
})

test('three capital letters are a currency only where currencies stand', () => {
  const currencyIn = (...top: readonly string[]) => withTop(...top).statements[0]?.currency
  expect(currencyIn('ALL,,0,0,,,0,0')).toBeUndefined()
  expect(currencyIn('ALL;;0;0;;;0;0')).toBeUndefined()
  expect(currencyIn('Currency;PLN')).toBe('PLN')
  expect(currencyIn('Konto;1234567;CHF;Jan')).toBe('CHF')
  expect(currencyIn('Jan;a;PLN;100,00;b')).toBe('PLN')
  expect(currencyIn('a;b;Währung;CHF;c;d')).toBe('CHF')
})
