/** Whether a file ends in the middle of a row, as an interrupted download does. */
import { scaleOf } from '../decimal.ts'
import { readBalance } from './amounts.ts'
import { trimmed } from './cell.ts'
import type { Plan } from './plan.ts'
import type { Verdict } from './row-judge.ts'
import { countFilled, type Row } from './table.ts'
import { summaryOf } from './words.ts'

const moneyRoles: ReadonlySet<string> = new Set(['amount', 'debit', 'credit', 'balance'])

/** Decimals of the amount in the last cell of a row; null where it holds none. */
const lastDecimals = ({ roles, decimalSign }: Plan, { cells }: Row): number | null => {
  const last = cells.length - 1
  if (!moneyRoles.has(roles[last] ?? '')) return null
  const amount = readBalance(cells, last, decimalSign)
  return amount === null ? null : scaleOf(amount)
}

const hasFewerDecimals = (plan: Plan, above: Row | null, row: Row): boolean => {
  if (above === null || isOtherSide(plan, row)) return false
  const [before, here] = [lastDecimals(plan, above), lastDecimals(plan, row)]
  return before !== null && (here === null || here < before)
}

/** An amount on one side leaves the other one empty, though it is the last of the row. */
const isOtherSide = ({ amounts, table }: Plan, { cells }: Row): boolean => {
  const source = amounts?.reading.source
  if (source?.kind !== 'sides' || cells.length < table.width) return false
  const isEmpty = (index: number) => !isFilled(cells[index])
  const [one, other] = [source.debit, source.credit].toSorted((first, second) => first - second)
  return other === cells.length - 1 && isEmpty(other) && !isEmpty(one!)
}

const isFilled = (cell: string | undefined): boolean => trimmed(cell ?? '') !== ''

/** The beginning of a row, not a word of goodbye: a number, or what the row above begins with. */
const isBeginning = ({ cells }: Row, above: Row | null): boolean => {
  const cell = trimmed(cells[0] ?? '')
  return /^\d/.test(cell) || (above?.cells[0]?.startsWith(cell) ?? false)
}

interface LastRow {
  row: Row
  verdict: Verdict
}

/** Judges the last row of a file, which lacks the end of its line; `above` is the last line before it. */
export const isCutOff = (plan: Plan, above: Row | null, { row, verdict }: LastRow): boolean => {
  const width = above?.cells.length ?? plan.table.width
  const isShort = row.cells.length < width
  switch (verdict.kind) {
    case 'line':
      return isShort || hasFewerDecimals(plan, above, row)
    case 'continuation':
      return isShort
    case 'skip':
      if (verdict.balance !== undefined) return false
      return verdict.lacksAmount === true || (isShort && isPartOfRow(row, above))
    case 'broken':
      return false
  }
}

const isPartOfRow = (row: Row, above: Row | null): boolean =>
  summaryOf(row.cells.join(' ')) === null && (countFilled(row.cells) > 1 || isBeginning(row, above))
