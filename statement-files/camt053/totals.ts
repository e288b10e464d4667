/** Numbers and sums that the bank states of all entries, compared with those that were read. */
import { negated } from '../../domain/money.ts'
import { DecimalSum, isSameAmount } from '../decimal.ts'
import { asWarning, problem, quoted } from '../problem.ts'
import { amountOf } from './amount.ts'
import type { Entry, FoundTotal, StatedTotal, Statement } from './records.ts'

const add = (total: FoundTotal, { money, isDebit }: Entry): void => {
  total.count += 1
  if (money === undefined || isDebit === undefined) return
  if (isDebit) total.debit.add(money.amount)
  else total.credit.add(money.amount)
}

/** Counts an entry; what it is compared with may be stated below the entries. */
export const countEntry = (statement: Statement, entry: Entry, isBooked: boolean): void => {
  add(statement.listed, entry)
  if (isBooked) add(statement.booked, entry)
}

/** Some banks write the sum of debits with a sign. */
const unsigned = (text: string): string | null =>
  amountOf(text.startsWith('-') ? text.slice(1) : text)

interface Claim {
  what: 'entries' | 'credit' | 'debit' | 'sum'
  stated: string
  /** Banks count with or without what is not booked yet, and add up with or without the sign. */
  found: readonly string[]
}

const differenceOf = ({ credit, debit }: FoundTotal): string => {
  const sum = new DecimalSum()
  sum.add(credit.total())
  sum.add(negated(debit.total()))
  const total = sum.total()
  return total.startsWith('-') ? negated(total) : total
}

const turnoverOf = ({ credit, debit }: FoundTotal): string => {
  const sum = new DecimalSum()
  sum.add(credit.total())
  sum.add(debit.total())
  return sum.total()
}

const claimsOf = ({ allEntries, credits, debits, booked, listed }: Statement): Claim[] => {
  const claims: Claim[] = []
  const claim = (what: Claim['what'], stated: string | undefined, found: readonly string[]) => {
    if (stated !== undefined) claims.push({ what, stated, found })
  }
  const both = [booked, listed]
  claim(
    'entries',
    allEntries?.count,
    both.map(({ count }) => String(count)),
  )
  claim(
    'credit',
    credits?.sum,
    both.map(({ credit }) => credit.total()),
  )
  claim(
    'debit',
    debits?.sum,
    both.map(({ debit }) => debit.total()),
  )
  const isSplit = credits?.sum !== undefined && debits?.sum !== undefined
  if (!isSplit)
    claim(
      'sum',
      allEntries?.sum,
      both.flatMap((of) => [turnoverOf(of), differenceOf(of)]),
    )
  return claims
}

const holds = ({ stated, found }: Claim): boolean => {
  const amount = unsigned(stated)
  return amount === null || found.some((each) => isSameAmount(each, amount))
}

/**
 * Tells the first total that is not reached. It only warns: banks are seen to state totals of another period, while
 * opening plus lines is closing.
 */
export const checkTotals = (statement: Statement): void => {
  const wrong = claimsOf(statement).find((claim) => !holds(claim))
  if (wrong === undefined) return
  const { what, stated, found } = wrong
  const place: StatedTotal | undefined =
    what === 'credit'
      ? statement.credits
      : what === 'debit'
        ? statement.debits
        : statement.allEntries
  const params = { what, stated: quoted(stated), found: found[0] ?? '0' }
  statement.open.problem(asWarning(problem('control_total_mismatch', params, place?.position)))
}
