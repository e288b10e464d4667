/** What tables of many banks have in common, each rule on the smallest file that shows it. */
import { expect, test } from 'vitest'
import { amountsOf, balancesOf, codesOf, daysOf, parseCsv } from './parse.ts'

test('a summary with names of its own above the table is not its header', () => {
  const file = parseCsv([
    'INITIAL_BALANCE;CREDITS;DEBITS;FINAL_BALANCE',
    '100,00;20,00;-5,00;115,00',
    '',
    'RELEASE_DATE;TRANSACTION_TYPE;TRANSACTION_NET_AMOUNT;PARTIAL_BALANCE',
    '30-01-2024;Bill;-5,00;95,00',
    '31-01-2024;Sale;20,00;115,00',
  ])
  expect(file.layout?.headerRow).toBe(4)
  expect(amountsOf(file)).toEqual(['-5.00', '20.00'])
  expect(balancesOf(file)).toEqual(['opening 100.00 computed', 'closing 115.00 stated'])
})

test('a header may leave its last column without a name', () => {
  const file = parseCsv([
    '"Buchungstag";"Vorgang";"Umsatz";" "',
    '"30.01.2024";"Lastschrift";"12,50";"S"',
    '"31.01.2024";"Gehalt";"20,00";"H"',
  ])
  expect(codesOf(file)).toEqual([])
  expect(amountsOf(file)).toEqual(['-12.50', '20.00'])
})

test('a first row that writes its days otherwise than all others is no line', () => {
  const file = parseCsv([
    '2024-02-01,01-01-2024,Jan Kowalski,PLN,"100,00","107,50",2,',
    '31-01-2024,31-01-2024,Wages of May,,"20,00","107,50",1,',
    '30-01-2024,30-01-2024,Shop in Ghent,,"-12,50","87,50",2,',
  ])
  expect(amountsOf(file)).toEqual(['20.00', '-12.50'])
  expect(file.statements[0]?.currency).toBe('PLN')
  expect(balancesOf(file)).toEqual(['opening 100.00 computed', 'closing 107.50 stated'])
})

test('a first row without the value day of the others is a line like them', () => {
  const rows = [
    '31-01-2024,,a a,-1.00',
    '30-01-2024,30-01-2024,b b,-2.00',
    '29-01-2024,29-01-2024,c c,-3.00',
  ]
  expect(amountsOf(parseCsv(rows))).toEqual(['-1.00', '-2.00', '-3.00'])
})

test('a column of which only one side has a known name makes no row disappear', () => {
  const file = parseCsv([
    'Datum;Avisierungstext;Gutschrift in CHF;Lastschrift in CHF;Saldo in CHF',
    '31.01.2024;Migros;;-24.05;75.95',
    '30.01.2024;Wages;50.00;;100.00',
  ])
  expect(amountsOf(file)).toEqual(['-24.05', '50.00'])
  expect(file.statements[0]?.currency).toBe('CHF')
})

test('words below the table do not change what its columns hold', () => {
  const file = parseCsv([
    'Data;Descrição;Débito;Crédito;Saldo contabilístico',
    '31-01-2024;Shop;24,05;;75,95',
    '30-01-2024;Wages;;50,00;100,00',
    ' ; ; ;Saldo contabilístico;75,95 EUR',
  ])
  expect(codesOf(file)).toEqual([])
  expect(amountsOf(file)).toEqual(['-24.05', '50.00'])
})

test('a row whose amount stands in a column of which nothing is known is told, not left out', () => {
  const rows = ['30/01/2024;a;-1,00;', '31/01/2024;b;;-5,00']
  const file = parseCsv(['Date;Text;Amount in CAD;X', ...rows])
  expect(file.statements[0]?.problems).toMatchObject([
    { code: 'malformed', params: { reason: 'columns' }, position: { line: 3 } },
  ])
})

test('brackets that say debit or credit are not beside the point', () => {
  const file = parseCsv([
    'Date,Text,Amount (credit),Amount (debit),Amount',
    '30-01-2024,a,,25.00,-25.00',
    '31-01-2024,b,50.00,,50.00',
  ])
  expect(amountsOf(file)).toEqual(['-25.00', '50.00'])
})

test('sides win over an amount that repeats them without a sign', () => {
  const file = parseCsv([
    'Date,Text,Debit Amount,Credit Amount,Local Currency Amount,Local Currency',
    '30/01/2024,a,24.05,,24.05,EUR',
    '31/01/2024,b,,50.00,50.00,EUR',
  ])
  expect(amountsOf(file)).toEqual(['-24.05', '50.00'])
})

