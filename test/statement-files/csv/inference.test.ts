import { expect, test } from 'vitest'
import { amountsOf, balancesOf, codesOf, daysOf, parseCsv } from './parse.ts'

test.each([
  [',', '2024-01-31,Shop,-12.50'],
  [';', '2024-01-31;Shop, and more;-12,50'],
  ['\t', '2024-01-31\tShop, and; more\t-12.50'],
  ['|', '2024-01-31|Shop, and; more|-12.50'],
])('the delimiter %j is found from the cells it gives', (delimiter, row) => {
  const file = parseCsv([`Date${delimiter}Description${delimiter}Amount`, row, row])
  expect(file.layout?.delimiter).toBe(delimiter)
  expect(amountsOf(file)).toEqual(['-12.50', '-12.50'])
})

test('a delimiter that Excel declares is believed', () => {
  const file = parseCsv(['sep=;', 'Date;Amount', '2024-01-31;-12,50'])
  expect(file.layout?.delimiter).toBe(';')
  expect(amountsOf(file)).toEqual(['-12.50'])
})

test('decimal commas in every row do not make the comma the delimiter', () => {
  const rows = ['01;22/01/2024;Shop;-10,00;', '02;23/01/2024;Shop;-5,76;']
  expect(parseCsv(rows).layout?.delimiter).toBe(';')
})

test('rows above the header tell the account, its currency and its last balance', () => {
  const file = parseCsv([
    'Account number;BE68 5390 0754 7034',
    'Closing balance;1.234,50 EUR',
    '',
    'Date;Description;Amount',
    '31.01.2024;Shop;-12,50',
  ])
  expect(file.layout?.headerRow).toBe(4)
  expect(file.statements[0]?.account?.number).toBe('BE68539007547034')
  expect(file.statements[0]?.currency).toBe('EUR')
  expect(balancesOf(file)).toEqual(['closing 1234.50 stated'])
  expect(file.problems).toMatchObject([
    { code: 'rows_skipped', severity: 'notice', params: { n: 2, reason: 'preamble' } },
  ])
})

test('balances stated above and below the lines are checked against their sum', () => {
  const rows = (closing: string) => [
    `Balance at end of period;;${closing}`,
    'Date;Label;Amount',
    '31.01.2024;Shop;-12,50',
    'Balance at start of period;;+100,00',
  ]
  expect(balancesOf(parseCsv(rows('87,50')))).toEqual([
    'opening 100.00 stated',
    'closing 87.50 stated',
  ])
  expect(codesOf(parseCsv(rows('87,50')))).toEqual([])
  expect(codesOf(parseCsv(rows('88,50')))).toEqual(['balance_mismatch'])
})

test('a file without header is read by its cells', () => {
  const file = parseCsv([
    '31.01.2024;Shop in Ghent;30.01.2024;-33,87;EUR',
    '02.02.2024;Pay;02.02.2024;24,00;EUR',
  ])
  expect(file.layout).toMatchObject({ headerFingerprint: null, headerRow: null, dateOrder: 'dmy' })
  expect(file.statements[0]?.lines[0]).toMatchObject({
    bookedOn: '2024-01-31',
    valueOn: '2024-01-30',
    amount: '-33.87',
    text: 'Shop in Ghent',
    currency: 'EUR',
  })
})

test('a name is a hint and the cells decide: valuta may be a currency or a day', () => {
  const days = parseCsv(['Datum;Bedrag;Valuta', '30/01/2024;-1,00;31/01/2024'])
  expect(days.statements[0]?.lines[0]?.valueOn).toBe('2024-01-31')
  const codes = parseCsv(['Datum;Bedrag;Valuta', '30/01/2024;-1,00;EUR'])
  expect(codes.statements[0]?.currency).toBe('EUR')
})

test.each(['Datum;Bedrag', 'Date comptable;Montant', 'Buchungstag;Betrag', 'Booking date;Amount'])(
  'the names of columns are known in four languages: %s',
  (header) => {
    expect(amountsOf(parseCsv([header, '31/01/2024;-1,50']))).toEqual(['-1.50'])
  },
)

