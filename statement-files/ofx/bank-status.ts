/** What a bank answered instead of, or beside, a statement. */
import type { Problem } from '../problem.ts'
import { asWarning, problem, quoted } from '../problem.ts'
import type { Element } from './elements.ts'

/** The problem that a STATUS tells; null where all went well. A mere remark of the bank is no error. */
export const bankProblem = ({ leaves, line, column }: Element): Problem | null => {
  const code = leaves.text('CODE')
  if (/^0*$/.test(code)) return null
  const params = { status: quoted(code), text: quoted(leaves.text('MESSAGE')) }
  const told = problem('bank_error', params, { line, column })
  return /^(?:INFO|WARN)/i.test(leaves.text('SEVERITY')) ? asWarning(told) : told
}
