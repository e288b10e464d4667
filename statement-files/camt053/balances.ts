/** Which of the balances opens a statement and which closes it: by type and day, not by order. */
import type { Checkpoint } from '../parsed.ts'
import { problem, quoted } from '../problem.ts'
import { signed } from './amount.ts'
import type { Balance, Money, Statement } from './records.ts'

/** Booked balances; all others tell what is available, expected or meant for information. */
const booked = new Set(['OPBD', 'PRCD', 'ITBD', 'CLBD'])

export const isBookedBalance = ({ code }: Balance): boolean => code !== undefined && booked.has(code)

type Known = Balance & { money: Money }

const isKnown = (balance: Balance): balance is Known =>
  isBookedBalance(balance) && balance.money !== undefined

/** By day, those of one day as they stand. */
const ofCode = (balances: readonly Known[], code: string): Known[] =>
  balances
    .filter((each) => each.code === code)
    .toSorted(({ on: one = '' }, { on: other = '' }) => (one < other ? -1 : one > other ? 1 : 0))

interface Chosen {
  opening: Known | undefined
  closing: Known | undefined
  interim: Known[]
}

/** A page of a statement opens and closes with interim balances; a single one beside nothing else may be either. */
const choose = (balances: readonly Known[]): Chosen => {
  const interim = ofCode(balances, 'ITBD')
  const closings = ofCode(balances, 'CLBD')
  let opening = ofCode(balances, 'OPBD')[0] ?? ofCode(balances, 'PRCD')[0]
  let closing = closings.pop()
  if (opening === undefined && interim.length > (closing === undefined ? 1 : 0))
    opening = interim.shift()
  if (closing === undefined && opening !== undefined) closing = interim.pop()
  return { opening, closing, interim: [...interim, ...closings] }
}

const inCurrency = ({ balances, open }: Statement): Known[] => {
  const { currency } = open.head
  const known = balances.filter(isKnown)
  if (currency === undefined) return known
  const own = known.filter(({ money }) => (money.currency ?? currency) === currency)
  return own.length === 0 ? known : own
}

const checkpoint = (kind: Checkpoint['kind'], balance: Known): Checkpoint => ({
  kind,
  amount: signed(balance.money.amount, balance.isDebit),
  ...(balance.on === undefined ? {} : { on: balance.on }),
  origin: 'stated',
  position: balance.position,
})

/** The balances of a statement whose currency is settled. */
export const checkpointsOf = (statement: Statement): Checkpoint[] => {
  const { opening, closing, interim } = choose(inCurrency(statement))
  return [
    ...(opening === undefined ? [] : [checkpoint('opening', opening)]),
    ...interim.map((each) => checkpoint('interim', each)),
    ...(closing === undefined ? [] : [checkpoint('closing', closing)]),
  ]
}

/** The day of the closing balance, where one is known already. */
export const closingDay = (statement: Statement): string | undefined => {
  statement.closingOn ??= choose(inCurrency(statement)).closing?.on ?? null
  return statement.closingOn ?? undefined
}

/** Tells what is wrong with the balance that ends here. */
export const addBalance = (statement: Statement, balance: Balance): void => {
  statement.balances.push(balance)
  if (!isBookedBalance(balance)) return
  const { problems = [], money, position } = balance
  for (const told of problems) statement.open.problem(told)
  if (money === undefined && problems.length === 0)
    statement.open.problem(problem('bad_amount', { reason: 'missing', text: '' }, position))
}

/** Balances of which none is in the currency of the account. */
export const checkBalanceCurrency = ({ balances, open, position }: Statement): void => {
  const { currency } = open.head
  const known = balances.filter(isKnown)
  const [first] = known
  const found = first?.money.currency
  if (currency === undefined || found === undefined) return
  if (known.some(({ money }) => (money.currency ?? currency) === currency)) return
  const params = { what: 'statement', found: quoted(found), expected: quoted(currency) }
  open.problem(problem('currency_mismatch', params, position))
}