test('one day over 12 decides the order of all days', () => {
  expect(daysOf(parseCsv(['Date,Amount', '02/03/2024,-1.00', '01/31/2024,-2.00']))).toEqual([
    '2024-02-03',
    '2024-01-31',
  ])
})

test('days that tell nothing of their order are a question with both readings', () => {
  const file = parseCsv(['Date,Amount', '01/02/2024,-1.00', '03/04/2024,-2.00'])
  expect(file.problems).toMatchObject([
    {
      code: 'date_order_ambiguous',
      severity: 'question',
      params: { text: '01/02/2024', first: '2024-02-01', second: '2024-01-02' },
    },
  ])
  expect(daysOf(file)).toEqual([null, null])
  expect(amountsOf(file)).toEqual(['-1.00', '-2.00'])
})

test('the answer to a question of dates is taken', () => {
  const rows = ['Date,Amount', '01/02/2024,-1.00', '03/04/2024,-2.00']
  expect(daysOf(parseCsv(rows, { dateOrder: 'mdy' }))).toEqual(['2024-01-02', '2024-03-04'])
  expect(codesOf(parseCsv(rows, { dateOrder: 'mdy' }))).toEqual([])
})

test('another column of days tells the order where the booking days do not', () => {
  const file = parseCsv(['Date,Value date,Amount', '01/02/2024,31/01/2024,-1.00'])
  expect(daysOf(file)).toEqual(['2024-02-01'])
})

test('one amount tells the decimal sign of its column', () => {
  const file = parseCsv(['Date;Amount', '2024-01-01;1.234', '2024-01-02;5,67'])
  expect(amountsOf(file)).toEqual(['1234.00', '5.67'])
})

test('amounts that tell nothing of their decimal sign are a question with both readings', () => {
  const rows = ['Date;Amount', '2024-01-01;-1.234', '2024-01-02;2.500']
  const file = parseCsv(rows)
  expect(file.problems).toMatchObject([
    {
      code: 'decimal_sign_ambiguous',
      params: { text: '-1.234', first: '-1234', second: '-1.234' },
    },
  ])
  expect(amountsOf(parseCsv(rows, { decimalSign: ',' }))).toEqual(['-1234.00', '2500.00'])
})

test('the column of balances tells the decimal sign where the amounts do not', () => {
  const file = parseCsv([
    'Date;Amount;Balance',
    '2024-01-01;1.234;1.244,50',
    '2024-01-02;-2.000;-755,50',
  ])
  expect(amountsOf(file)).toEqual(['1234.00', '-2000.00'])
})

test.each([
  ['1 234,50', '1234.50'],
  ['1\u00a0234,50', '1234.50'],
  ['1’234,50', '1234.50'],
  ['\u22121.234,50', '-1234.50'],
  ['1.234,50-', '-1234.50'],
  ['(1.234,50)', '-1234.50'],
  ['1.234,50 DR', '-1234.50'],
  ['€ 1.234,50', '1234.50'],
])('an amount written %j is %s', (cell, amount) => {
  expect(amountsOf(parseCsv(['Date;Amount', `2024-01-31;${cell}`, '2024-01-31;-2,50']))[0]).toBe(
    amount,
  )
})

test('two columns of amounts make one: debit goes out, credit comes in', () => {
  const file = parseCsv(['Date;Label;Debit;Credit', '2024-01-31;a;12,50;', '2024-01-31;b;;20,00'])
  expect(amountsOf(file)).toEqual(['-12.50', '20.00'])
  const signed = parseCsv([
    'Date;Label;Debit;Credit',
    '2024-01-31;a;-12,50;0,00',
    '2024-01-31;b;;20,00',
  ])
  expect(amountsOf(signed)).toEqual(['-12.50', '20.00'])
})

test.each([
  ['Af Bij', 'Af', 'Bij'],
  ['D/C', 'D', 'C'],
  ['Soll/Haben', 'S', 'H'],
  ['Type', 'debit', 'credit'],
])('a column %s says which amounts go out', (name, out, into) => {
  const file = parseCsv([
    `Date;Amount;${name}`,
    `2024-01-31;12,50;${out}`,
    `2024-01-30;20,00;${into}`,
  ])
  expect(amountsOf(file)).toEqual(['-12.50', '20.00'])
})

