/** Reads the rows of a file whose layout is known, and says what they are. */
import type { Output, ParseOptions } from '../output.ts'
import type { ParsedLine } from '../parsed.ts'
import { problem, quoted } from '../problem.ts'
import { readBalance } from './amounts.ts'
import { trimmed } from './cell.ts'
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
  const firstLine = plan.table.header?.line ?? 0
  let rawLeft = options.rawLines ?? 0
  let rowsLeft = plan.table.header === null ? plan.table.start : 0
  let [lastWidth, widest] = [0, 0]
  let lastRow: Row | null = null

  const withRaw = (line: ParsedLine, cells: readonly string[]): ParsedLine => {
    if (rawLeft <= 0) return line
    rawLeft -= 1
    return { ...line, raw: cells.join(delimiter).slice(0, rawLength) }
  }

  const passLine = (verdict: Extract<Verdict, { kind: 'line' }>, { cells }: Row): void => {
    const key = reader.keyOf(cells)
    for (const told of verdict.problems) statements.of(key).problem(told)
    statements.add(key, { line: withRaw(verdict.line, cells), balance: verdict.balance })
  }

  const leaveOut = (verdict: Extract<Verdict, { kind: 'skip' }>, row: Row): void => {
    skipped.add(verdict.reason)
    if (verdict.isSummary) mineBalance(facts, row, plan.decimalSign)
  }

  const take = (row: Row): void => {
    const verdict = judge(row)
    switch (verdict.kind) {
      case 'line':
        return passLine(verdict, row)
      case 'broken':
        return void statements.of(reader.keyOf(row.cells)).problem(verdict.problem)
      case 'continuation':
        if (!statements.continueText(verdict.text)) skipped.add('other')
        return
      case 'skip':
        return leaveOut(verdict, row)
    }
  }

  return {
    row(cells, line) {
      const row = { cells, line }
      if (line <= firstLine || rowsLeft > 0) {
        rowsLeft -= 1
        if (line === firstLine || isBlankRow(cells)) return
        skipped.add('preamble')
        return mineRow(facts, row, plan.decimalSign)
      }
      if (isBlankRow(cells)) return
      lastWidth = cells.length
      if (lastRow !== null) widest = Math.max(widest, lastRow.cells.length)
      lastRow = row
      take(row)
    },
    end() {
      statements.close(facts)
      for (const told of skipped.problems()) output.problem(told)
    },
  }
}
