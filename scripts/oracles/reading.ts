/** What any reader understood of a file, ours or a peer: only what can be compared. */
import { isSameAmount, sumOf } from '../../statement-files/decimal.ts'

export interface ReadStatement {
  account?: string | null | undefined
  currency?: string | null | undefined
  opening?: string | null | undefined
  closing?: string | null | undefined
  /** Day and amount of each line; the day is null where the reader has none. */
  lines: readonly (readonly [string | null, string])[]
}

export type Reading = { statements: readonly ReadStatement[] } | { failed: string }

const lastSix = (account: string): string =>
  (account.trim().split(/\s+/).at(-1) ?? '')
    .replace(/[^0-9A-Za-z]/g, '')
    .slice(-6)
    .toUpperCase()

const differs = (
  one: string | null | undefined,
  other: string | null | undefined,
  isSame: (one: string, other: string) => boolean,
): boolean => !!one && !!other && !isSame(one, other)

const amountsOf = ({ lines }: ReadStatement): string[] =>
  lines.map(([, amount]) => sumOf(amount)).toSorted()

const daysOf = ({ lines }: ReadStatement): string[] =>
  lines.flatMap(([day, amount]) => (day === null ? [] : [`${day} ${sumOf(amount)}`])).toSorted()

const isEqual = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((value, index) => value === other[index])

const differencesOf = (ours: ReadStatement, theirs: ReadStatement): string[] => {
  const found: Record<string, boolean> = {
    account: differs(ours.account, theirs.account, (one, other) => lastSix(one) === lastSix(other)),
    currency: differs(ours.currency, theirs.currency, (one, other) => one === other),
    opening: differs(ours.opening, theirs.opening, isSameAmount),
    closing: differs(ours.closing, theirs.closing, isSameAmount),
    count: ours.lines.length !== theirs.lines.length,
    amounts: !isEqual(amountsOf(ours), amountsOf(theirs)),
    // a reader that knows no days at all is not asked for them
    days: daysOf(theirs).length > 0 && !isEqual(daysOf(ours), daysOf(theirs)),
  }
  return Object.keys(found).filter((name) => found[name])
}

const withLines = (statements: readonly ReadStatement[]) =>
  statements.filter(({ lines }) => lines.length > 0)

/** Names of what two readers understood differently; never a value. */
export const compareReadings = (
  ours: readonly ReadStatement[],
  theirs: readonly ReadStatement[],
): string[] => {
  const [mine, others] = [withLines(ours), withLines(theirs)]
  if (mine.length !== others.length) return ['statements']
  return [...new Set(mine.flatMap((each, index) => differencesOf(each, others[index] ?? each)))]
}
