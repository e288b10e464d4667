/** Who is on the other side of a line, where a table has columns for both sides. */
import { expect, test } from 'vitest'
import { parseCsv } from './parse.ts'

const partiesOf = (rows: readonly string[]) =>
  parseCsv(rows).statements.flatMap(({ lines }) =>
    lines.map(({ counterparty = '', counterpartyAccount = '' }) =>
      `${counterparty} ${counterpartyAccount}`.trim(),
    ),
  )

test('of a payer and a payee, the one on the other side is the counterparty', () => {
  const rows = [
    'Buchungsdatum;Zahlungspflichtige*r;Zahlungsempfänger*in;Verwendungszweck;IBAN;Betrag (€)',
    '15.01.24;Ada Lund;Wasserwerk;Wasser;DE02120300000000202051;-25,50',
    '14.01.24;Muster GmbH;Ada Lund;Lohn;DE02500105170137075030;2.000',
  ]
  expect(partiesOf(rows)).toEqual([
    'Wasserwerk DE02120300000000202051',
    'Muster GmbH DE02500105170137075030',
  ])
})

test('money that comes back from a shop is not money from the holder', () => {
  const rows = [
    'Date,Payer,Payee,Amount',
    '2024-01-15,Ada Lund,Shop,-25.50',
    '2024-01-16,Ada Lund,Shop,25.50',
    '2024-01-17,Ada Lund,Baker,-3.00',
    '2024-01-18,Ada Lund,Ada Lund,-100.00',
  ]
  expect(partiesOf(rows)).toEqual(['Shop', 'Shop', 'Baker', 'Ada Lund'])
})

test('sides that hold numbers of accounts are no names', () => {
  const rows = [
    'Bokföringsdag;Belopp;Avsändare;Mottagare;Namn;Rubrik;Saldo;Valuta',
    '2024/01/15;-25,50;1234 56 78901;5678-1234;Elverket;Autogiro;2974,50;SEK',
    '2024/01/14;2000,00;;1234 56 78901;Muster AB;Lön;3000,00;SEK',
  ]
  expect(partiesOf(rows)).toEqual(['Elverket 5678-1234', 'Muster AB'])
})

test('a side is empty where the holder is; a merchant stands in where both are', () => {
  const rows = [
    'Date,Amount,Currency,Description,Payer Name,Payee Name,Payee Account Number,Merchant',
    '15-01-2024,-25.50,EUR,Sent,,Bob,DE02120300000000202051,',
    '14-01-2024,2000.00,EUR,Received,Muster Ltd,,,',
    '13-01-2024,-3.00,EUR,Card,,,,Baker',
  ]
  expect(partiesOf(rows)).toEqual(['Bob DE02120300000000202051', 'Muster Ltd', 'Baker'])
})

test('names and accounts of both sides, written together', () => {
  const rows = [
    'Buchungsdatum;Betrag;Auftraggebername;Auftraggeberkonto;Auftraggeber BLZ;Empfängername;Empfängerkonto;Empfänger BLZ;Zahlungsgrund',
    '15.01.2024;-25,50;;;;Wasserwerk;DE02120300000000202051;;Wasser',
    '14.01.2024;2000,00;Muster GmbH;DE02500105170137075030;;;;;Lohn',
  ]
  expect(partiesOf(rows)).toEqual([
    'Wasserwerk DE02120300000000202051',
    'Muster GmbH DE02500105170137075030',
  ])
})

test('who pays and who is paid may stand under from and to; a pair of currencies is no pair of parties', () => {
  const rows = (out: string, into: string) => [
    'Date,Text,Amount,From,To',
    `2024-01-15,a,-25.50,${out}`,
    `2024-01-14,b,2000.00,${into}`,
  ]
  expect(partiesOf(rows('Ada Ltd,Gasworks', 'Muster Ltd,Ada Ltd'))).toEqual([
    'Gasworks',
    'Muster Ltd',
  ])
  expect(partiesOf(rows('EUR,USD', 'USD,EUR'))).toEqual(['', ''])
})

test('the name that stands in every row is the holder', () => {
  const rows = [
    'Buchungstag;Auftraggeber/Zahlungsempfänger;Empfänger/Zahlungspflichtiger;Verwendungszweck;Umsatz;Waehrung',
    '14.01.2024;Ada Lund;Muster GmbH;Lohn;2.000,00;EUR',
    '15.01.2024;Ada Lund;Wasserwerk;Wasser;-25,50;EUR',
  ]
  expect(partiesOf(rows)).toEqual(['Muster GmbH', 'Wasserwerk'])
})

test('a number that belongs to the other side is never the account of the file', () => {
  const czech = parseCsv([
    'Datum provedení;Částka v měně účtu;Měna účtu;Název protistrany;Číslo účtu protistrany',
    '15/01/2024;-25,50;CZK;Vodárna;19-2000145399/0800',
    '14/01/2024;2000,00;CZK;Muster;19-2000145399/0800',
  ])
  expect(czech.statements[0]?.account).toBeUndefined()
  expect(czech.statements[0]?.lines).toMatchObject([
    { counterparty: 'Vodárna', counterpartyAccount: '19-2000145399/0800' },
    { counterparty: 'Muster' },
  ])
  const beside = parseCsv([
    'Fecha,Beneficiario,Número de cuenta,Cantidad (EUR)',
    '2024-01-15,Aguas,ES9121000418450200051332,-25.5',
    '2024-01-14,Muster SL,ES9121000418450200051332,2000.0',
  ])
  expect(beside.statements[0]?.account).toBeUndefined()
  expect(beside.statements[0]?.lines[0]?.counterpartyAccount).toBe('ES9121000418450200051332')
})

test('a saved mapping with two columns of the other side reads them as before', () => {
  const rows = [
    'Date,Payer,Payee,Amount',
    '2024-01-15,Ada Lund,Shop,-25.50',
    '2024-01-16,Muster Ltd,Ada Lund,2000.00',
  ]
  const first = parseCsv(rows)
  const roles = first.layout?.columns.map(({ role }) => role) ?? []
  expect(roles).toEqual(['booked_on', 'counterparty', 'counterparty', 'amount'])
  const again = parseCsv(rows, { csv: { roles } })
  expect(again.statements).toEqual(first.statements)
})