test('a minus before every credit and before no debit is that of the other side', () => {
  const file = parseCsv([
    'Date,Text,Debit,Credit',
    '01/30/2024,Shop,24.05,',
    '01/31/2024,Payment,,-200.00',
  ])
  expect(amountsOf(file)).toEqual(['-24.05', '200.00'])
})

test('names of several words say which side a column is on', () => {
  const file = parseCsv([
    '"Dato";"Forklaring";"Ut fra konto";"Inn på konto"',
    '"30.01.2024";"Shop";"24,05";""',
    '"31.01.2024";"Wages";"";"50,00"',
  ])
  expect(codesOf(file)).toEqual([])
  expect(amountsOf(file)).toEqual(['-24.05', '50.00'])
})

test('a column of dashes does not turn amounts around', () => {
  const file = parseCsv([
    '30/01/2024,25.00,-,Refund of a,x y',
    '31/01/2024,50.00,-,Refund of b,x y',
  ])
  expect(amountsOf(file)).toEqual(['25.00', '50.00'])
})

test.each(['offen', 'Reserveret', 'Pending'])(
  'a row that is %s where its day will stand is not booked yet',
  (word) => {
    const file = parseCsv([
      'Buchungstag;Text;Betrag;Saldo',
      `${word};a;-9,99;`,
      '31.01.2024;b;-24,05;75,95',
      '30.01.2024;c;50,00;100,00',
    ])
    expect(codesOf(file)).toEqual([])
    expect(amountsOf(file)).toEqual(['-24.05', '50.00'])
  },
)

test.each([
  ['Udført', 'Venter'],
  ['Contabilizzato', 'Autorizzato'],
  ['Abgeschlossen', 'Ausstehend'],
  ['Zaksięgowana', 'Odrzucona'],
  ['Concluído', 'Pendente'],
  ['Succesvol', 'Mislukt'],
])('a status of %s is booked, one of %s is not', (booked, other) => {
  const file = parseCsv([
    'Date;Text;Amount;Status',
    `30.01.2024;a;-1,00;${booked}`,
    `31.01.2024;b;-9,99;${other}`,
  ])
  expect(amountsOf(file)).toEqual(['-1.00'])
})

test('an account that is missing in rows that only continue a text is still the own one', () => {
  const file = parseCsv([
    'IBAN;Booked At;Text;Credit/Debit Amount;Balance;Valuta Date',
    'CH9300762011623852957;2024-01-30 00:00:00.0;Wages;50;100;2024-01-30 00:00:00.0',
    ';;of January;;;',
    'CH9300762011623852957;2024-01-31 00:00:00.0;Shop;-24.05;75.95;2024-01-31 00:00:00.0',
  ])
  expect(file.statements[0]?.account?.number).toBe('CH9300762011623852957')
  expect(file.statements[0]?.lines[0]?.text).toBe('Wages of January')
})

test('digits of a card that paid some lines only, or how it was read, are no account', () => {
  const file = parseCsv([
    'Date,Text,Amount,Card Last Four Digits,Card Entry Methods',
    '2024-01-30,a,-1.00,,Chip',
    '2024-01-31,b,-2.00,1234,Swiped',
  ])
  expect(file.statements).toHaveLength(1)
  expect(file.statements[0]?.account).toBeUndefined()
})

test('a row of one text that names a balance is the balance, whatever column the text stands in', () => {
  const file = parseCsv([
    'Buchungstag;Vorgang;Kundenreferenz;Betrag',
    '30.01.2024;Shop;;-24,05',
    '31.01.2024;Wages;;50,00',
    '31.01.2024;;Anfangssaldo;100,00',
  ])
  expect(amountsOf(file)).toEqual(['-24.05', '50.00'])
  expect(balancesOf(file)).toEqual(['opening 100.00 stated'])
  expect(daysOf(file)).toEqual(['2024-01-30', '2024-01-31'])
})

test('the name of an account is neither its number nor the other side', () => {
  const file = parseCsv([
    'Date, Type, Description, Value, Balance, Account Name, Account Number',
    `31/01/2024,POS,"'SHOP",-24.05,75.95,"'SMITH J","'123456-12345678",`,
    `30/01/2024,BAC,"'WAGES",50.00,100.00,"'SMITH J","'123456-12345678",`,
  ])
  expect(file.statements[0]?.account?.number).toBe('123456-12345678')
  expect(file.statements[0]?.lines[0]?.counterparty).toBeUndefined()
})

