/** The second pass over a file: its records become lines of the statement of their account. */
import type { Output, ParseOptions } from '../output.ts'
import { asWarning, problem, quoted, type Problem } from '../problem.ts'
import { amountReadings, type Conventions, isMovement } from './conventions.ts'
import { lineOf, transferAccount, type LineReading } from './line.ts'
import { isOpening } from './opening.ts'
import type { QifRecord, RecordSink } from './record-reader.ts'
import type { Header } from './section.ts'
import { createStatements, type QifStatement } from './statements.ts'

interface Place {
  /** Accounts named since the last `!Account`: one alone is the account of what follows, several are a list. */
  accounts: string[]
  statement: QifStatement | null
  reading: LineReading | null
}

const namesKept = 2

class Movements implements RecordSink {
  readonly isBrief = false
  readonly #output: Output
  readonly #options: ParseOptions
  readonly #conventions: Conventions
  readonly #statements
  readonly #place: Place = { accounts: [], statement: null, reading: null }
  readonly #investments = { count: 0, line: 0 }
  /** The first movement in a section that is not known, and what that is called. */
  #unplaced: { section: string; line: number } | null = null
  #section = ''
  readonly #told = new Set<string>()

  constructor(output: Output, options: ParseOptions, conventions: Conventions) {
    this.#output = output
    this.#options = options
    this.#conventions = conventions
    this.#statements = createStatements(output)
  }

  header(header: Header, line: number): void {
    if (header.kind === 'account') this.#place.accounts = []
    if (header.kind === 'option') return
    const isBooked = header.kind === 'lines'
    const statement = isBooked ? this.#statementOf(header.name) : null
    this.#place.statement = statement
    this.#place.reading = statement === null ? null : this.#readingOf(statement)
    this.#section = header.kind === 'account' ? '' : header.name
    if (header.kind === 'unknown') this.#tellUnknown(header.name, line)
    if (header.kind === 'investment' && this.#investments.line === 0) this.#investments.line = line
  }

  #statementOf(section: string): QifStatement {
    const { accounts } = this.#place
    return this.#statements.of(accounts.length === 1 ? (accounts[0] ?? '') : '', section)
  }

  account(record: QifRecord): void {
    const { accounts } = this.#place
    if (isMovement(record, this.#options.today)) return this.#tellHomeless(record)
    if (accounts.length < namesKept && record.number !== '') accounts.push(record.number)
  }

  /** A movement stands where accounts are listed: its section has no beginning. */
  #tellHomeless({ line }: QifRecord): void {
    if (this.#isFirst('homeless'))
      this.#output.problem(problem('malformed', { reason: 'order' }, { line }))
  }

  unplaced(record: QifRecord): void {
    if (isMovement(record, this.#options.today))
      this.#unplaced ??= { section: this.#section, line: record.line }
  }

  investment(): void {
    this.#investments.count += 1
  }

  record(record: QifRecord): void {
    const { statement, reading } = this.#place
    if (statement === null || reading === null) return
    const line = lineOf(record, reading)
    if (line === null) return
    const doubtful = this.#conventions.doubtfulAmount
    if (doubtful !== null && record.amount === doubtful) this.#tellDoubtfulAmount(record)
    if (isOpening(record, statement)) {
      this.#openAccount(record, statement)
      statement.head.checkpoints.push({
        kind: 'opening',
        amount: line.amount,
        ...(line.bookedOn === null ? {} : { on: line.bookedOn }),
        origin: 'stated',
        position: line.position,
      })
      return
    }
    statement.lineCount += 1
    statement.line(line)
  }

  /** The opening balance names its account where the file does not. */
  #openAccount({ category }: QifRecord, statement: QifStatement): void {
    const { account } = statement.head
    const name = transferAccount(category)
    if (account !== undefined && name !== null && !statement.isNamed) account.number = name
    statement.isNamed = true
  }

  #readingOf(statement: QifStatement): LineReading {
    return {
      conventions: this.#conventions,
      today: this.#options.today,
      isAnswered: this.#options.dateOrder !== undefined,
      tell: statement.problem,
      tellAmbiguous: (params, line) => {
        if (this.#isFirst('date_order_ambiguous'))
          this.#output.problem(problem('date_order_ambiguous', params, { line, column: 2 }))
      },
    }
  }

  #tellDoubtfulAmount({ amount, amountLine }: QifRecord): void {
    if (amount === null || !this.#isFirst('decimal_sign_ambiguous')) return
    const params = { text: quoted(amount), ...amountReadings(amount) }
    this.#output.problem(problem('decimal_sign_ambiguous', params, { line: amountLine, column: 2 }))
  }

  #isFirst(what: string): boolean {
    if (this.#told.has(what)) return false
    this.#told.add(what)
    return true
  }

  #tellUnknown(text: string, line: number): void {
    const shown = quoted(text)
    if (this.#told.size < toldMax && this.#isFirst(`unknown_field ${shown}`))
      this.#output.problem(problem('unknown_field', { text: shown }, { line, column: 1 }))
  }

  unknown(letter: string, line: number): void {
    this.#tellUnknown(letter, line)
  }

  repeated(text: string, line: number): void {
    const isEnd = text === '^'
    const params = { reason: isEnd ? 'missing' : 'field', textKnown: 'yes', text: quoted(text) }
    this.#place.statement?.problem(problem('malformed', params, { line, column: 1 }))
  }

  stray(text: string, line: number): void {
    if (!this.#isFirst('stray')) return
    const params = { reason: 'field', textKnown: 'yes', text: quoted(text) }
    this.#output.problem(problem('malformed', params, { line, column: 1 }))
  }

  /** Some programs leave out the last end; an amount that may be cut is worse. */
  unended(line: number, isCut: boolean): void {
    const told = problem('truncated', { missingKnown: 'yes', missing: '^' }, { line })
    this.#place.statement?.problem(isCut ? told : asWarning(told))
  }

  isRawWanted(): boolean {
    const { statement } = this.#place
    return statement !== null && statement.lineCount < (this.#options.rawLines ?? 0)
  }

  close(): void {
    const { count, line } = this.#investments
    const isNothing = this.#statements.count() === 0
    if (count > 0 && isNothing) this.#output.problem(problem('investment_only', {}, { line }))
    else if (count > 0)
      this.#output.problem(problem('rows_skipped', { n: count, reason: 'investment' }, { line }))
    else if (isNothing) this.#output.problem(this.#whyNothing())
    this.#statements.close()
  }

  /** Beside others a section of an unknown kind may be a list; movements in the only one are no list. */
  #whyNothing(): Problem {
    if (this.#unplaced === null) return problem('nothing_to_import')
    const { section, line } = this.#unplaced
    const params = { reason: 'header', textKnown: 'yes', text: quoted(section) }
    return problem('malformed', params, { line })
  }
}

const toldMax = 100

/** Gives the lines of a file by conventions known beforehand. */
export const createMovements = (output: Output, options: ParseOptions, conventions: Conventions) =>
  new Movements(output, options, conventions)
