/** Tells for each row of the table whether it is a line, and what is wrong with it where it is not quite one. */
import type { ColumnRole } from '../../domain/csv-layout.ts'
import { readDay } from '../inference/date-order.ts'
import type { ParsedLine } from '../parsed.ts'
import type { Problem } from '../problem.ts'
import { problem, quoted } from '../problem.ts'
import { readBalance, readRowAmount, type RowAmount } from './amounts.ts'
import { looksLikeDay, plainDay, trimmed } from './cell.ts'
import type { LineReader } from './line-reader.ts'
import { folded } from './names.ts'
import type { Plan } from './plan.ts'
import type { SkipReason } from './skipped-rows.ts'
import type { Row } from './table.ts'
import { isBalanceRow, rowStateOf } from './words.ts'

export type Verdict =
  | { kind: 'line'; line: ParsedLine; balance: string | null; problems: readonly Problem[] }
  /** Something is wrong with a line of which nothing can be kept. */
  | { kind: 'broken'; problem: Problem }
  | { kind: 'skip'; reason: SkipReason; amount?: string | null }
  /** Only text: it belongs to the line above. */
  | { kind: 'continuation'; text: string }

export type RowJudge = (row: Row) => Verdict

const skip = (reason: SkipReason): Verdict => ({ kind: 'skip', reason })

const noProblems: readonly Problem[] = []

const amountRoles = new Set<ColumnRole>(['amount', 'debit', 'credit'])

/** A sentence, or the name of a balance, where a day should stand. */
const isSummaryName = (cell: string): boolean =>
  isBalanceRow(cell) || folded(cell).split(' ').length > 3

const isFilled = (cell: string | undefined): boolean => cell !== undefined && trimmed(cell) !== ''

/** Whether a row has more cells than its table, with something in them. */
const isTooWide = (cells: readonly string[], width: number): boolean =>
  cells.length > width && cells.slice(width).some(isFilled)

export const createRowJudge = (plan: Plan, reader: LineReader, today: string): RowJudge => {
  const { bookedOn, valueOn, amounts, roles, decimalSign } = plan
  const { width, header } = plan.table
  const status = roles.indexOf('status')
  const balanceIndex = amounts?.balance ?? -1
  const lastAmount = Math.max(
    ...roles.map((role, index) => (amountRoles.has(role) ? index : -1)),
    0,
  )
  let [askedDay, answeredDay] = ['', null as string | null]

  const dayOf = (cell: string, order = bookedOn.order): string | null => {
    if (cell === askedDay) return answeredDay
    askedDay = cell
    answeredDay = readDay(plainDay(cell), order ?? 'dmy', today)
    return answeredDay
  }

  const derivedDay = (cells: readonly string[]): string | null => {
    const cell = valueOn === null ? '' : trimmed(cells[valueOn.index] ?? '')
    return cell === '' || valueOn?.order == null
      ? null
      : readDay(plainDay(cell), valueOn.order, today)
  }

  /** Only the columns of text are filled. */
  const isOnlyText = (cells: readonly string[]): boolean =>
    cells.every((cell, index) => roles[index] === 'text' || !isFilled(cell))

  const isHeader = (cells: readonly string[]): boolean =>
    header !== null && header.names.every((name, index) => trimmed(cells[index] ?? '') === name)

  /** A row that tells of a balance or a total; the column of balances tells it best. */
  const summary = ({ cells }: Row, amount: RowAmount, reason: SkipReason): Verdict => {
    const balance = balanceIndex < 0 ? null : readBalance(cells, balanceIndex, decimalSign)
    return { kind: 'skip', reason, amount: balance ?? (typeof amount === 'string' ? amount : null) }
  }

  const withoutAmount = (row: Row): Verdict => {
    const isCut = row.cells.length < width && row.cells.length <= lastAmount
    if (isCut && !isBalanceRow(reader.textOf(row.cells)))
      return { kind: 'broken', problem: columnsProblem(row) }
    return summary(row, null, 'summary')
  }

  const withoutDay = (row: Row, amount: RowAmount): Verdict => {
    const { cells } = row
    const day = derivedDay(cells)
    if (day !== null && typeof amount === 'string')
      return lineOf(row, { day, amount, isDerived: true })
    if (isOnlyText(cells)) return { kind: 'continuation', text: reader.textOf(cells) }
    return summary(row, amount, amount === null ? 'summary' : 'no_date')
  }

  const withBadDay = (row: Row, amount: RowAmount, cell: string): Verdict => {
    const told = problem('bad_date', { text: quoted(cell), what: 'booking' }, { line: row.line })
    if (looksLikeDay(cell)) {
      if (typeof amount !== 'string') return { kind: 'broken', problem: told }
      return lineOf(row, { day: null, amount, isDerived: false }, [told])
    }
    if (typeof amount !== 'string' || isHeader(row.cells)) return summary(row, amount, 'footer')
    if (isSummaryName(cell) || isTotal(row)) return summary(row, amount, 'summary')
    return lineOf(row, { day: null, amount, isDerived: false }, [told])
  }

  /** A word and amounts, nothing else: a total. */
  const isTotal = ({ cells }: Row): boolean =>
    isBalanceRow(reader.textOf(cells)) || filledCount(cells) <= 2

  const lineOf = (
    { cells, line }: Row,
    { day, amount, isDerived }: { day: string | null; amount: string; isDerived: boolean },
    problems: readonly Problem[] = noProblems,
  ): Verdict => {
    const made = reader.read({
      bookedOn: bookedOn.order === null && !isDerived ? null : day,
      isBookedOnDerived: isDerived,
      amount,
      cells,
      lineNumber: line,
    })
    const impossible = reader.impossibleValueDay(cells)
    const balance = balanceIndex < 0 ? null : readBalance(cells, balanceIndex, decimalSign)
    if (impossible === null) return { kind: 'line', line: made, balance, problems }
    const told = problem('bad_date', { text: quoted(impossible), what: 'value' }, { line })
    return { kind: 'line', line: made, balance, problems: [...problems, told] }
  }

  const unreadable = ({ line }: Row, text: string): Verdict => ({
    kind: 'broken',
    problem: problem('bad_amount', { text: quoted(text), reason: 'unreadable' }, { line }),
  })

  const withDay = (row: Row, amount: RowAmount, day: string): Verdict => {
    if (isTooWide(row.cells, width)) return { kind: 'broken', problem: columnsProblem(row) }
    if (amount === null) return withoutAmount(row)
    if (typeof amount !== 'string') return unreadable(row, amount.unreadable)
    const verdict = lineOf(row, { day, amount, isDerived: false })
    const isBalance = verdict.kind === 'line' && isBalanceRow(verdict.line.text)
    return isBalance ? summary(row, amount, 'summary') : verdict
  }

  return (row) => {
    const { cells } = row
    const state = status < 0 ? null : rowStateOf(trimmed(cells[status] ?? ''))
    if (state === 'pending' || state === 'refused') return skip(state)
    const amount = amounts === null ? null : readRowAmount(cells, amounts.reading)
    const cell = trimmed(cells[bookedOn.index] ?? '')
    if (cell === '') return withoutDay(row, amount)
    const day = dayOf(cell)
    if (day !== null) return withDay(row, amount, day)
    return bookedOn.order === null && looksLikeDay(cell)
      ? withDay(row, amount, '')
      : withBadDay(row, amount, cell)
  }
}

const filledCount = (cells: readonly string[]): number => cells.filter(isFilled).length

const columnsProblem = ({ cells, line }: Row): Problem =>
  problem('malformed', { reason: 'columns', text: quoted(cells.join(' ')) }, { line })
