/** Which columns make the amount, where a file has several that could. */
import { expect, test } from 'vitest'
import { amountsOf, balancesOf, codesOf, parseCsv } from './parse.ts'

test('costs beside an amount belong to it where the balances say so', () => {
  const file = parseCsv([
    'Date,Description,Amount,Fee,Currency,Balance',
    '2024-01-29,a,-25.00,0.00,EUR,975.00',
    '2024-01-30,b,1500.00,0.00,EUR,2475.00',
    '2024-01-31,c,-23.05,1.00,EUR,2450.95',
  ])
  expect(codesOf(file)).toEqual([])
  expect(amountsOf(file)).toEqual(['-25.00', '1500.00', '-24.05'])
  expect(balancesOf(file)).toEqual(['opening 1000.00 computed', 'closing 2450.95 stated'])
})

test('costs that the balances do not know stay out of the amount', () => {
  const file = parseCsv([
    'Date,Description,Amount,Fee,Balance',
    '2024-01-29,a,-25.00,0.00,975.00',
    '2024-01-30,b,-23.05,1.00,951.95',
    '2024-01-31,c,1.95,0.50,953.90',
  ])
  expect(amountsOf(file)).toEqual(['-25.00', '-23.05', '1.95'])
})

test.each([
  ['3.20', '96.80'],
  ['-3.20', '96.80'],
])('an amount less its costs of %s is that of the account', (fee, net) => {
  const file = parseCsv([
    'Created (UTC),Type,Amount,Fee,Net,Currency',
    `2024-01-30 10:11,charge,100.00,${fee},${net},eur`,
    '2024-01-31 00:00,payout,-200.00,0.00,-200.00,eur',
  ])
  expect(amountsOf(file)).toEqual(['96.80', '-200.00'])
})

test('a column with another name is that of the balances where every row follows', () => {
  const rows = (last: string) => [
    'Fecha;Concepto;Importe;Divisa;Disponible',
    '31/01/2024;a;-24,05;EUR;2450,95',
    '30/01/2024;b;1500,00;EUR;2475,00',
    `29/01/2024;c;-25,00;EUR;${last}`,
  ]
  expect(balancesOf(parseCsv(rows('975,00')))).toEqual([
    'opening 1000.00 computed',
    'closing 2450.95 stated',
  ])
  expect(balancesOf(parseCsv(rows('970,00')))).toEqual([])
})

test('payments that an issuer thanks for turn the amounts of a card around', () => {
  const rows = ['2024-01-31,SHOP,24.05', '2024-01-30,CAFE,3.00']
  const card = parseCsv([
    'Date,Description,Amount',
    ...rows,
    '2024-01-29,PAYMENT - THANK YOU,-200.00',
  ])
  expect(codesOf(card)).toEqual([])
  expect(amountsOf(card)).toEqual(['-24.05', '-3.00', '200.00'])
  const other = parseCsv(['Date,Description,Amount', ...rows, '2024-01-29,GROCERY,-200.00'])
  expect(amountsOf(other)).toEqual(['24.05', '3.00', '-200.00'])
})

test('amounts out with a minus stay where the payment to a card has none', () => {
  const file = parseCsv([
    'Date,Description,Amount',
    '2024-01-31,SHOP,-24.05',
    '2024-01-29,PAYMENT - THANK YOU,200.00',
  ])
  expect(amountsOf(file)).toEqual(['-24.05', '200.00'])
})

test('columns in two currencies are not two sides of one amount', () => {
  const file = parseCsv([
    '"Account Number","Transaction Date","Description 1","CAD$","USD$"',
    '01234-1234567,1/31/2024,"SHOP",-24.05,',
    '01234-1234567,1/30/2024,"WAGES",1500.00,',
    '01234-7654321,1/29/2024,"CLOUD",,-25.00',
  ])
  expect(file.statements[0]).toMatchObject({ currency: 'CAD', sum: '1475.95' })
  expect(file.statements[1]?.problems[0]).toMatchObject({
    code: 'malformed',
    params: { reason: 'columns' },
    position: { line: 4 },
  })
})

test('a column of one word that may be a kind of card is a question, not a direction', () => {
  const file = parseCsv(['Datum,Status,Kind,Total', '2024-01-31,Succesvol,DEBIT,50.00'])
  expect(codesOf(file)).toEqual(['columns_unclear'])
  const coded = parseCsv(['Datum,Status,Kind,Total', '2024-01-31,Succesvol,D,50.00'])
  expect(amountsOf(coded)).toEqual(['-50.00'])
})

test('costs come on top of an amount where the balances cannot tell yet, unless they are a total', () => {
  const amountsWith = (name: string) =>
    amountsOf(
      parseCsv([
        `Date,Description,Amount,${name},Balance`,
        '2024-01-30,a,-99.00,1.00,900.00',
        '2024-01-31,b,-10.00,0.00,890.00',
      ]),
    )
  expect(amountsWith('Fee')).toEqual(['-100.00', '-10.00'])
  expect(amountsWith('Total fees')).toEqual(['-99.00', '-10.00'])
})

