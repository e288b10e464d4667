/** Which of the balances opens a statement and which closes it: by type and day, not by order. */
import type { Checkpoint } from '../parsed.ts'
import { problem, quoted } from '../problem.ts'
import { signed } from './amount.ts'
import type { Balance, Money, Statement } from './records.ts'

/** Booked balances; all others tell what is available, expected or meant for information. */
const booked = new Set(['OPBD', 'PRCD', 'ITBD', 'CLBD'])
const others = new Set(['OPAV', 'CLAV', 'ITAV', 'FWAV', 'XPCD', 'INFO', 'OTHR', 'XBCY', 'XCRD'])

export const isBookedBalance = ({ code }: Balance): boolean =>
  code !== undefined && booked.has(code)

type Known = Balance & { money: Money }

const isKnown = (balance: Balance): balance is Known =>
  isBookedBalance(balance) && balance.money !== undefined

/** By day, those of one day as they stand; those in another currency only where there are no others. */
const ofCode = ({ balances, open }: Statement, code: string): Known[] => {
  const { currency } = open.head
  const known = balances.filter(isKnown).filter((each) => each.code === code)
  const own = known.filter(({ money }) => (money.currency ?? currency) === currency)
  return (own.length === 0 ? known : own).toSorted(byDay)
}

const byDay = ({ on: one = '' }: Known, { on: other = '' }: Known): number =>
  one < other ? -1 : Number(one > other)

interface Chosen {
  opening: Known | undefined
  closing: Known | undefined
  interim: Known[]
}

/** A page of a statement opens and closes with interim balances; a single one beside nothing else may be either. */
const choose = (statement: Statement): Chosen => {
  const interim = ofCode(statement, 'ITBD')
  const closings = ofCode(statement, 'CLBD')
  let opening = ofCode(statement, 'OPBD')[0] ?? ofCode(statement, 'PRCD')[0]
  let closing = closings.pop()
  if (opening === undefined && interim.length > (closing === undefined ? 1 : 0))
    opening = interim.shift()
  if (closing === undefined && opening !== undefined) closing = interim.pop()
  return { opening, closing, interim: [...interim, ...closings] }
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
  const { opening, closing, interim } = choose(statement)
  return [
    ...(opening === undefined ? [] : [checkpoint('opening', opening)]),
    ...interim.map((each) => checkpoint('interim', each)),
    ...(closing === undefined ? [] : [checkpoint('closing', closing)]),
  ]
}

/** The day of the closing balance, where one is known already. */
export const closingDay = (statement: Statement): string | undefined => {
  statement.closingOn ??= choose(statement).closing?.on ?? null
  return statement.closingOn ?? undefined
}

/** Tells what is wrong with the balance that ends here. */
export const addBalance = (statement: Statement, balance: Balance): void => {
  statement.balances.push(balance)
  const { code = '', problems = [], money, position } = balance
  if (!booked.has(code)) {
    if (!others.has(code))
      statement.open.problem(problem('unknown_field', { text: quoted(code || 'Bal') }, position))
    return
  }
  for (const told of problems) statement.open.problem(told)
  if (money === undefined && problems.length === 0)
    statement.open.problem(problem('bad_amount', { reason: 'missing', text: '' }, position))
}

/** A balance in another currency proves nothing about the lines. */
export const checkBalanceCurrency = (statement: Statement): void => {
  const { open } = statement
  const { currency } = open.head
  const { opening, closing } = choose(statement)
  for (const balance of [opening, closing]) {
    const found = balance?.money.currency
    if (currency === undefined || found === undefined || found === currency) continue
    const params = { what: 'statement', found: quoted(found), expected: quoted(currency) }
    open.problem(problem('currency_mismatch', params, balance?.position))
    return
  }
}
