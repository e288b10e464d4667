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

/** Says it; `position` is the end of the file. */
export const tellVerdict = (output: Output, found: Findings, position: Position): void => {
  const { outside, bankProblems } = found
  if (outside !== null)
    output.problem(
      problem('malformed', { reason: 'order', text: `<${outside.name}>` }, outside.position),
    )
  else if (found.documents === 0)
    output.problem(problem('truncated', { missing: '<OFX>' }, position))
  const isEmpty = found.statements === 0
  for (const told of bankProblems) output.problem(isEmpty ? told : asWarning(told))
  if (isEmpty) {
    openListed(output, found.listed)
    const isExplained = found.isRefusedByBank || bankProblems.length > 0
    if (found.documents > 0 && !isExplained) output.problem(whyEmpty(found))
    return
  }
  for (const told of skipped(found.investmentLines, 'investment')) output.problem(told)
  for (const told of skipped(found.pendingLines, 'pending')) output.problem(told)
}
