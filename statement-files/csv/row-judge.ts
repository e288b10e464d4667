/** Tells for each row of the table whether it is a line, and what is wrong with it where it is not quite one. */
import { readDay } from '../inference/date-order.ts'
import type { ParsedLine } from '../parsed.ts'
import type { Problem } from '../problem.ts'
import { problem, quoted } from '../problem.ts'
import { readBalance, readRowAmount, type RowAmount } from './amounts.ts'
import { kindOf, looksLikeDay, plainDay, trimmed } from './cell.ts'
import type { Column } from './column.ts'
import type { Known, LineReader } from './line-reader.ts'
import { folded, hintsOf } from './names.ts'
import type { Plan } from './plan.ts'
import type { SkipReason } from './skipped-rows.ts'
import { countFilled, isLineLike, type Row } from './table.ts'
import { isBalanceRow, rowStateOf, summaryOf, type RowState } from './words.ts'

export interface LineVerdict {
  kind: 'line'
  line: ParsedLine
  /** Stated beside the line; null where it is not. */
  balance: string | null
  problems: readonly Problem[]
}

export interface SkipVerdict {
  kind: 'skip'
  reason: SkipReason
  /** The amount or balance of a row that may tell a balance. */
  amount?: string | null
  /** A balance that the row tells though it has no word for it. */
  balance?: string
  /** It has a day and would be a line if it had an amount. */
  lacksAmount?: true
}

export type Verdict =
  | LineVerdict
  | SkipVerdict
  /** Something is wrong with a line of which nothing can be kept. */
  | { kind: 'broken'; problem: Problem }
  /** Only text: it belongs to the line above. */
  | { kind: 'continuation'; text: string }

/** A sentence, or the name of a balance, where a day should stand. */
const isSummaryName = (cell: string): boolean =>
  isBalanceRow(cell) || summaryOf(cell) !== null || folded(cell).split(' ').length > 3

const isFilled = (cell: string | undefined): boolean => cell !== undefined && trimmed(cell) !== ''

/** Whether a row has more cells than its table, with something in them. */
const isTooWide = (cells: readonly string[], width: number): boolean =>
  cells.length > width && cells.slice(width).some(isFilled)

/** Cells of a row that has a total in it, in a table of many columns. */
const totalCells = 2

/** Share of the cells of a line that a row has at least to be one whose cells ran together. */
const fillShare = 0.6
const leastFill = 3

const accountNumber = /^\d{3,5}[ -]?\d{5,12}[A-Z]?$/
const leastMissing = 3

const holdsWords = (column: Column): boolean => column.count('text') * 2 > column.filled

const columnsProblem = ({ cells, line }: Row): Verdict => ({
  kind: 'broken',
  problem: problem('malformed', { reason: 'columns', text: quoted(cells.join(' ')) }, { line }),
})

const unreadable = ({ line }: Row, text: string): Verdict => ({
  kind: 'broken',
  problem: problem('bad_amount', { text: quoted(text), reason: 'unreadable' }, { line }),
})

const none: readonly Problem[] = []

export class RowJudge {
  readonly #plan: Plan
  readonly #reader: LineReader
  readonly #today: string
  readonly #status: number
  readonly #balance: number
  #asked = ''
  #answer: string | null = null

  constructor(plan: Plan, reader: LineReader, today: string) {
    this.#plan = plan
    this.#reader = reader
    this.#today = today
    this.#status = plan.roles.indexOf('status')
    this.#balance = plan.amounts?.balance ?? -1
  }

  judge(row: Row): Verdict {
    const { bookedOn, amounts } = this.#plan
    const { cells } = row
    const state = this.#stateOf(cells)
    if (state !== 'booked') return { kind: 'skip', reason: state }
    const amount = amounts === null ? null : readRowAmount(cells, amounts.reading)
    const day = this.#dayOf(cells[bookedOn.index] ?? '')
    const isKnown = day !== null && bookedOn.order !== null
    return isKnown ? this.#withDay(row, amount, day) : this.#withDoubtfulDay(row, amount, day)
  }