test('columns without a name go on with the text before them', () => {
  const file = parseCsv([
    '"Data operacji","Kwota","Opis transakcji","",""',
    '"2024-01-31","-24.05","Title: card","Place: shop",""',
    '"2024-01-30","+50.00","Account: 12","Name: work","Title: wages"',
  ])
  expect(file.statements[0]?.lines.map(({ text }) => text)).toEqual([
    'Title: card Place: shop',
    'Account: 12 Name: work Title: wages',
  ])
})

test('the name of a column may have a colon in it', () => {
  const file = parseCsv([
    'datum boeking;bedrag;tegenpartij : naam;tegenpartij : rekening',
    '15-01-2024;-35,49;Shop;BE43966258584001',
    '03-01-2024;-25,00;Phone;BE68539007547034',
  ])
  expect(file.statements[0]?.lines[0]).toMatchObject({
    counterparty: 'Shop',
    counterpartyAccount: 'BE43966258584001',
  })
})

test('an amount without a day in a column of what is reserved is not booked yet', () => {
  const file = parseCsv([
    'Data transakcji;Data ksiegowania;Tytul;Kwota transakcji;Kwota blokady/zwolnienie blokady;Waluta',
    '2024-01-31;2024-01-31;a;-24,05;;PLN',
    '2024-01-30;2024-01-30;b;50,00;;PLN',
    '2024-01-31;;c;;-9,99;PLN',
  ])
  expect(codesOf(file)).toEqual([])
  expect(amountsOf(file)).toEqual(['-24.05', '50.00'])
})

test.each([
  [
    '年月日,お引出し,お預入れ,お取り扱い内容,残高',
    '2024/1/14,,200000,給与,300000',
    '2024/1/15,2550,,電気,297450',
  ],
  [
    'お取引日,お支払金額,お預り金額,摘要,残高',
    '2024/1/14,,200000,給与,300000',
    '2024/1/15,2550,,電気,297450',
  ],
  [
    '交易日期,支出金额,收入金额,摘要,余额',
    '2024-01-14,,200000,工资,300000',
    '2024-01-15,2550,,电费,297450',
  ],
  [
    '거래일자,출금액,입금액,적요,잔액',
    '2024-01-14,,200000,급여,300000',
    '2024-01-15,2550,,전기,297450',
  ],
  [
    'Дата,Расход,Приход,Описание,Остаток',
    '14.01.2024,,200000,Зарплата,300000',
    '15.01.2024,2550,,Свет,297450',
  ],
  [
    'Ημερομηνία,Χρέωση,Πίστωση,Αιτιολογία,Υπόλοιπο',
    '14/01/2024,,200000,Μισθός,300000',
    '15/01/2024,2550,,ΔΕΗ,297450',
  ],
  [
    'תאריך,חובה,זכות,תיאור,יתרה',
    '14/01/2024,,200000,משכורת,300000',
    '15/01/2024,2550,,חשמל,297450',
  ],
])('columns are known by their names in other scripts: %s', (...rows) => {
  const file = parseCsv(rows)
  expect(codesOf(file)).toEqual([])
  expect(amountsOf(file).map(Number)).toEqual([200_000, -2550])
  expect(balancesOf(file)).toEqual(['opening 100000.00 computed', 'closing 297450.00 stated'])
  expect(file.statements[0]?.lines[0]?.text).not.toBe('')
})

test('a day with its time behind a dash, and amounts with the letters of their currency', () => {
  const file = parseCsv([
    'Tarih/Saat;Kanal/Şube;İşlem Tutarı;Bakiye;İşlem;Açıklama',
    '15/01/2024-10:11:12;İnternet;-1.025,50 TL;1.974,50;Fatura;Elektrik',
    '14/01/2024-09:00:00;Şube;2.000,00 TL;3.000,00;Maaş;Muster',
  ])
  expect(codesOf(file)).toEqual([])
  expect(daysOf(file)).toEqual(['2024-01-15', '2024-01-14'])
  expect(amountsOf(file)).toEqual(['-1025.50', '2000.00'])
})

test('a column of amounts that cannot be read makes no list of balances of the others', () => {
  const file = parseCsv([
    'Date;Text;Amount;Balance',
    '15/01/2024;a;-5,00 florins;995,00',
    '16/01/2024;b;-6,00 florins;989,00',
  ])
  expect(codesOf(file)).toEqual(['columns_unclear'])
})
