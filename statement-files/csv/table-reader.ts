/** Reads the rows of a file whose layout is known, and says what they are. */
import { scaleOf } from '../decimal.ts'
import type { Output, ParseOptions } from '../output.ts'
import type { ParsedLine } from '../parsed.ts'
import { problem, quoted } from '../problem.ts'
import { readBalance } from './amounts.ts'
import { createBalanceList } from './balance-list.ts'
import { mineBalance, mineRow, noFacts } from './facts.ts'
import { createLineReader } from './line-reader.ts'
import type { Plan } from './plan.ts'
import { createRowJudge, type Verdict } from './row-judge.ts'
import { createSkippedRows } from './skipped-rows.ts'
import { createStatements } from './statements.ts'
import { isBlankRow, type Row } from './table.ts'

export interface TableReader {
  row: (cells: readonly string[], line: number) => void
  /** `isWholeLine`: the last row ended as the others do. */
  end: (isWholeLine: boolean) => void
}

interface Setup {
  output: Output
  options: ParseOptions
  plan: Plan
  delimiter: string
}

const rawLength = 2_000

const moneyRoles: ReadonlySet<string> = new Set(['amount', 'debit', 'credit', 'balance'])

/** Decimals of the amount in the last cell of a row; null where it holds none. */
const lastDecimals = ({ roles, decimalSign }: Plan, { cells }: Row): number | null => {
  const last = cells.length - 1
  if (!moneyRoles.has(roles[last] ?? '')) return null
  const amount = readBalance(cells, last, decimalSign)
  return amount === null ? null : scaleOf(amount)
}

/** Whether a last row without the end of its line was cut off: it is shorter than the one above. */
const isCutOff = (plan: Plan, above: Row | null, last: Row): boolean => {
  const width = above?.cells.length ?? plan.table.width
  if (last.cells.length !== width) return last.cells.length < width
  const [before, here] = [
    above === null ? null : lastDecimals(plan, above),
    lastDecimals(plan, last),
  ]
  return before !== null && here !== null && here < before
}

export const createTableReader = ({ output, options, plan, delimiter }: Setup): TableReader => {
  const facts = noFacts()
  const skipped = createSkippedRows()
  const reader = createLineReader(plan, options.today)
  const judge = createRowJudge(plan, reader, options.today)
  const statements = createStatements({
    output,
    facts,
    proof: plan.amounts?.proof ?? null,
    hasBalances: (plan.amounts?.balance ?? -1) >= 0,
  })
  const balances = plan.amounts === null ? createBalanceList(plan, options.today) : null
  const firstLine = plan.table.header?.line ?? 0
  let rowsAbove = plan.table.header === null ? plan.table.start : 0
  let rawLeft = options.rawLines ?? 0
  let above: Row | null = null
  let last: Row | null = null

  const withRaw = (line: ParsedLine, cells: readonly string[]): ParsedLine => {
    if (rawLeft <= 0) return line
    rawLeft -= 1
    return { ...line, raw: cells.join(delimiter).slice(0, rawLength) }
  }

  const passLine = (verdict: Extract<Verdict, { kind: 'line' }>, row: Row): void => {
    above = last
    last = row
    const key = reader.keyOf(row.cells)
    for (const told of verdict.problems) statements.of(key).problem(told)
    statements.add(key, { line: withRaw(verdict.line, row.cells), balance: verdict.balance })
  }

  const leaveOut = (verdict: Extract<Verdict, { kind: 'skip' }>, row: Row): void => {
    skipped.add(verdict.reason)
    if (verdict.amount !== undefined)
      mineBalance(facts, { ...row, amount: verdict.amount }, plan.decimalSign)
  }

  const take = (row: Row): void => {
    const verdict = judge(row)
    switch (verdict.kind) {
      case 'line':
        return passLine(verdict, row)
      case 'broken':
        last = null
        return void statements.of(reader.keyOf(row.cells)).problem(verdict.problem)
      case 'continuation':
        if (!statements.continueText(verdict.text)) skipped.add('other')
        return
      case 'skip':
        last = null
        return leaveOut(verdict, row)
    }
  }

  const tellCut = () => {
    if (last === null || !isCutOff(plan, above, last)) return
    const told = problem('truncated', {}, { line: last.line })
    statements.of(reader.keyOf(last.cells)).problem(told)
  }

  return {
    row(cells, line) {
      const row = { cells, line }
      if (line <= firstLine || rowsAbove > 0) {
        rowsAbove -= 1
        if (line === firstLine || isBlankRow(cells)) return
        skipped.add('preamble')
        return mineRow(facts, row, plan.decimalSign)
      }
      if (isBlankRow(cells)) return
      if (balances === null) take(row)
      else if (balances.see(row)) skipped.add('summary')
    },
    end(isWholeLine) {
      if (!isWholeLine) tellCut()
      statements.close(facts, balances?.closing() ?? null, reader.keyOf([]))
      for (const told of skipped.problems()) output.problem(told)
    },
  }
}
