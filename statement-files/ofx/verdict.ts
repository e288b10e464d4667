/** What is to be said of a file when all of it was read: whether there was anything to import, and what was left out. */
import type { Output } from '../output.ts'
import type { AccountRef, Position } from '../parsed.ts'
import type { Problem } from '../problem.ts'
import { asWarning, problem } from '../problem.ts'

/** What a file held beside its statements. */
export interface Findings {
  documents: number
  statements: number
  /** Where securities begin. */
  investments: Position | null
  investmentLines: number
  pendingLines: number
  /** First element that belongs into a document but stands outside. */
  outside: { name: string; position: Position } | null
  /** First end tag without its start. */
  stray: { name: string; position: Position } | null
  bankProblems: Problem[]
  /** The bank refused the whole request, and the file said so already. */
  isRefusedByBank: boolean
  /** Accounts that the bank lists without a statement of them. */
  listed: AccountRef[]
}

export const createFindings = (): Findings => ({
  documents: 0,
  statements: 0,
  investments: null,
  investmentLines: 0,
  pendingLines: 0,
  outside: null,
  stray: null,
  bankProblems: [],
  isRefusedByBank: false,
  listed: [],
})

const openListed = (output: Output, accounts: readonly AccountRef[]): void => {
  for (const account of accounts) {
    const statement = output.open()
    statement.head.account = account
    statement.close()
  }
}

const whyEmpty = ({ investments, stray }: Findings): Problem => {
  if (investments !== null) return problem('investment_only', {}, investments)
  if (stray === null) return problem('not_a_statement')
  return problem('malformed', { reason: 'tag', text: `<${stray.name}>` }, stray.position)
}

const skipped = (n: number, reason: string): Problem[] =>
  n === 0 ? [] : [problem('rows_skipped', { n, reason })]

/** Why the file as a whole is no sequence of documents; null where it is one. */
const whyNoDocument = ({ outside, documents }: Findings, end: Position): Problem | null => {
  if (outside !== null)
    return problem('malformed', { reason: 'order', text: `<${outside.name}>` }, outside.position)
  return documents === 0 ? problem('truncated', { missing: '<OFX>' }, end) : null
}

const tellEmpty = (output: Output, found: Findings): void => {
  openListed(output, found.listed)
  const isExplained =
    found.outside !== null || found.isRefusedByBank || found.bankProblems.length > 0
  if (found.documents > 0 && !isExplained) output.problem(whyEmpty(found))
}

/** Says it; `end` is the end of the file. */
export const tellVerdict = (output: Output, found: Findings, end: Position): void => {
  const outside = whyNoDocument(found, end)
  if (outside !== null) output.problem(outside)
  const isEmpty = found.statements === 0
  for (const told of found.bankProblems) output.problem(isEmpty ? told : asWarning(told))
  if (isEmpty) return tellEmpty(output, found)
  for (const told of skipped(found.investmentLines, 'investment')) output.problem(told)
  for (const told of skipped(found.pendingLines, 'pending')) output.problem(told)
}
