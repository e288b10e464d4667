/** The currency of a statement: its account's, else that of its balances, else that of its entries. */
import { problem, quoted } from '../problem.ts'
import { isBookedBalance } from './balances.ts'
import type { Statement } from './records.ts'

/** Decides it as soon as the first line needs it. */
export const settleCurrency = (
  { open, accountCurrency, balances }: Statement,
  ofEntry: string | undefined,
): void => {
  if (open.head.currency !== undefined) return
  const ofBalance = balances.find((each) => isBookedBalance(each) && each.money?.currency)
  const currency = accountCurrency ?? ofBalance?.money?.currency ?? ofEntry
  if (currency !== undefined) open.head.currency = currency
}

/** The account may be described below its entries. */
export const checkAccountCurrency = ({ open, accountCurrency, position }: Statement): void => {
  const { currency } = open.head
  if (accountCurrency === undefined || currency === undefined || accountCurrency === currency)
    return
  const params = { what: 'statement', found: quoted(currency), expected: quoted(accountCurrency) }
  open.problem(problem('currency_mismatch', params, position))
}
