/** What becomes of an entry when all of it was read: a line, or a count of what is not booked. */
import type { ParsedLine } from '../parsed.ts'
import { problem, quoted } from '../problem.ts'
import { closingDay } from './balances.ts'
import { lineOf } from './line.ts'
import type { Entry, Money, Reading, Statement } from './records.ts'
import { countEntry } from './totals.ts'
import { settleCurrency } from './currency.ts'

const notBooked = new Set(['PDNG', 'INFO', 'FUTR'])

/** Banks that send booked entries only leave the status away. */
const isBooked = ({ open }: Statement, { status, position }: Entry): boolean => {
  if (status === undefined || status === 'BOOK') return true
  if (!notBooked.has(status))
    open.problem(problem('unknown_field', { text: quoted(status) }, position))
  return false
}

interface Movement {
  money: Money
  isDebit: boolean
}

/** Amount and direction, without which an entry is no line; what is wrong with them is told. */
const movementOf = ({ open }: Statement, entry: Entry): Movement | null => {
  const { money, isDebit, problems = [], position } = entry
  for (const told of problems) open.problem(told)
  const isTold = (code: string) => problems.some((told) => told.code === code)
  if (money === undefined && !isTold('bad_amount'))
    open.problem(problem('bad_amount', { reason: 'missing', text: '' }, position))
  if (isDebit === undefined && !isTold('malformed'))
    open.problem(problem('malformed', { reason: 'direction', text: '' }, position))
  return money === undefined || isDebit === undefined ? null : { money, isDebit }
}

/** Some banks book without saying when: the value date stands in, else the day of the closing balance. */
const settleDay = (line: ParsedLine, statement: Statement, { problems }: Entry): void => {
  if (line.bookedOn !== null) return
  const day = line.valueOn ?? closingDay(statement)
  if (day !== undefined) {
    line.bookedOn = day
    line.isBookedOnDerived = true
  } else if (!problems?.some(({ code }) => code === 'bad_date'))
    statement.open.problem(problem('bad_date', { text: '', what: 'booking' }, line.position))
}

const checkCurrency = ({ open }: Statement, { money }: Movement, entry: Entry): void => {
  const { currency } = open.head
  if (money.currency === undefined || currency === undefined || money.currency === currency) return
  const params = { what: 'line', found: quoted(money.currency), expected: currency }
  open.problem(problem('currency_mismatch', params, entry.position))
}

/** Passes the entry on that ends here. */
export const addEntry = ({ statement, entry, place }: Reading): void => {
  const raw = entry.hasRaw ? place.endRaw() : undefined
  const booked = isBooked(statement, entry)
  countEntry(statement, entry, booked)
  if (!booked) {
    statement.skippedCount += 1
    return
  }
  const movement = movementOf(statement, entry)
  if (movement === null) return
  settleCurrency(statement, movement.money.currency)
  checkCurrency(statement, movement, entry)
  const line = lineOf(entry, {
    ...movement,
    currency: statement.open.head.currency,
    ownAccount: statement.accountNumber,
    tell: statement.open.problem,
  })
  settleDay(line, statement, entry)
  if (raw !== undefined) line.raw = raw
  statement.open.line(line)
}
