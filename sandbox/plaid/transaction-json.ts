/** Accounts and lines as Plaid writes them: money out is positive, digits are the bank's own. */
import type { BankAccount } from '../bank.ts'
import { balanceOf, findLine } from '../bank.ts'
import { plainDecimal } from '../decimal.ts'
import { exactNumber } from '../exact-json.ts'
import type { Line } from '../line.ts'
import { accountIdAt, transactionIdAt } from './ids.ts'
import type { HeldAccount } from './items.ts'
import type { Item, LogEntry } from './state.ts'

/** The same digits with the other sign; zero has none. */
const turned = (amount: string): string => {
  if (amount.startsWith('-')) return amount.slice(1)
  return /[1-9]/.test(amount.split(/e/i)[0] ?? '') ? `-${amount}` : amount
}

const kinds: Record<BankAccount['subtype'], [type: string, subtype: string]> = {
  checking: ['depository', 'checking'],
  savings: ['depository', 'savings'],
  card: ['credit', 'credit card'],
  psp: ['depository', 'paypal'],
  securities: ['investment', 'brokerage'],
}

/** One account with its balances; what is owed on a card is positive. */
export const accountJson = ({ account, id }: HeldAccount) => {
  const [type, subtype] = kinds[account.subtype]
  const balance = plainDecimal(balanceOf(account))
  return {
    account_id: id,
    balances: {
      available: type === 'credit' ? null : exactNumber(balance),
      current: exactNumber(type === 'credit' ? turned(balance) : balance),
      limit: null,
      iso_currency_code: account.currency,
      unofficial_currency_code: null,
    },
    mask: account.reference.replaceAll(/[^0-9A-Za-z]/g, '').slice(-4) || null,
    name: account.description.slice(0, 100),
    official_name: account.product,
    type,
    subtype,
  }
}

const nowhere = {
  address: null,
  city: null,
  region: null,
  postal_code: null,
  country: null,
  lat: null,
  lon: null,
  store_number: null,
}

const paymentOf = (line: Line) => {
  const isOut = line.amount.startsWith('-')
  return {
    by_order_of: null,
    payee: isOut ? line.counterpartyName : null,
    payer: isOut ? null : line.counterpartyName,
    payment_method: null,
    payment_processor: null,
    ppd_id: line.creditorId,
    reason: line.text || null,
    reference_number: line.endToEndId ?? line.internalReference,
  }
}

interface Wish {
  item: Item
  account: BankAccount
  /** The posted row names the pending one it came from. */
  matchesPending: boolean
  originalDescription: boolean
}

const nameOf = ({ text, counterpartyName, description }: Line): string =>
  [counterpartyName, text, description].find((each) => each !== null && each !== '') ?? 'Payment'

/** The row of a log entry; null when the line is no longer there. */
export const transactionJson = (entry: LogEntry, wish: Wish) => {
  const { item, account } = wish
  const line = findLine(account, entry.line)
  if (line === undefined) return null
  const former = wish.matchesPending ? line.postedFromId : null
  return {
    transaction_id: transactionIdAt(item.id, entry),
    account_id: accountIdAt(item.id, entry.account, entry.generation),
    amount: exactNumber(turned(line.amount)),
    iso_currency_code: line.currency,
    unofficial_currency_code: null,
    date: line.bookedOn,
    authorized_date: line.valueOn,
    datetime: null,
    authorized_datetime: null,
    name: nameOf(line),
    merchant_name: line.counterpartyName,
    original_description: wish.originalDescription ? line.text || null : null,
    pending: line.status === 'pending',
    pending_transaction_id: former ? transactionIdAt(item.id, { ...entry, line: former }) : null,
    payment_channel: 'other',
    payment_meta: paymentOf(line),
    location: nowhere,
    transaction_code: null,
    account_owner: null,
    check_number: null,
    counterparties: [],
  }
}
