/** Reads the rows of a file whose layout is known, and says what they are. */
import type { Output, ParseOptions } from '../output.ts'
import type { ParsedLine } from '../parsed.ts'
import { problem } from '../problem.ts'
import { BalanceList } from './balance-list.ts'
import { isCutOff } from './cut-off.ts'
import { keepUndated, mineBalance, mineRow, noFacts } from './facts.ts'
import { LineReader } from './line-reader.ts'
import type { Plan } from './plan.ts'
import { RowJudge, type LineVerdict, type SkipVerdict, type Verdict } from './row-judge.ts'
import { createSkippedRows } from './skipped-rows.ts'
import { Statements } from './statements.ts'
import { isBlankRow, type Row } from './table.ts'

interface Setup {
  output: Output
  options: ParseOptions
  plan: Plan
  delimiter: string
}

const rawLength = 2_000

export class TableReader {
  readonly #setup: Setup
  readonly #facts = noFacts()
  readonly #skipped = createSkippedRows()
  readonly #lines: LineReader
  readonly #judge: RowJudge
  readonly #statements: Statements
  /** Only for a file that lists balances and no lines. */
  readonly #balances: BalanceList | null
  #rowsAbove: number
  #rawLeft: number
  #lastLine: Row | null = null
  #lastRow: Row | null = null
  #lastVerdict: Verdict | null = null

  constructor(setup: Setup) {
    const { output, options, plan } = setup
    this.#setup = setup
    this.#lines = new LineReader(plan, options.today)
    this.#judge = new RowJudge(plan, this.#lines, options.today)
    this.#statements = new Statements({
      output,
      facts: this.#facts,
      proof: plan.amounts?.proof ?? null,
      order: plan.amounts?.order ?? 'oldest_first',
      hasBalances: (plan.amounts?.balance ?? -1) >= 0,
      onSummary: () => this.#skipped.add('summary'),
    })
    this.#balances = plan.amounts === null ? new BalanceList(plan, options.today) : null
    this.#rowsAbove = plan.table.header === null ? plan.table.start : 0
    this.#rawLeft = options.rawLines ?? 0
  }

  row(cells: readonly string[], line: number): void {
    const headerLine = this.#setup.plan.table.header?.line ?? 0
    if (line <= headerLine || this.#rowsAbove > 0) {
      this.#rowsAbove -= 1
      if (line !== headerLine && !isBlankRow(cells)) this.#mine({ cells, line })
    } else if (!isBlankRow(cells)) this.#take({ cells, line })
  }

  #mine(row: Row): void {
    this.#skipped.add('preamble')
    mineRow(this.#facts, row, this.#setup.plan.decimalSign)
  }

  #take(row: Row): void {
    if (this.#balances !== null) {
      if (this.#balances.see(row)) this.#skipped.add('summary')
      return
    }
    if (this.#lastVerdict?.kind === 'line') this.#lastLine = this.#lastRow
    const verdict = this.#judge.judge(row)
    this.#lastRow = row
    this.#lastVerdict = verdict
    this.#follow(verdict, row)
  }

  #follow(verdict: Verdict, row: Row): void {
    switch (verdict.kind) {
      case 'line':
        return this.#pass(verdict, row)
      case 'broken':
        return void this.#statements.of(this.#lines.keyOf(row.cells)).problem(verdict.problem)
      case 'continuation':
        if (!this.#statements.continueText(verdict.text)) this.#skipped.add('other')
        return
      case 'skip':
        return this.#leaveOut(verdict, row)
    }
  }

  #pass({ line, balance, problems }: LineVerdict, row: Row): void {
    const key = this.#lines.keyOf(row.cells)
    for (const told of problems) this.#statements.of(key).problem(told)
    // a line that names its currency need not be copied to get it
    if (key.currency !== '') line.currency = key.currency
    this.#statements.add(key, { line: this.#withRaw(line, row.cells), balance })
  }

  #withRaw(line: ParsedLine, cells: readonly string[]): ParsedLine {
    if (this.#rawLeft <= 0) return line
    this.#rawLeft -= 1
    return { ...line, raw: cells.join(this.#setup.delimiter).slice(0, rawLength) }
  }

  #leaveOut({ reason, amount, balance }: SkipVerdict, row: Row): void {
    this.#skipped.add(reason)
    if (balance !== undefined) keepUndated(this.#facts, { amount: balance, line: row.line })
    if (amount !== undefined)
      mineBalance(this.#facts, { ...row, amount }, this.#setup.plan.decimalSign)
  }

  /** `isWholeLine`: the last row ended as the others do. */
  end(isWholeLine: boolean): void {
    const { output } = this.#setup
    if (!isWholeLine && this.#lastRow !== null && this.#lastVerdict !== null)
      this.#tellCut(this.#lastRow, this.#lastVerdict)
    const ifNone = this.#lines.keyOf([])
    this.#statements.close(this.#balances?.closing ?? null, ifNone)
    for (const told of this.#skipped.problems()) output.problem(told)
  }

  #tellCut(row: Row, verdict: Verdict): void {
    if (!isCutOff(this.#setup.plan, this.#lastLine, { row, verdict })) return
    const told = problem('truncated', {}, { line: row.line })
    this.#statements.of(this.#lines.keyOf(row.cells)).problem(told)
  }
}
