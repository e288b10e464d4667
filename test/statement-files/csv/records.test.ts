/** Statements that tell one fact a line. */
import { expect, test } from 'vitest'
import { parseStatementFile } from '../../../statement-files/collect.ts'
import { amountsOf, balancesOf, codesOf, daysOf, parseCsv, today } from './parse.ts'

const records = [
  'From: 01/01/2024 to 31/01/2024',
  '',
  'Account: XXXX XXXX XXXX 1234',
  '',
  'Date: 15/01/2024',
  'Description: DIRECT DEBIT TO GASWORKS REF: 123',
  'Amount: -25.50 GBP',
  'Balance: 1174.50 GBP',
  '',
  'Date: 14/01/2024',
  'Description: CREDIT FROM MUSTER LTD',
  'Amount: 1,200.00 GBP',
  'Balance: 1200.00 GBP',
]

test.each(['\n', '\r\n', '\r'])(
  'facts that stand one a line are read like a table, with %j',
  (end) => {
    const file = parseCsv(records.join(end) + end)
    expect(codesOf(file)).toEqual([])
    expect(daysOf(file)).toEqual(['2024-01-15', '2024-01-14'])
    expect(amountsOf(file)).toEqual(['-25.50', '1200.00'])
    expect(balancesOf(file)).toEqual(['opening 0.00 computed', 'closing 1174.50 stated'])
    expect(file.statements[0]?.currency).toBe('GBP')
    expect(file.statements[0]?.lines).toMatchObject([
      { text: 'DIRECT DEBIT TO GASWORKS REF: 123', position: { line: 5 } },
      { text: 'CREDIT FROM MUSTER LTD', position: { line: 10 } },
    ])
  },
)

test('blanks that do not break, in the bytes of a western code page', () => {
  const text = records.join('\r\n').replaceAll(': ', ':\u00a0').replaceAll(' GBP', '\u00a0GBP')
  const file = parseStatementFile(Buffer.from(`${text}\r\n`, 'latin1'), { today })
  expect(codesOf(file)).toEqual([])
  expect(amountsOf(file)).toEqual(['-25.50', '1200.00'])
})

test('records need no blank line between them, nor every label, and go on below', () => {
  const file = parseCsv([
    'Datum: 15.01.2024',
    'Betrag: -25,50 EUR',
    'Verwendungszweck: Wasser',
    'für Januar',
    'Datum: 14.01.2024',
    'Betrag: 2.000,00 EUR',
    'Datum: 13.01.2024',
    'Betrag: -3,00 EUR',
    'Verwendungszweck: Brot',
  ])
  expect(codesOf(file)).toEqual([])
  expect(amountsOf(file)).toEqual(['-25.50', '2000.00', '-3.00'])
  expect(file.statements[0]?.lines.map(({ text }) => text)).toEqual([
    'Wasser für Januar',
    '',
    'Brot',
  ])
})

test('what was understood of records reads them again', () => {
  const first = parseCsv(records)
  const { headerFingerprint, delimiter, headerRow, columns = [] } = first.layout ?? {}
  expect(columns.map(({ name }) => name)).toEqual(['Date', 'Description', 'Amount', 'Balance'])
  const again = parseCsv(records, {
    csv: {
      headerFingerprint: headerFingerprint ?? '',
      delimiter: delimiter ?? '',
      headerRow: headerRow ?? 0,
      roles: columns.map(({ role }) => role),
    },
  })
  expect(again.statements).toEqual(first.statements)
})

test('a record without an amount is told, not lost', () => {
  const file = parseCsv([...records, '', 'Date: 13/01/2024', 'Description: HALF'])
  expect(amountsOf(file)).toEqual(['-25.50', '1200.00'])
  expect(file.problems.map(({ code }) => code)).toContain('rows_skipped')
})

test('a label of which nothing is known when the table begins goes on with the text above', () => {
  const many = Array.from({ length: 200 }, () => [
    'Date: 14/01/2024',
    'Memo: a',
    'Amount: -1.00',
    '',
  ])
  const file = parseCsv([
    ...many.flat(),
    'Date: 13/01/2024',
    'Memo: b',
    'Note: late',
    'Amount: -2.00',
  ])
  expect(file.statements[0]?.lineCount).toBe(201)
  expect(file.statements[0]?.lines.at(-1)).toMatchObject({ text: 'b Note: late', amount: '-2.00' })
})

test('a letter with a few facts is no statement', () => {
  const file = parseCsv(['Date: 14/01/2024', 'Dear Ada,', 'thank you.', 'Yours', 'Amount: 5.00'])
  expect(file.problems.map(({ code }) => code)).toContain('not_a_statement')
})
