/** Whether the statements of one account that stand in one file follow each other. */
import { negated } from '../../domain/money.ts'
import { sumOf } from '../decimal.ts'
import type { Problem, ProblemParams } from '../problem.ts'
import { problem } from '../problem.ts'

export interface Link {
  account: string
  currency: string
  /** Number in the year; null where the bank gives none. */
  number: number | null
  opening: string
  openingOn: string | null
  closing: string
  closingOn: string | null
  /** Record of the old balance. */
  record: number
}

const isCopy = (one: Link, other: Link): boolean =>
  one.number === other.number && one.opening === other.opening && one.closing === other.closing

/** A bank numbers as it likes, and starts again each year: only a number left out says something. */
const isNumberLeftOut = (last: Link, next: Link): boolean =>
  last.number !== null && next.number !== null && next.number > last.number + 1

const numbered = ({ number }: Link): string =>
  number === null ? '' : String(number).padStart(3, '0')

/** Days alone may be the same on both sides of a hole: its balances and numbers say where it is. */
const holeBetween = (last: Link, next: Link): ProblemParams => ({
  reason: 'balance',
  from: last.closingOn ?? '?',
  to: next.openingOn ?? '?',
  closedWith: sumOf(last.closing),
  openedWith: sumOf(next.opening),
  gap: sumOf(next.opening, negated(last.closing)),
  fromNumber: numbered(last),
  toNumber: numbered(next),
})

const gapBetween = (last: Link, next: Link): Problem | null => {
  const isJoined = last.closing === next.opening || next.closing === last.opening
  if (isCopy(last, next)) return null
  const position = { record: next.record }
  if (!isJoined) return problem('statement_gap', holeBetween(last, next), position)
  if (!isNumberLeftOut(last, next)) return null
  return problem(
    'statement_gap',
    { reason: 'number', from: String(last.number), to: String(next.number) },
    position,
  )
}

/** Compares each statement with the last one of its account; null where nothing is missing between them. */
export const createChain = (): ((next: Link) => Problem | null) => {
  const lasts = new Map<string, Link>()
  return (next) => {
    const key = `${next.account} ${next.currency}`
    const last = lasts.get(key)
    lasts.set(key, next)
    return last === undefined ? null : gapBetween(last, next)
  }
}
