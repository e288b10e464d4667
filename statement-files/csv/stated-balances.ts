/** Balances that a file states beside its rows, and what those mean of which it does not say when they were. */
import { isSameAmount, sumOf } from '../decimal.ts'
import type { Checkpoint } from '../parsed.ts'
import type { Facts, StatedBalance } from './facts.ts'

export interface ToldBalances {
  opening: readonly Checkpoint[]
  closing: readonly Checkpoint[]
}

const checkpointOf = (kind: 'opening' | 'closing', stated: StatedBalance | null): Checkpoint[] =>
  stated === null
    ? []
    : [{ kind, amount: stated.amount, origin: 'stated', position: { line: stated.line } }]

interface Ends {
  opening: StatedBalance | null
  closing: StatedBalance | null
}

/** Whether lines of this sum lead from the one balance to the other. */
const leads = (sum: string, { opening, closing }: Ends): boolean =>
  opening !== null && closing !== null && isSameAmount(sumOf(opening.amount, sum), closing.amount)

/** A balance of no day is where the lines lead; where nothing leads anywhere, a single one is the last. */
const settled = ({ opening, closing, undated }: Facts, sum: string): Ends => {
  const known = { opening, closing }
  if (undated.length === 0 || (opening !== null && closing !== null)) return known
  const [first, last] = [undated[0]!, undated.at(-1)!]
  const possible: Ends[] = [
    ...undated.map((each) => ({ opening, closing: each })),
    ...undated.map((each) => ({ opening: each, closing })),
    { opening: first, closing: last },
    { opening: last, closing: first },
  ].filter((ends) => closing === null || ends.closing === closing)
  const found = possible.find((ends) => leads(sum, ends))
  if (found !== undefined) return found
  const isAlone = opening === null && closing === null && isSameAmount(first.amount, last.amount)
  return isAlone ? { opening, closing: first } : known
}

/** The balances at both ends as the file states them beside its rows, whose amounts have this sum. */
export const toldBalances = (facts: Facts, sum: string): ToldBalances => {
  const { opening, closing } = settled(facts, sum)
  return {
    opening: checkpointOf('opening', opening),
    closing: checkpointOf('closing', closing),
  }
}
