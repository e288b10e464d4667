/**
 * What a column of balances proves: where each balance follows from the one before it, the order of the rows, the side
 * from which amounts are written and the account's balances at both ends are beyond doubt.
 */
import { isSame, minus, plus, type Units } from './units.ts'

export interface Step {
  amount: Units
  /** Null where the row states none. */
  balance: Units | null
}

export interface Course {
  order: 'oldest_first' | 'newest_first'
  /** Whether the balance of a row includes its own amount. */
  stands: 'after' | 'before'
  /** The amounts are written from the other side. */
  isInverted: boolean
}

export interface BalanceProof extends Course {
  holds: number
  breaks: number
}

/** A balance that does not follow from the one before. */
export interface ChainBreak {
  previous: Units
  sum: Units
  balance: Units
}

/** How the days of the rows run. */
export type DayCourse = 'rising' | 'falling' | 'flat'

type Relation = '+after' | '+before' | '-before' | '-after'

const relations = ['+after', '+before', '-before', '-after'] as const satisfies readonly Relation[]

interface Reading extends Course {
  relation: Relation
  /** Balances that must follow before this is believed. */
  least: number
}

const usual: readonly Reading[] = [
  { relation: '+after', order: 'oldest_first', stands: 'after', isInverted: false, least: 1 },
  { relation: '-before', order: 'newest_first', stands: 'after', isInverted: false, least: 1 },
  { relation: '+before', order: 'oldest_first', stands: 'before', isInverted: false, least: 2 },
  { relation: '-after', order: 'newest_first', stands: 'before', isInverted: false, least: 2 },
]
const inverted: readonly Reading[] = [
  { relation: '-after', order: 'oldest_first', stands: 'after', isInverted: true, least: 2 },
  { relation: '+before', order: 'newest_first', stands: 'after', isInverted: true, least: 2 },
]

const [first, second, ...others] = usual

/** Without signs, or in two columns, amounts from the other side are likelier than balances before the row. */
const readingsOf = (isWithoutSigns: boolean): readonly Reading[] =>
  isWithoutSigns ? [first!, second!, ...inverted, ...others] : [...usual, ...inverted]

/** Which relation each pair of neighbouring balances fulfils. */
const countRelations = (sequences: readonly (readonly Step[])[]) => {
  const counts = new Map<Relation, number>(relations.map((relation) => [relation, 0]))
  let pairs = 0
  const see = (difference: Units, after: Units, before: Units) => {
    if (isSame(difference, 0) && isSame(after, 0) && isSame(before, 0)) return
    pairs += 1
    const fulfilled = { '+after': after, '+before': before, '-before': -before, '-after': -after }
    for (const relation of relations)
      if (isSame(fulfilled[relation], difference))
        counts.set(relation, (counts.get(relation) ?? 0) + 1)
  }
  for (const steps of sequences) {
    let previous: Units | null = null
    let [after, before]: [Units, Units] = [0, 0]
    for (const { amount, balance } of steps) {
      after = plus(after, amount)
      if (balance !== null && previous !== null) see(minus(balance, previous), after, before)
      if (balance !== null) [previous, after, before] = [balance, 0, 0]
      before = plus(before, amount)
    }
  }
  return { counts, pairs }
}

const fits = ({ order }: Reading, days: DayCourse): boolean =>
  days === 'flat' || (days === 'rising') === (order === 'oldest_first')

const enough = 0.75

/** The reading of amounts and balances that the rows of each account prove; null where they prove none. */
export const proveBalances = (
  sequences: readonly (readonly Step[])[],
  days: DayCourse,
  isWithoutSigns: boolean,
): BalanceProof | null => {
  const { counts, pairs } = countRelations(sequences)
  let best: BalanceProof | null = null
  for (const reading of readingsOf(isWithoutSigns)) {
    const holds = counts.get(reading.relation) ?? 0
    if (!fits(reading, days) || holds < reading.least || holds < pairs * enough) continue
    const { order, stands, isInverted } = reading
    if (best === null || holds > best.holds)
      best = { order, stands, isInverted, holds, breaks: pairs - holds }
  }
  return best
}

export interface Chain {
  /** Takes the rows in the order of the file; the first balance that does not follow is given back, once. */
  see: (amount: Units, balance: Units | null) => ChainBreak | null
  /** Whether a row would go on from the last balance. */
  follows: (amount: Units, balance: Units | null) => boolean
  /** Forgets the last row, which stated no balance. */
  takeBack: (amount: Units) => void
  /** The balances before the first and after the last line in time; null where no row stated one. */
  ends: () => { opening: End; closing: End } | null
}

export interface End {
  amount: Units
  /** Written in the file as it is. */
  isStated: boolean
}

/** Follows the balances of one account; amounts are given as the account's holder sees them. */
export const createChain = ({ order, stands }: Course): Chain => {
  let rows = 0
  /** What moved since the last balance, or since the first row. */
  let moved: Units = 0
  let firstSeen: { balance: Units; above: Units; row: number } | null = null
  let last: Units | null = null
  let lastRow = 0
  let isBroken = false
  const isOldestFirst = order === 'oldest_first'
  // sums that count up to a balance in the order of the file include its own row in two of the four courses
  const includesOwn = isOldestFirst === (stands === 'after')

  const movedUntil = (amount: Units): Units => (includesOwn ? plus(moved, amount) : moved)

  /** The balance that follows in the file where so much moved between. */
  const onFrom = (balance: Units, between: Units): Units =>
    isOldestFirst ? plus(balance, between) : minus(balance, between)

  return {
    follows: (amount, balance) =>
      last !== null && balance !== null && isSame(onFrom(last, movedUntil(amount)), balance),
    see(amount, balance) {
      rows += 1
      const between = movedUntil(amount)
      if (balance === null) {
        moved = plus(moved, amount)
        return null
      }
      const previous = last
      moved = includesOwn ? 0 : amount
      last = balance
      lastRow = rows
      firstSeen ??= { balance, above: between, row: rows }
      if (previous === null || isBroken || isSame(onFrom(previous, between), balance)) return null
      isBroken = true
      // told in the order of time, whatever that of the file is
      return isOldestFirst
        ? { previous, sum: between, balance }
        : { previous: balance, sum: between, balance: previous }
    },
    takeBack(amount) {
      rows -= 1
      moved = minus(moved, amount)
    },
    ends() {
      if (firstSeen === null || last === null) return null
      const { balance, above, row } = firstSeen
      const atTop = isOldestFirst ? minus(balance, above) : plus(balance, above)
      const top: End = { amount: atTop, isStated: isSame(above, 0) && row === 1 }
      const isLast = isSame(moved, 0) && lastRow === rows
      const bottom: End = { amount: onFrom(last, moved), isStated: isLast }
      return isOldestFirst ? { opening: top, closing: bottom } : { opening: bottom, closing: top }
    },
  }
}
