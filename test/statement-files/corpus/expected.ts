import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { formats, type Format } from '../../../statement-files/detect.ts'

/** What is known of one statement of a sample file; an empty cell asserts nothing. */
export interface Expected {
  file: string
  format: Format
  account: string
  currency: string
  opening: string
  closing: string
  lines: string
  sum: string
  firstOn: string
  basis: string
  note: string
}

const formatOf = (file: string): Format => {
  const format = formats.find((each) => file.startsWith(`${each}/`))
  if (format === undefined) throw new Error(`a sample of no format: ${file}`)
  return format
}

const rowOf = (text: string): Expected => {
  const cells = text.split('\t')
  const cell = (index: number): string => cells[index] ?? ''
  return {
    file: cell(0),
    format: formatOf(cell(0)),
    account: cell(1),
    currency: cell(2),
    opening: cell(3),
    closing: cell(4),
    lines: cell(5),
    sum: cell(6),
    firstOn: cell(7),
    basis: cell(8),
    note: cell(9),
  }
}

/** The rows of the table of samples by file, in the order of the table. */
export const listExpected = (samples: string): Map<string, Expected[]> =>
  Map.groupBy(
    readFileSync(join(samples, 'EXPECTED.tsv'), 'utf8')
      .split(/\r?\n/)
      .slice(1)
      .filter((row) => row !== '')
      .map(rowOf),
    ({ file }) => file,
  )

/** The source says that nothing of the file may be imported, or holds no statement at all. */
export const isRefusal = ({ basis, note, account, lines }: Expected): boolean =>
  account === '' &&
  (lines === '' || lines === '0') &&
  /must be rejected|must raise|ParseError|reject|say so|no statement|no Stmt|no bank-type|investment section only/.test(
    `${basis}; ${note}`,
  )

/** A statement of securities: no lines of ours. */
export const isInvestment = ({ account, note }: Expected): boolean =>
  account === 'invst' || note.startsWith('investment statement')

/** Only the shape of the file is known: how many rows, cut at which sign. */
export const isShapeOnly = ({ basis }: Expected): boolean => basis.startsWith('none')
