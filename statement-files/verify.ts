/** Opening balance plus booked lines is the closing balance, or the statement says by how much it is not. */
import { negated } from '../domain/money.ts'
import { isSameAmount, sumOf } from './decimal.ts'
import type { Checkpoint } from './parsed.ts'
import type { Problem } from './problem.ts'
import { problem } from './problem.ts'

const stated = (checkpoints: readonly Checkpoint[], kind: Checkpoint['kind']) =>
  checkpoints.find((each) => each.kind === kind && each.origin === 'stated')

/** Where a statement begins or ends, as the file states it, else as it follows without doubt. */
export const balanceOf = (
  checkpoints: readonly Checkpoint[],
  kind: 'opening' | 'closing',
): Checkpoint | undefined =>
  stated(checkpoints, kind) ?? checkpoints.find((each) => each.kind === kind)

/** The problem of a statement whose figures do not add up; null where they do, or where a balance is missing. */
export const balanceProblem = (checkpoints: readonly Checkpoint[], sum: string): Problem | null => {
  const opening = stated(checkpoints, 'opening')
  const closing = stated(checkpoints, 'closing')
  if (opening === undefined || closing === undefined) return null
  const reached = sumOf(opening.amount, sum)
  if (isSameAmount(reached, closing.amount)) return null
  return problem(
    'balance_mismatch',
    {
      opening: sumOf(opening.amount),
      sum,
      reached,
      closing: sumOf(closing.amount),
      difference: sumOf(closing.amount, negated(reached)),
    },
    closing.position,
  )
}
