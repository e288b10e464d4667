/** Where the table of lines stands among the rows of a file, and what its columns are called. */
import { kindOf, trimmed } from './cell.ts'
import { hintsOf } from './names.ts'
import { hashOf } from '../text-hash.ts'

export interface Row {
  cells: readonly string[]
  /** Line of the file on which the row begins, from 1. */
  line: number
}

export interface Table {
  /** The header; null for a file without one. */
  header: { names: readonly string[]; line: number; index: number } | null
  /** Index of the first row that may hold a line. */
  start: number
  /** Cells that a row has. */
  width: number
}

/** More columns than any bank has. */
export const columnsMax = 500

const searched = 100
const nameLength = 100

const withoutTrailingEmpty = (cells: readonly string[]): string[] => {
  let { length } = cells
  while (length > 0 && trimmed(cells[length - 1] ?? '') === '') length -= 1
  return cells.slice(0, length).map(trimmed)
}

export const isBlankRow = (cells: readonly string[]): boolean =>
  cells.every((cell) => trimmed(cell) === '')

/** Whether a row holds nothing but names: at least two, no date, no amount. */
const areNames = (names: readonly string[]): boolean => {
  let count = 0
  if (names.length > columnsMax) return false
  for (const name of names) {
    if (name === '') continue
    if (name.length > nameLength || /\S: \S/.test(name)) return false
    const kind = kindOf(name)
    if (kind !== 'text' && kind !== 'bic' && kind !== 'currency') return false
    count += 1
  }
  return count >= 2
}

const needed = new Set(['booked_on', 'value_on', 'amount', 'debit', 'credit', 'balance'])

/** How many different things the names of a row mean; 0 where nothing in it belongs to a table of lines. */
const meaningOf = (names: readonly string[]): number => {
  const roles = new Set<string>()
  let weight = 0
  for (const name of names) {
    const [hint] = hintsOf(name)
    if (hint === undefined || hint.weight < 3.5) continue
    roles.add(hint.role)
    weight += 1
  }
  return [...roles].some((role) => needed.has(role)) && roles.size >= 2
    ? roles.size + weight / 100
    : 0
}

/** Cells of a row with something in them. */
export const countFilled = (cells: readonly string[]): number => {
  let count = 0
  for (const cell of cells) if (trimmed(cell) !== '') count += 1
  return count
}

/** Whether a row has more than so many cells with something in them; looks no further than it must. */
export const hasMoreFilled = (cells: readonly string[], limit: number): boolean => {
  let count = 0
  for (const cell of cells) {
    if (trimmed(cell) !== '') count += 1
    if (count > limit) return true
  }
  return false
}

/** Whether a row may be a line: it has a day and an amount. */
export const isLineLike = (cells: readonly string[]): boolean => {
  let days = 0
  let amounts = 0
  for (const cell of cells) {
    const kind = kindOf(trimmed(cell))
    if (kind === 'date') days += 1
    if (kind === 'amount' || kind === 'integer') amounts += 1
  }
  return days > 0 && amounts > 0
}

const tableBelow = (rows: readonly Row[], index: number): Table => {
  const row = rows[index]
  const names = withoutTrailingEmpty(row?.cells ?? [])
  return {
    header: { names, line: row?.line ?? 1, index },
    start: index + 1,
    width: widthBelow(rows, index, names.length),
  }
}

/** A header may leave its last columns without a name: they count where the rows fill them. */
const widthBelow = (rows: readonly Row[], index: number, named: number): number => {
  const most = rows[index]?.cells.length ?? 0
  if (most === named || most > columnsMax) return named
  let width = named
  for (const { cells } of rows.slice(index + 1))
    if (isLineLike(cells)) width = Math.max(width, withoutTrailingEmpty(cells).length)
  return Math.min(width, most)
}

/** The width that most rows have, without empty cells behind. */
const usualWidth = (rows: readonly Row[]): number => {
  const widths = new Map<number, number>()
  for (const { cells } of rows)
    if (isLineLike(cells)) widths.set(cells.length, (widths.get(cells.length) ?? 0) + 1)
  const [most] = [...widths].toSorted(([, one], [, other]) => other - one)
  return most?.[0] ?? 0
}

