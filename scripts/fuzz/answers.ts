/** Answers that a person or a saved mapping may give beside a file, sensible and not. */
import { columnRoles, dateOrders, decimalSigns, type CsvMapping } from '../../domain/csv-layout.ts'
import type { ParseOptions } from '../../statement-files/output.ts'
import type { Random } from '../random.ts'

const delimiters = [',', ';', '\t', '|', '', ';;', '"', '\n', ' ', '\u2028', '\ud800']
const encodings = ['utf-8', 'windows-1252', 'cp850', 'utf-16le', 'utf-16be', 'UTF-7', 'big5', 'nonsense', 'base64'] // prettier-ignore

const mappingOf = (random: Random): CsvMapping => ({
  ...(random.below(2) === 0 ? {} : { delimiter: random.pick(delimiters) }),
  ...(random.below(2) === 0 ? {} : { headerRow: random.pick([0, 1, 2, 5, 30, 31, 1_000_000]) }),
  ...(random.below(2) === 0 ? {} : { isInverted: random.below(2) === 0 }),
  ...(random.below(4) > 0 ? {} : { headerFingerprint: random.pick(['', ';date;amount', 'x']) }),
  ...(random.below(2) === 0
    ? {}
    : { roles: Array.from({ length: random.below(14) }, () => random.pick(columnRoles)) }),
})

export const answersOf = (random: Random): Omit<ParseOptions, 'today'> => ({
  ...(random.below(2) === 0 ? {} : { dateOrder: random.pick(dateOrders) }),
  ...(random.below(2) === 0 ? {} : { decimalSign: random.pick(decimalSigns) }),
  ...(random.below(3) > 0 ? {} : { encoding: random.pick(encodings) }),
  ...(random.below(2) === 0 ? {} : { csv: mappingOf(random) }),
})
