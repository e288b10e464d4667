/** Amounts whose mark may part thousands: what was given on before the file showed how it marks decimals. */
import { readAmount } from '../inference/decimal-sign.ts'
import { atScale, scaleOf } from '../decimal.ts'
import type { Position } from '../parsed.ts'
import type { Problem } from '../problem.ts'
import { problem, quoted } from '../problem.ts'
import type { AmountReader } from './amount.ts'

interface Doubt {
  text: string
  /** As it was given on. */
  amount: string
  position: Position
}

export interface Doubts {
  add: (doubt: Doubt) => void
  /** One problem for each mark that was read wrong, or of which nothing tells how it is meant. */
  problems: (decimals: number) => Problem[]
}

/** A third decimal that is not zero cannot be meant, whoever is asked. */
const isTooFine = (amount: string, decimals: number): boolean =>
  scaleOf(atScale(amount, decimals)) > decimals

const problemOf = ({ text, position }: Doubt): Problem => {
  const first = readAmount(text, '.') ?? text
  const second = readAmount(text, ',') ?? text
  return problem('decimal_sign_ambiguous', { text: quoted(text), first, second }, position)
}

/** Keeps the first doubt for each mark; `amounts` knows in the end what all clear amounts have shown. */
export const createDoubts = (amounts: AmountReader): Doubts => {
  const doubts = new Map<string, Doubt>()

  const judged = (doubt: Doubt, decimals: number): Problem[] => {
    const now = amounts.read(doubt.text, decimals)
    if (now === null || now.isUnclear) return [problemOf(doubt)]
    if (now.amount === doubt.amount) return []
    return isTooFine(now.amount, decimals)
      ? [problem('bad_amount', { text: quoted(doubt.text) }, doubt.position)]
      : [problemOf(doubt)]
  }

  return {
    add(doubt) {
      const mark = doubt.text.includes(',') ? ',' : '.'
      if (!doubts.has(mark)) doubts.set(mark, doubt)
    },
    problems: (decimals) => [...doubts.values()].flatMap((doubt) => judged(doubt, decimals)),
  }
}