test('a single row without names does not tell an unsigned amount from a signed balance', () => {
  expect(codesOf(parseCsv(['2024-01-31,Shop in Ghent,149.30,,-75.99']))).toEqual([
    'columns_unclear',
  ])
  expect(amountsOf(parseCsv(['2024-01-31,-149.30,Shop in Ghent,+75.99']))).toEqual(['-149.30'])
})

test('amounts in the currency of the account, and those after costs, win over the others', () => {
  const polish = parseCsv([
    'Data;Opis;Kwota operacji;Waluta operacji;Kwota w walucie rachunku;Waluta rachunku',
    '31-01-2024;a;-10,00;EUR;-43,21;PLN',
    '30-01-2024;b;-5,00;PLN;-5,00;PLN',
  ])
  expect(amountsOf(polish)).toEqual(['-43.21', '-5.00'])
  expect(polish.statements).toMatchObject([{ currency: 'PLN' }])
  const settled = parseCsv([
    'Creation Date,Gross Currency,Gross Debit (GC),Gross Credit (GC),Net Currency,Net Debit (NC),Net Credit (NC)',
    '2024-01-30 10:11:12,EUR,,100.00,EUR,,98.50',
    '2024-01-31 10:11:12,EUR,20.00,,EUR,20.10,',
  ])
  expect(amountsOf(settled)).toEqual(['98.50', '-20.10'])
})

test('an amount after costs is whole, whether the column before them is named or not', () => {
  const amountsWith = (gross: string) =>
    parseCsv([
      `Date,Name,${gross},Fee,Net,Balance`,
      '14/01/2024,Ada,"100,00","-3,25","96,75","1.096,75"',
      '15/01/2024,Shop,"-25,50","0,00","-25,50","1.071,25"',
    ])
  for (const gross of ['Gross', 'Abc']) {
    const file = amountsWith(gross)
    expect(amountsOf(file)).toEqual(['96.75', '-25.50'])
    expect(balancesOf(file)).toEqual(['opening 1000.00 computed', 'closing 1071.25 stated'])
  }
})

test('costs beside two sides belong to the amount where the balances say so, alone too', () => {
  const file = parseCsv([
    'Nr,Account,Posting Date,Description,Money In,Money Out,Fee,Balance',
    '1,1234509876,2024-01-14,Wages,2000.00,,,3000.00',
    '2,1234509876,2024-01-15,Cash,,-25.50,-10.00,2964.50',
    '3,1234509876,2024-01-16,Monthly costs,,,-7.50,2957.00',
    '4,1234509876,2024-01-17,Shop,,-57.00,,2900.00',
  ])
  expect(codesOf(file)).toEqual([])
  expect(amountsOf(file)).toEqual(['2000.00', '-35.50', '-7.50', '-57.00'])
  expect(balancesOf(file)).toEqual(['opening 1000.00 computed', 'closing 2900.00 stated'])
})

test('costs beside two sides stay out where the balances do not know them', () => {
  const file = parseCsv([
    'Posting Date,Description,Money In,Money Out,Fee,Balance',
    '2024-01-14,Wages,2000.00,,,3000.00',
    '2024-01-15,Cash,,-35.50,-10.00,2964.50',
  ])
  expect(codesOf(file)).toEqual([])
  expect(amountsOf(file)).toEqual(['2000.00', '-35.50'])
})

test('costs written without a minus in one file come in, in another go out: the balances tell', () => {
  const file = parseCsv([
    'Date,Description,Amount,Fee,Balance',
    '2024-01-29,a,-25.00,0.00,975.00',
    '2024-01-30,b,-23.00,2.00,954.00',
    '2024-01-31,c,-4.00,1.00,951.00',
  ])
  expect(amountsOf(file)).toEqual(['-25.00', '-21.00', '-3.00'])
})

test('a column of which no name speaks is part of the amount where every balance follows by it', () => {
  const rows = (last: string) => [
    'Date,Description,Amount,Xyzzy,Balance',
    '2024-01-29,a,-25.00,0.00,975.00',
    '2024-01-30,b,-23.05,1.00,950.95',
    `2024-01-31,c,1.95,0.50,${last}`,
  ]
  const file = parseCsv(rows('952.40'))
  expect(codesOf(file)).toEqual([])
  expect(amountsOf(file)).toEqual(['-25.00', '-24.05', '1.45'])
  expect(file.layout?.columns[3]).toEqual({ name: 'Xyzzy', role: 'fee' })
  expect(amountsOf(parseCsv(rows('900.00')))).toEqual(['-25.00', '-23.05', '1.95'])
})

test('another column is the amount where the balances follow by it and not by the one of that name', () => {
  const file = parseCsv([
    'Date;Description;Amount;Converted;Balance',
    '2024-01-29;a;-25.00;-27.10;972.90',
    '2024-01-30;b;-10.00;-10.90;962.00',
    '2024-01-31;c;50.00;54.00;1016.00',
  ])
  expect(codesOf(file)).toEqual([])
  expect(amountsOf(file)).toEqual(['-27.10', '-10.90', '54.00'])
})
