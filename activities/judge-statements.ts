/** What would happen to each statement of a file, and what a person is shown of it. */
import type { FileAccount } from '../db/queries/import-accounts.ts'
import type { StagedStatement } from '../db/queries/import-staging.ts'
import type {
  ImportOptions,
  ImportPreview,
  ImportProblem,
  StatedBalance,
  Verdict,
} from '../domain/statement-import.ts'
import type { AccountRef, Checkpoint } from '../statement-files/parsed.ts'
import { problem } from '../statement-files/problem.ts'
import type { StatementSummary } from '../statement-files/report.ts'
import { balanceOf } from '../statement-files/verify.ts'
import { assignAccount, formsOf } from './import-accounts.ts'
import type { Survey, SurveyedStatement } from './survey-file.ts'

export interface Judged extends StagedStatement {
  /** Currency of lines that name none; null without an account. */
  accountCurrency: string | null
}

const accountsNamedMax = 5

/** The numbers of a file in every form in which one of our accounts may have them. */
export const numbersOf = ({ statements }: Survey): string[] => [
  ...new Set(
    statements.flatMap(({ summary }) => (summary.account ? formsOf(summary.account) : [])),
  ),
]

const has = (problems: readonly ImportProblem[], severity: ImportProblem['severity']): boolean =>
  problems.some((told) => told.severity === severity)

const statedAt = (
  checkpoints: readonly Checkpoint[],
  kind: 'opening' | 'closing',
): StatedBalance | null => {
  const found = balanceOf(checkpoints, kind)
  return found === undefined ? null : { amount: found.amount, on: dayOf(found.on) }
}

const dayOf = (text: string | undefined): string | null =>
  text !== undefined && /^\d{4}-\d\d-\d\d$/.test(text) ? text : null

/** What makes a statement the same as an earlier one of its file: equal balances around equal lines that change them. */
const twinKey = (summary: StatementSummary): string | null => {
  const [opening, closing] = [
    statedAt(summary.checkpoints, 'opening'),
    statedAt(summary.checkpoints, 'closing'),
  ]
  if (opening === null || closing === null || /^-?[0.]*$/.test(summary.sum)) return null
  const { account, currency, bankStatementId, lineCount, sumIn, sumOut, firstOn, lastOn } = summary
  return JSON.stringify([
    account?.number,
    currency,
    bankStatementId,
    lineCount,
    sumIn,
    sumOut,
    firstOn,
    lastOn,
    opening,
    closing,
  ])
}

const currencyProblems = (
  { currencies, summary }: SurveyedStatement,
  account: FileAccount | null,
): ImportProblem[] => {
  if (account === null) return []
  const [foreign] = [...currencies].filter(
    ([currency]) => currency !== account.currency && currency !== summary.currency,
  )
  if (foreign === undefined) return []
  const [found, position] = foreign
  const params = { what: 'line', found, expected: account.currency }
  return [problem('currency_mismatch', params, position)]
}

interface Context {
  ofFile: readonly ImportProblem[]
  known: readonly FileAccount[]
  options: ImportOptions
  seen: Set<string>
}

const judge = (statement: SurveyedStatement, context: Context): Judged => {
  const { summary } = statement
  const { account, isLeftOut, problems } = assignAccount(summary, context.known, context.options)
  const all = [...summary.problems, ...problems]
  if (!isLeftOut) all.push(...currencyProblems(statement, account))
  const isRepeated = seenBefore(summary, context.seen)
  const n = summary.lineCount
  if (isRepeated) all.push(problem('lines_already_present', { n, total: n }))
  return {
    ...described(statement),
    currency: summary.currency ?? account?.currency ?? null,
    accountId: account?.id ?? null,
    accountCurrency: account?.currency ?? null,
    verdict: verdictOf({ isLeftOut, isRepeated }, [...context.ofFile, ...all]),
    problems: all,
  }
}

const seenBefore = (summary: StatementSummary, seen: Set<string>): boolean => {
  const key = twinKey(summary)
  if (key === null) return false
  const isKnown = seen.has(key)
  seen.add(key)
  return isKnown
}

const described = ({ summary, number, sample }: SurveyedStatement) => ({
  number,
  ...(summary.member === undefined ? {} : { member: summary.member }),
  account: summary.account === undefined ? null : shownAccount(summary.account),
  from: dayOf(summary.from) ?? dayOf(summary.firstOn),
  to: dayOf(summary.to) ?? dayOf(summary.lastOn),
  opening: statedAt(summary.checkpoints, 'opening'),
  closing: statedAt(summary.checkpoints, 'closing'),
  lines: summary.lineCount,
  sumIn: summary.sumIn,
  sumOut: summary.sumOut,
  sample,
})

const shownAccount = ({ number, holder }: AccountRef) => ({
  number: number.slice(0, 100),
  holder: holder?.slice(0, 200) ?? null,
})

const verdictOf = (
  { isLeftOut, isRepeated }: { isLeftOut: boolean; isRepeated: boolean },
  problems: readonly ImportProblem[],
): Verdict => {
  if (isLeftOut) return 'left_out'
  if (has(problems, 'error')) return 'refused'
  if (isRepeated) return 'repeated'
  return has(problems, 'question') ? 'waiting' : 'importable'
}

/** Judges every statement of a file by itself; what is wrong with the file as a whole counts for all of them. */
export const judgeStatements = (
  survey: Survey,
  known: readonly FileAccount[],
  options: ImportOptions,
): Judged[] => {
  const context = { ofFile: survey.problems, known, options, seen: new Set<string>() }
  return survey.statements.map((statement) => judge(statement, context))
}

/** A file of several accounts, of which some are not known: told once for the file, not to be looked for in a long list. */
export const unknownAccounts = (judged: readonly Judged[]): ImportProblem[] => {
  const named = new Set(judged.flatMap(({ account }) => account?.number ?? []))
  const unknown = new Set(
    judged.flatMap(({ account, problems }) =>
      account !== null && problems.some(({ code }) => code === 'account_unknown')
        ? [account.number]
        : [],
    ),
  )
  if (unknown.size === 0 || named.size < 2) return []
  const numbers = [...unknown].slice(0, accountsNamedMax).join(', ')
  return [problem('some_accounts_unknown', { n: unknown.size, numbers })]
}

const countOf = (problems: readonly ImportProblem[]): number =>
  problems.filter(({ severity }) => severity === 'question').length

/** Totals of a judged file before its lines are compared with what is stored. */
export const totalsOf = (
  judged: readonly Judged[],
  ofFile: readonly ImportProblem[],
): ImportPreview['totals'] => {
  const importable = judged.filter(({ verdict, lines }) => verdict === 'importable' && lines > 0)
  const waiting = judged.filter(({ verdict }) => verdict === 'waiting')
  return {
    statements: judged.length,
    importable: importable.length,
    questions: countOf(ofFile) + waiting.reduce((sum, { problems }) => sum + countOf(problems), 0),
    lines: judged.reduce((sum, { lines }) => sum + lines, 0),
    alreadyPresent: 0,
    possibleDuplicates: 0,
  }
}
