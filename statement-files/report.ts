/** Collects what a parser says into parts for whoever reads the file, and checks every statement on the way. */
import { isCurrency } from './currency.ts'
import type { CsvLayout } from '../domain/csv-layout.ts'
import { limits } from './limits.ts'
import type { OpenStatement, Output } from './output.ts'
import type { ParsedLine, StatementHead } from './parsed.ts'
import type { Problem } from './problem.ts'
import { problem, quoted } from './problem.ts'
import { settledHead, settledLine } from './settle.ts'
import { createTally, type Totals } from './tally.ts'
import { balanceProblem } from './verify.ts'

/** A statement when all of it was read; its lines were given before. */
export interface StatementSummary extends StatementHead, Totals {
  problems: readonly Problem[]
}

export type Part =
  | { kind: 'lines'; statement: number; lines: ParsedLine[] }
  | { kind: 'statement'; statement: number; summary: StatementSummary }
  | { kind: 'problem'; problem: Problem }
  | { kind: 'version'; version: string }
  | { kind: 'layout'; layout: CsvLayout }

export interface Report {
  output: Output
  /** Gives what was said since the last time. */
  take: () => Part[]
  /** Closes what is still open. */
  finish: () => void
}

/** Keeps the first problems of each kind: a thousand equal sentences help nobody. */
const createProblemList = () => {
  const problems: Problem[] = []
  // by severity too: many warnings must not hide an error of the same code
  const counts = new Map<string, number>()
  return {
    problems,
    add: (told: Problem): boolean => {
      const kind = `${told.code} ${told.severity}`
      const count = (counts.get(kind) ?? 0) + 1
      counts.set(kind, count)
      if (count > limits.sameProblem) return false
      problems.push(told)
      return true
    },
  }
}

interface State {
  parts: Part[]
  statementCount: number
  lineCount: number
  isRefused: boolean
  open: Set<OpenStatement>
  refuse: (told: Problem) => void
}

/** Adds a line to the last part where that is one of this statement, so that many lines travel as one part. */
const pass = ({ parts }: State, statement: number, line: ParsedLine): void => {
  const last = parts.at(-1)
  if (last?.kind === 'lines' && last.statement === statement) last.lines.push(line)
  else parts.push({ kind: 'lines', statement, lines: [line] })
}

/** An amount of any length would make every sum after it as long. */
const endless = ({ amount, position }: ParsedLine): Problem =>
  problem('bad_amount', { text: quoted(amount), reason: 'length' }, position)

const openStatement = (state: State): OpenStatement => {
  const statement = state.statementCount
  state.statementCount += 1
  if (state.statementCount > limits.statements)
    state.refuse(problem('too_large', { what: 'statements', limit: limits.statements }))
  const head: StatementHead = { checkpoints: [] }
  const list = createProblemList()
  const tally = createTally(list.add)
  const opened: OpenStatement = {
    head,
    line(given) {
      state.lineCount += 1
      if (state.lineCount > limits.lines)
        return state.refuse(problem('too_large', { what: 'lines', limit: limits.lines }))
      if (given.amount.length > limits.amount) return void list.add(endless(given))
      const line = settledLine(given, head)
      tally.add(line)
      pass(state, statement, line)
    },
    problem: list.add,
    close() {
      if (!state.open.delete(opened)) return
      checkHead(head, list.add)
      const totals = tally.totals()
      if (!state.isRefused) checkTotals(head, totals, list.add)
      const summary = { ...settledHead(head), ...totals, problems: list.problems }
      state.parts.push({ kind: 'statement', statement, summary })
    },
  }
  state.open.add(opened)
  return opened
}

/** An output for one file, and what was said to it. */
export const createReport = (): Report => {
  const ofFile = createProblemList()
  const tell = (told: Problem) => {
    if (ofFile.add(told)) state.parts.push({ kind: 'problem', problem: told })
  }
  const state: State = {
    parts: [],
    statementCount: 0,
    lineCount: 0,
    isRefused: false,
    open: new Set(),
    refuse(told) {
      if (!state.isRefused) tell(told)
      state.isRefused = true
    },
  }
  return {
    output: {
      open: () => openStatement(state),
      problem: tell,
      refuse: state.refuse,
      isRefused: () => state.isRefused,
      version: (version) => void state.parts.push({ kind: 'version', version }),
      layout: (layout) => void state.parts.push({ kind: 'layout', layout }),
    },
    take() {
      const taken = state.parts
      state.parts = []
      return taken
    },
    finish() {
      for (const statement of state.open) statement.close()
    },
  }
}

type Tell = (told: Problem) => unknown

const checkTotals = ({ checkpoints }: StatementHead, { sum, lineCount }: Totals, tell: Tell) => {
  const unbalanced = balanceProblem(checkpoints, sum)
  if (unbalanced !== null) tell(unbalanced)
  if (lineCount === 0) tell(problem('nothing_to_import'))
}

const checkHead = ({ currency }: StatementHead, tell: Tell): void => {
  if (currency !== undefined && !isCurrency(currency))
    tell(problem('unknown_currency', { currency: quoted(currency) }))
}
