/** Which sign separates the cells: decided before the file is cut, from the rows that each sign would give. */
import { kindOf, trimmed, type CellKind } from './cell.ts'
import { areRecords, recordDelimiter } from './record-reader.ts'
import { createRowReader } from './row-reader.ts'

const delimiters = [',', ';', '\t', '|'] as const

const rowsLooked = 60

/** What Excel writes in front so that it finds the delimiter again. */
const declared = /^sep=([^\r\n])\r?(?:\n|$)/

const speaking = new Map<CellKind, number>([
  ['date', 2],
  ['amount', 2],
  ['iban', 2],
  ['currency', 1],
  ['bic', 1],
  ['integer', 0.25],
])

const rowsOf = (head: string, delimiter: string, isWhole: boolean): string[][] => {
  const rows: string[][] = []
  const reader = createRowReader(delimiter, {
    row: (cells) => {
      if (rows.length < rowsLooked && cells.some((cell) => trimmed(cell) !== '')) rows.push(cells)
    },
    unclosed: () => {},
    tooLong: () => {},
  })
  reader.write(head)
  if (isWhole) reader.end()
  return rows
}

/** How many of the rows have the width that most have; none where that is a single cell. */
const evenness = (rows: readonly string[][]): number => {
  const widths = new Map<number, number>()
  for (const { length } of rows) widths.set(length, (widths.get(length) ?? 0) + 1)
  const [most] = [...widths].toSorted(([, one], [, other]) => other - one)
  return most === undefined || most[0] < 2 ? 0 : most[1] / rows.length
}

const meaning = (cells: readonly string[]): number => {
  let sum = 0
  if (cells.length < 2) return 0
  for (const cell of cells) sum += speaking.get(kindOf(trimmed(cell))) ?? 0
  return sum
}

const scoreOf = (rows: readonly string[][]): number => {
  if (rows.length === 0) return 0
  const total = rows.reduce((sum, cells) => sum + meaning(cells), 0)
  return total / rows.length + evenness(rows)
}

/** The delimiter of a text, of which `head` is the beginning; `isWhole` where nothing follows. */
export const delimiterOf = (head: string, isWhole: boolean): string => {
  const said = declared.exec(head)?.[1]
  if (said !== undefined) return said
  if (areRecords(head)) return recordDelimiter
  let best: { delimiter: string; score: number } = { delimiter: ',', score: 0 }
  for (const delimiter of delimiters) {
    const score = head.includes(delimiter) ? scoreOf(rowsOf(head, delimiter, isWhole)) : 0
    if (score > best.score + 0.01) best = { delimiter, score }
  }
  return best.delimiter
}

/** Whether a first row only declares the delimiter. */
export const isDeclaration = (cells: readonly string[], line: number): boolean =>
  line === 1 && cells.length <= 2 && (cells[0]?.startsWith('sep=') ?? false)
