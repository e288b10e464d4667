/** The first look at a file: its table, its columns, and its first rows. */
import { looksLikeDay, trimmed } from './cell.ts'
import { Column } from './column.ts'
import {
  columnsMax,
  countFilled,
  hasMoreFilled,
  findTable,
  isBlankRow,
  isLineLike,
  type Row,
  type Table,
} from './table.ts'

/** Rows after which dates and amounts that are beyond doubt stay so. */
const rowsEnough = 5_000

/** Rows kept: enough to see how the file is made, few enough for any memory. */
const rowsKept = 200

export interface Survey {
  table: Table | null
  columns: readonly Column[]
  /** The first rows of the table. */
  sample: readonly Row[]
  /** Filled cells of a row with a day and an amount, on average. */
  usualFill: number
  /** There are days among the first rows, in a table or not. */
  hasDays: boolean
  /** Rows of the whole file that are not blank. */
  rowCount: number
}

const fillOf = (sample: readonly Row[]): number => {
  const rows = sample.filter(({ cells }) => isLineLike(cells))
  const total = rows.reduce((sum, { cells }) => sum + countFilled(cells), 0)
  return rows.length === 0 ? 0 : total / rows.length
}

const [besideCells, besideWidth] = [2, 4]

/** Whether a row only tells something beside the lines: its few cells say nothing of the columns they stand in. */
const isBeside = (cells: readonly string[], width: number): boolean =>
  width >= besideWidth &&
  !hasMoreFilled(cells, besideCells) &&
  !cells.some((cell) => looksLikeDay(trimmed(cell)))

export interface Surveyor {
  row: (cells: readonly string[], line: number) => void
  /** Whether more rows cannot change what was found. */
  isDone: () => boolean
  finish: () => Survey
}

/** Looks at every row once; what is remembered does not grow with the file. */
export const createSurveyor = (headerLine?: number): Surveyor => {
  let waiting: Row[] | null = []
  let table: Table | null = null
  let columns: Column[] = []
  let sample: Row[] = []
  let rowCount = 0

  /** Indexes of the columns that may still tell something. */
  let open: number[] = []
  let isDone = false
  let hasDays = false

  const see = (cells: readonly string[]) => {
    if (cells.length < 2 || isBeside(cells, columns.length)) return
    for (const index of open) columns[index]?.see(trimmed(cells[index] ?? ''))
    if (rowCount % rowsKept !== 0) return
    isDone = rowCount >= rowsEnough && isSettled()
    open = open.filter((index) => columns[index]?.isKnown() === false)
  }

  const decide = (rows: readonly Row[]) => {
    waiting = null
    hasDays = rows.some(({ cells }) => cells.some((cell) => looksLikeDay(trimmed(cell))))
    table = findTable(rows, headerLine)
    if (table === null) return
    const { header, start, width } = table
    if (width > columnsMax) return
    columns = Array.from({ length: width }, (_, index) => new Column(header?.names[index] ?? ''))
    open = [...columns.keys()]
    sample = rows.slice(start).filter(({ cells }) => !isBlankRow(cells))
    for (const { cells } of sample) see(cells)
  }

  /** What a later row says otherwise is told of that row: it does not turn the thousands before it around. */
  const isSettled = (): boolean =>
    columns.every((column) => {
      if (column.isDates) return column.dates.verdict().kind === 'order'
      return !column.isMoney || column.amounts.verdict().kind === 'sign'
    })

  return {
    isDone: () => isDone,
    row(cells, line) {
      rowCount += 1
      if (waiting === null) return see(cells)
      waiting.push({ cells, line })
      if (waiting.length >= rowsKept) decide(waiting)
    },
    finish() {
      if (waiting !== null) decide(waiting)
      return { table, columns, sample, usualFill: fillOf(sample), hasDays, rowCount }
    },
  }
}
