import { expect, test } from 'vitest'
import type { ColumnRole } from '../../../domain/csv-layout.ts'
import { amountsOf, codesOf, daysOf, parseCsv } from './parse.ts'

const rows = ['Datum;Wat;Hoeveel', '31/01/2024;Shop;-1,00', '30/01/2024;Pay;2,00']
const layout = parseCsv(rows).layout

test('what was understood of a file is told, column by column', () => {
  expect(layout).toMatchObject({
    delimiter: ';',
    headerRow: 1,
    columns: [
      { name: 'Datum', role: 'booked_on' },
      { name: 'Wat', role: 'text' },
      { name: 'Hoeveel', role: 'amount' },
    ],
    dateOrder: 'dmy',
    decimalSign: ',',
    isInverted: false,
  })
})

test('the fingerprint of a header does not change with its case, but with its names and their order', () => {
  const fingerprintOf = (header: string) =>
    parseCsv([header, ...rows.slice(1)]).layout?.headerFingerprint
  expect(fingerprintOf('DATUM;Wat;Hoeveel')).toBe(layout?.headerFingerprint)
  expect(fingerprintOf('Datum;Hoeveel;Wat')).not.toBe(layout?.headerFingerprint)
  const long = `Datum;${'x'.repeat(90)};Bedrag${';y'.repeat(300)}`
  expect(fingerprintOf(long)?.length).toBeLessThanOrEqual(299)
})

const roles: ColumnRole[] = ['booked_on', 'counterparty', 'amount']

test('the roles that a person gave are used', () => {
  const file = parseCsv(rows, { csv: { roles } })
  expect(file.statements[0]?.lines.map(({ counterparty }) => counterparty)).toEqual(['Shop', 'Pay'])
})

test('a saved mapping is used for the header it was saved for', () => {
  const headerFingerprint = layout?.headerFingerprint ?? ''
  const file = parseCsv(rows, { csv: { headerFingerprint, roles, isInverted: true } })
  expect(codesOf(file)).toEqual([])
  expect(amountsOf(file)).toEqual(['1.00', '-2.00'])
})

test('a saved mapping refuses another header and columns of another kind', () => {
  const headerFingerprint = layout?.headerFingerprint ?? ''
  const renamed = ['Datum;Wat;Anders', ...rows.slice(1)]
  expect(codesOf(parseCsv(renamed, { csv: { headerFingerprint, roles } }))).toEqual([
    'mapping_changed',
  ])
  const swapped = [rows[0] ?? '', 'Shop;31/01/2024;-1,00', 'Pay;30/01/2024;2,00']
  expect(codesOf(parseCsv(swapped, { csv: { headerFingerprint, roles } }))).toEqual([
    'mapping_changed',
  ])
})

test.each(['', '::'])(
  'an answer %j, which is no character, leaves the delimiter to the file',
  (delimiter) => {
    const file = parseCsv(['Date;Amount;Text', '2024-01-31;-5.00;a', '2024-02-29;6.00;b'], {
      csv: { delimiter },
    })
    expect(file.layout?.delimiter).toBe(';')
  },
)

test('the delimiter and the line of the header can be given', () => {
  const text = ['Some;thing', 'a|b|c', '31/01/2024|Shop|-1,00', '30/01/2024|Pay|2,00']
  const file = parseCsv(text, { csv: { delimiter: '|', headerRow: 2 } })
  expect(file.layout).toMatchObject({ delimiter: '|', headerRow: 2 })
  expect(daysOf(file)).toEqual(['2024-01-31', '2024-01-30'])
})