  /** The day is missing or none, or the order of the days is not known. */
  #withDoubtfulDay(row: Row, amount: RowAmount, day: string | null): Verdict {
    const { bookedOn } = this.#plan
    const cell = trimmed(row.cells[bookedOn.index] ?? '')
    if (cell === '') return this.#withoutDay(row, amount)
    const isOpen = bookedOn.order === null && looksLikeDay(cell)
    return day !== null || isOpen
      ? this.#withDay(row, amount, isOpen ? null : day)
      : this.#withBadDay(row, amount, cell)
  }

  /** A status nobody knows counts as booked. */
  #stateOf(cells: readonly string[]): RowState {
    const cell = this.#status < 0 ? '' : trimmed(cells[this.#status] ?? '')
    return cell === '' ? 'booked' : (rowStateOf(cell) ?? 'booked')
  }

  /** Neighbouring rows are often of the same day. */
  #dayOf(cell: string): string | null {
    if (cell !== this.#asked) {
      this.#asked = cell
      this.#answer = readDay(
        plainDay(trimmed(cell)),
        this.#plan.bookedOn.order ?? 'dmy',
        this.#today,
      )
    }
    return this.#answer
  }

  #withDay(row: Row, amount: RowAmount, day: string | null): Verdict {
    if (isTooWide(row.cells, this.#plan.table.width)) return columnsProblem(row)
    if (amount === null) return this.#withoutAmount(row)
    if (typeof amount !== 'string') return unreadable(row, amount.unreadable)
    const verdict = this.#lineOf(row, { day, amount })
    const { counterpartyAccount, text } = verdict.line
    const said = text === '' ? this.#onlyText(row.cells) : text
    if (counterpartyAccount !== undefined) return verdict
    if (this.#isOfAccount(row, said)) return { kind: 'skip', reason: 'summary', balance: amount }
    return isBalanceRow(said) ? this.#summary(row, amount, 'summary') : verdict
  }

  #withoutAmount(row: Row): Verdict {
    const { cells } = row
    if (isBalanceRow(this.#reader.textOf(cells))) return this.#summary(row, null, 'summary')
    // a line break inside a row leaves its first part here
    if (cells.length < this.#plan.table.width || this.#hasOtherMoney(cells))
      return columnsProblem(row)
    return { ...this.#summary(row, null, 'summary'), lacksAmount: true }
  }

  #withoutDay(row: Row, amount: RowAmount): Verdict {
    const { cells } = row
    const day = this.#valueDay(cells)
    if (day !== null && typeof amount === 'string')
      return this.#lineOf(row, { day, amount, isDerived: true })
    if (this.#isOnlyText(cells)) return { kind: 'continuation', text: this.#reader.textOf(cells) }
    if (amount === null && this.#isReserved(cells)) return { kind: 'skip', reason: 'pending' }
    return this.#leftOut(row, amount, amount === null ? 'summary' : 'no_date')
  }

  #withBadDay(row: Row, amount: RowAmount, cell: string): Verdict {
    const { line } = row
    // some banks write that a line is not booked yet where its day will stand
    const state = rowStateOf(cell)
    if ((state === 'pending' || state === 'refused') && !/\d/.test(cell))
      return { kind: 'skip', reason: state }
    const told = problem('bad_date', { text: quoted(cell), what: 'booking' }, { line })
    if (typeof amount !== 'string') {
      if (looksLikeDay(cell)) return { kind: 'broken', problem: told }
      return this.#leftOut(row, amount, 'footer')
    }
    const isOther = !looksLikeDay(cell) && (isSummaryName(cell) || this.#isTotal(row))
    if (isOther) return this.#leftOut(row, amount, 'summary')
    return this.#lineOf(row, { day: null, amount }, [told])
  }

  /** A row that is no line; one that would be a line in other columns is told, for its cells have moved. */
  #leftOut(row: Row, amount: RowAmount, reason: SkipReason): Verdict {
    const { cells } = row
    const isMoved = isLineLike(cells) || this.#isAsFull(cells)
    if (isMoved && !this.#isHeader(cells) && summaryOf(cells.join(' ')) === null)
      return columnsProblem(row)
    return this.#summary(row, amount, reason)
  }

  /** Whether a row has an amount or a day and nearly as many cells as a line: two of them may have run together. */
  #isAsFull(cells: readonly string[]): boolean {
    if (countFilled(cells) < Math.max(leastFill, this.#plan.usualFill * fillShare)) return false
    return cells.some((cell) => {
      const kind = kindOf(trimmed(cell))
      return kind === 'amount' || kind === 'date'
    })
  }

  /** A row that may tell of a balance; the column of balances tells it best. */
  #summary({ cells }: Row, amount: RowAmount, reason: SkipReason): SkipVerdict {
    const balance =
      this.#balance < 0 ? null : readBalance(cells, this.#balance, this.#plan.decimalSign)
    return { kind: 'skip', reason, amount: balance ?? (typeof amount === 'string' ? amount : null) }
  }

  /** A word and an amount, nothing else. */
  #isTotal({ cells }: Row): boolean {
    if (isBalanceRow(this.#reader.textOf(cells))) return true
    return this.#plan.table.width > totalCells + 1 && countFilled(cells) <= totalCells
  }

  /** In a table without names: the account's number where all others have words, and nothing where all others have something. */
  #isOfAccount({ cells }: Row, text: string): boolean {
    const { table, columns } = this.#plan
    if (table.header !== null || !accountNumber.test(text)) return false
    const missing = columns.filter(
      ({ filled, rows }, index) => filled >= rows - 1 && !isFilled(cells[index]),
    )
    return missing.length >= leastMissing || missing.some(holdsWords)
  }

  /** The only words of a row, in whatever column they stand; empty where there are more. */
  #onlyText(cells: readonly string[]): string {
    const texts = cells.map(trimmed).filter((cell) => cell.length > 3 && kindOf(cell) === 'text')
    return texts.length === 1 ? (texts[0] ?? '') : ''
  }

  /** Whether a row without amount has one in a column of which nothing is known: it must not be lost. */
  #hasOtherMoney(cells: readonly string[]): boolean {
    const { columns, roles } = this.#plan
    return columns.some((column, index) => {
      const cell = trimmed(cells[index] ?? '')
      if (roles[index] !== 'ignored' || !column.isMoney || !/[1-9]/.test(cell)) return false
      return kindOf(cell) === 'amount' && hintsOf(column.name)[0]?.role !== 'ignored'
    })
  }

  /** Whether the only amount of a row stands in a column of what is reserved. */
  #isReserved(cells: readonly string[]): boolean {
    return this.#plan.columns.some(
      ({ name }, index) => isFilled(cells[index]) && rowStateOf(name) === 'pending',
    )
  }

  #isOnlyText(cells: readonly string[]): boolean {
    const { roles } = this.#plan
    return cells.every((cell, index) => roles[index] === 'text' || !isFilled(cell))
  }

  #isHeader(cells: readonly string[]): boolean {
    const names = this.#plan.table.header?.names
    return names?.every((name, index) => trimmed(cells[index] ?? '') === name) === true
  }

  #valueDay(cells: readonly string[]): string | null {
    const { valueOn } = this.#plan
    if (valueOn?.order == null) return null
    const cell = trimmed(cells[valueOn.index] ?? '')
    return cell === '' ? null : readDay(plainDay(cell), valueOn.order, this.#today)
  }

  #lineOf(row: Row, known: Known, problems: readonly Problem[] = none): LineVerdict {
    const { cells } = row
    const line = this.#reader.read(row, known)
    const { decimalSign } = this.#plan
    const balance = this.#balance < 0 ? null : readBalance(cells, this.#balance, decimalSign)
    const impossible = this.#reader.impossibleValueDay(cells)
    if (impossible === null) return { kind: 'line', line, balance, problems }
    const told = problem(
      'bad_date',
      { text: quoted(impossible), what: 'value' },
      { line: row.line },
    )
    return { kind: 'line', line, balance, problems: [...problems, told] }
  }
}