test('amounts with their own sign are not turned around by a column that repeats it', () => {
  const file = parseCsv(['Date;Amount;Type', '2024-01-31;-12,50;debit', '2024-01-30;20,00;credit'])
  expect(amountsOf(file)).toEqual(['-12.50', '20.00'])
})

test('a credit that was taken back stays negative where the other amounts carry their signs', () => {
  const rows = ['-12,50;debit', '20,00;credit', '-5,00;credit'].map((row) => `2024-01-31;${row}`)
  expect(amountsOf(parseCsv(['Date;Amount;Type', ...rows]))).toEqual(['-12.50', '20.00', '-5.00'])
})

test('card exports without a sign are a question, and the answer turns them around', () => {
  const rows = ['Date,Card number,Amount', '2024-01-31,1234,12.50', '2024-01-30,1234,20.00']
  expect(parseCsv(rows).problems).toMatchObject([
    { code: 'columns_unclear', params: { missing: 'sign' } },
  ])
  const answered = parseCsv(rows, { csv: { isInverted: true } })
  expect(amountsOf(answered)).toEqual(['-12.50', '-20.00'])
  expect(codesOf(answered)).toEqual([])
})

test('two columns of amounts without names and signs are a question', () => {
  const file = parseCsv(['31.01.2024;Shop in Ghent;;33,87', '02.02.2024;Wages of May;24,00;'])
  expect(codesOf(file)).toEqual(['columns_unclear'])
})

test('two columns of amounts whose names tell nothing are a question, unless one has all the minus signs', () => {
  const rows = (out: string) => ['Day;What;A;B', '12/01/2024;x;1000,00;', `13/01/2024;y;;${out}`]
  expect(codesOf(parseCsv(rows('25,90')))).toContain('columns_unclear')
  const signed = parseCsv(rows('-25,90'))
  expect(codesOf(signed)).toEqual([])
  expect(amountsOf(signed)).toEqual(['1000.00', '-25.90'])
})

test('amounts in the currency of the account win over those that were ordered', () => {
  const file = parseCsv([
    'Date;Original amount;Original currency;Amount;Currency',
    '2024-01-31;-11,00;USD;-10,00;EUR',
  ])
  expect(file.statements[0]?.lines[0]).toMatchObject({
    amount: '-10.00',
    currency: 'EUR',
    original: { amount: '-11.00', currency: 'USD' },
  })
})

test('the currency may stand in the name of the column', () => {
  expect(parseCsv(['Datum;Bedrag (EUR)', '31-01-2024;-1,50']).statements[0]?.currency).toBe('EUR')
})

test('a table of securities, a ledger and a list of nothing are no statements', () => {
  const trades = ['date,ticker,qty,price,amount', '2024-01-31,AAPL,10,150.25,1502.50']
  expect(codesOf(parseCsv(trades))).toEqual(['investment_only'])
  const ledger = ['txnidx,date,account,amount,posting-status', '1,2024-01-31,assets:bank,1.50,']
  expect(codesOf(parseCsv(ledger))).toEqual(['not_a_statement'])
  expect(codesOf(parseCsv(['name,place', 'a,b', 'c,d']))).toEqual(['not_a_statement'])
})

test('a table without amounts is a question', () => {
  expect(parseCsv(['Date,Text', '2024-01-31,a']).problems).toMatchObject([
    { code: 'columns_unclear', params: { missing: 'amount' } },
  ])
})

test.each([
  ['JPY', '2,500', '2500'],
  ['EUR', '2.500', '2500.00'],
])('three digits behind a sign are no decimals of %s', (currency, cell, amount) => {
  const file = parseCsv(['Date\tAmount\tCurrency', `2024-01-31\t${cell}\t${currency}`])
  expect(codesOf(file)).toEqual([])
  expect(amountsOf(file)).toEqual([amount])
})
