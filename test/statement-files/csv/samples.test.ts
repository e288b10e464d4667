import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { csvFile } from '../../../bench/statement-files/csv.ts'
import { parseStatementFile } from '../../../statement-files/collect.ts'
import { balancesOf, codesOf, parseCsv, today } from './parse.ts'

const folder = join(import.meta.dirname, '../../fixtures/statement-files/csv')
const parsed = (name: string) => parseStatementFile(readFileSync(join(folder, name)), { today })

test.each([
  ['belfius_nl', 'BE68539007547034', 'EUR', 3, '1234.56'],
  ['ing_be_fr', 'BE75363112201051', 'EUR', 3, '220.97'],
  ['bnp_fortis_fr', 'BE71096123456769', 'EUR', 2, '987.70'],
  ['keytrade', undefined, 'EUR', 2, '765.50'],
  ['us_type_column', undefined, undefined, 2, '765.44'],
  ['utf16le', undefined, undefined, 2, '1495.50'],
  ['mixed_decimal', undefined, undefined, 2, '1239.67'],
])(
  'a file as %s writes it is read without any question',
  (...[name, account, currency, lines, sum]) => {
    const file = parsed(`synthetic__${name}.csv`)
    expect(codesOf(file)).toEqual([])
    const [statement] = file.statements
    expect(statement?.account?.number).toBe(account)
    expect(statement).toMatchObject({ lineCount: lines, sum })
    expect(statement?.currency).toBe(currency)
  },
)

test('lines of Belfius carry the other side, the reference and the number on the statement', () => {
  expect(parsed('synthetic__belfius_nl.csv').statements[0]?.lines[0]).toEqual({
    bookedOn: '2024-01-31',
    valueOn: '2024-01-31',
    amount: '-1015.44',
    currency: 'EUR',
    counterparty: 'CAFÉ DE LA GARE',
    counterpartyAccount: 'BE43966258584001',
    counterpartyBic: 'GEBABEBB',
    reference: '240283842818',
    referenceType: 'belgian',
    bankReference: '00001/00003',
    text: 'Overschrijving naar ***240/2838/42818***',
    position: { line: 14 },
  })
})

test('what is no CSV is told', () => {
  expect(codesOf(parsed('synthetic__html_error_page.csv'))).toEqual(['not_a_statement'])
  expect(codesOf(parsed('synthetic__not_csv_pdf.csv'))).toEqual(['not_a_statement'])
})

test('a long file is read without any problem, with balances that follow from the first row to the last', () => {
  const file = parseCsv([...csvFile(12_000)].join(''))
  expect([...file.problems, ...(file.statements[0]?.problems ?? [])]).toEqual([])
  expect(file.statements[0]?.lineCount).toBe(12_000)
  expect(balancesOf(file)[0]).toBe('opening 10000.00 computed')
})

test('a changed amount far down a long file is noticed', () => {
  const text = [...csvFile(12_000)].join('')
  const at = text.indexOf('\n', text.length - 20_000)
  const changed = `${text.slice(0, at)}${text.slice(at).replace(/,(-?)(\d+)\.(\d\d),EUR/, ',$1$2$3.00,EUR')}`
  expect(codesOf(parseCsv(changed))).toEqual(['balance_mismatch'])
})
