/**
 * What a column of balances proves: where each balance follows from the one before it, the order of the rows, the side
 * from which amounts are written and the account's balances at both ends are beyond doubt.
 */
export interface Step {
  amount: bigint
  /** Null where the row states none. */
  balance: bigint | null
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
  previous: bigint
  sum: bigint
  balance: bigint
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
  const see = (difference: bigint, after: bigint, before: bigint) => {
    if (difference === 0n && after === 0n && before === 0n) return
    pairs += 1
    const fulfilled = { '+after': after, '+before': before, '-before': -before, '-after': -after }
    for (const relation of relations)
      if (fulfilled[relation] === difference) counts.set(relation, (counts.get(relation) ?? 0) + 1)
  }
  for (const steps of sequences) {
    let previous: bigint | null = null
    let [after, before] = [0n, 0n]
    for (const { amount, balance } of steps) {
      after += amount
      if (balance !== null && previous !== null) see(balance - previous, after, before)
      if (balance !== null) [previous, after, before] = [balance, 0n, 0n]
      before += amount
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
  /** Takes the steps in the order of the file; the first balance that does not follow is given back, once. */
  see: (step: Step) => ChainBreak | null
  /** Whether a step would go on from the last balance. */
  follows: (step: Step) => boolean
  /** The balances before the first and after the last line in time; null where no row stated one. */
  ends: () => { opening: End; closing: End } | null
}

export interface End {
  amount: bigint
  /** Written in the file as it is. */
  isStated: boolean
}

/** Follows the balances of one account; amounts are given as the account's holder sees them. */
export const createChain = ({ order, stands }: Course): Chain => {
  let [total, rows] = [0n, 0]
  let firstSeen: { balance: bigint; until: bigint; row: number } | null = null
  let last: { balance: bigint; until: bigint; row: number } | null = null
  let isBroken = false
  const isOldestFirst = order === 'oldest_first'
  // sums that count up to a balance in the order of the file include its own row in two of the four courses
  const includesOwn = isOldestFirst === (stands === 'after')

  /** What moved between the last balance and one after `until`, in the order of time. */
  const movedSince = (previous: { until: bigint }, until: bigint): bigint =>
    isOldestFirst ? until - previous.until : previous.until - until

  return {
    follows: ({ amount, balance }) => {
      if (last === null || balance === null) return false
      const until = includesOwn ? total + amount : total
      return last.balance + movedSince(last, until) === balance
    },
    see({ amount, balance }) {
      const until = includesOwn ? total + amount : total
      total += amount
      rows += 1
      if (balance === null) return null
      const previous = last
      last = { balance, until, row: rows }
      firstSeen ??= last
      if (previous === null || isBroken) return null
      const sum = movedSince(previous, until)
      if (previous.balance + sum === balance) return null
      isBroken = true
      return { previous: previous.balance, sum, balance }
    },
    ends() {
      if (firstSeen === null || last === null) return null
      const above = firstSeen.until
      const below = total - last.until
      const atTop = isOldestFirst ? firstSeen.balance - above : firstSeen.balance + above
      const atBottom = isOldestFirst ? last.balance + below : last.balance - below
      const top: End = { amount: atTop, isStated: above === 0n && firstSeen.row === 1 }
      const bottom: End = { amount: atBottom, isStated: below === 0n && last.row === rows }
      return isOldestFirst ? { opening: top, closing: bottom } : { opening: bottom, closing: top }
    },
  }
}