const namedHeader = (rows: readonly Row[]): Table | null => {
  let best = { index: -1, meaning: 0 }
  for (const [index, row] of rows.slice(0, searched).entries()) {
    const meaning = headerMeaning(row)
    if (meaning === 0) continue
    // a summary above the table has names and amounts too, but no lines
    const whole = meaning + (hasLinesBelow(rows, index) ? columnsMax : 0)
    if (whole > best.meaning) best = { index, meaning: whole }
  }
  return best.index < 0 ? null : tableBelow(rows, best.index)
}

const headerMeaning = ({ cells }: Row): number => {
  const names = withoutTrailingEmpty(cells)
  return areNames(names) ? meaningOf(names) : 0
}

/** Rows below a header among which its first line stands. */
const rowsToFirstLine = 4

const hasLinesBelow = (rows: readonly Row[], index: number): boolean => {
  for (const row of rows.slice(index + 1, index + 1 + rowsToFirstLine)) {
    if (isLineLike(row.cells)) return true
    if (headerMeaning(row) > 0) return false
  }
  return false
}

/** A row of names nobody knows right above the first line. */
const unknownHeader = (rows: readonly Row[], first: number): Table | null => {
  let index = first - 1
  while (index >= 0 && isBlankRow(rows[index]?.cells ?? [])) index -= 1
  const above = rows[index]
  if (above === undefined) return null
  const names = withoutTrailingEmpty(above.cells)
  const isAsWide = above.cells.length === rows[first]?.cells.length
  return areNames(names) && isAsWide ? tableBelow(rows, index) : null
}

const withoutHeader = (rows: readonly Row[], first: number): Table => {
  const start = isOfOtherKind(rows, first) ? first + 1 : first
  return { header: null, start, width: usualWidth(rows.slice(start)) }
}

/** How the days of a row are written: the year in front, or behind; nothing where no day stands. */
const dayForms = (cells: readonly string[]): string[] =>
  cells.map((cell) => {
    const text = trimmed(cell)
    if (kindOf(text) !== 'date') return ''
    return /^\d{4}/.test(text) ? 'year' : 'day'
  })

const rowsCompared = 10

/** Whether the first row writes its days elsewhere or otherwise than all others: it tells of the account. */
const isOfOtherKind = (rows: readonly Row[], first: number): boolean => {
  const own = dayForms(rows[first]?.cells ?? [])
  const others = rows
    .slice(first + 1)
    .filter(({ cells }) => isLineLike(cells))
    .slice(0, rowsCompared)
    .map(({ cells }) => dayForms(cells))
  if (others.length < 2) return false
  const [one = []] = others
  const isOneForm = others.every((forms) => forms.join() === one.join())
  const inBoth = own.flatMap((form, index) =>
    form !== '' && one[index] !== undefined && one[index] !== '' ? [form === one[index]] : [],
  )
  return isOneForm && (inBoth.length === 0 || inBoth.includes(false))
}

/**
 * Finds the table in the first rows of a file; null where no row looks like a line and none like a header. `headerLine`
 * is what a person says: the line of the header, or 0 for none.
 */
export const findTable = (rows: readonly Row[], headerLine?: number): Table | null => {
  if (headerLine !== undefined && headerLine > 0) {
    const index = rows.findIndex(({ line }) => line === headerLine)
    return index < 0 ? null : tableBelow(rows, index)
  }
  const first = rows.findIndex(({ cells }) => isLineLike(cells))
  if (headerLine === 0) return first < 0 ? null : withoutHeader(rows, first)
  const named = namedHeader(rows)
  if (named !== null) return named
  if (first < 0) return null
  return unknownHeader(rows, first) ?? withoutHeader(rows, first)
}

/** Whoever keeps a fingerprint may count on fewer than 300 characters. */
const fingerprintLength = 250

/** Identifies a header: its names in lower case and the delimiter, or a hash of them where they are long. */
export const fingerprintOf = (names: readonly string[], delimiter: string): string => {
  const text = names.map((name) => name.toLowerCase().replace(/\s+/g, ' ')).join(delimiter)
  if (text.length <= fingerprintLength) return `${delimiter}${text}`
  return `${delimiter}${text.slice(0, 100)}…${hashOf(text).toString(16)}`
}
