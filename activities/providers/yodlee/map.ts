/** Yodlee's resources → neutral words; pure. */
import type { Balance, ProviderAccount } from '../../../domain/account.ts'
import type { Failure } from '../../../domain/failure.ts'
import type { Institution } from '../../../domain/institution.ts'
import { negated } from '../../../domain/money.ts'
import type { Line } from '../../../domain/statement-line.ts'
import { decimal, currencyOf, noCurrency } from '../amounts.ts'
import { invalidResponse } from '../call-failures.ts'
import { clean } from '../clean.ts'
import { basicOf } from './attempt.ts'
import { dayOf, instantOf } from './dates.ts'
import { failureOf } from './errors.ts'
import type { AccountEntry, ProviderEntry, TransactionEntry } from './schema.ts'
import { firstOf } from './text.ts'

const nameMax = 200
const numberMax = 64

/** The direction stands beside the amount, which is without a sign; one that has a sign all the same loses it. */
const signed = ({ amount, baseType }: TransactionEntry): string => {
  const plain = decimal(amount.amount)
  const magnitude = plain.startsWith('-') ? plain.slice(1) : plain
  if (baseType === 'CREDIT') return magnitude
  if (baseType === 'DEBIT') return negated(magnitude)
  // a direction that nobody knows is not guessed
  throw invalidResponse('base_type', { scope: 'account' })
}

/** The same number exists in two containers, so both make the key. */
export const lineKeyOf = ({ CONTAINER, id }: TransactionEntry): string =>
  `yodlee:${CONTAINER}:${id}`

/** Quotes in names arrive with a backslash before them. */
const unescaped = (text: string | null | undefined): string =>
  (text ?? '').replace(/\\(["'\\])/g, '$1')

/** One booked line. `raw` is the resource as JSON text. */
export const toLine = (entry: TransactionEntry, raw: string): Line => {
  const { postDate, transactionDate, date, description, merchant, checkNumber, memo } = entry
  const bookedOn = dayOf(postDate) ?? dayOf(transactionDate) ?? dayOf(date)
  if (bookedOn === null) throw invalidResponse('booking_date', { scope: 'account' })
  const line: Line = {
    lineKey: lineKeyOf(entry),
    amount: signed(entry),
    currency: currencyOf(entry.amount.currency),
    bookedOn,
    text: firstOf([description?.original, description?.simple, memo], 4_000),
    raw,
  }
  const counterparty = clean(unescaped(merchant?.name))
  if (counterparty !== '') line.counterparty = counterparty
  const reference = clean(checkNumber)
  if (reference !== '') line.reference = reference
  return line
}

/** Where the amount is what the holder owes. */
const owing = ['creditCard', 'loan']
/** Kinds of accounts that have lines of money; the rest are points, bills and belongings. */
const withLines = ['bank', 'creditCard', 'loan', 'investment']
const shown = ['ACTIVE', 'TO_BE_CLOSED']

/** Whether this is an account that is read: not typed in by a person, not closed, with lines of money. */
export const isRead = ({
  CONTAINER,
  isManual,
  accountStatus,
  autoRefresh,
}: AccountEntry): boolean =>
  isManual !== true &&
  autoRefresh?.additionalStatus !== 'MANUAL_ACCOUNT' &&
  withLines.includes(CONTAINER ?? '') &&
  (!accountStatus || shown.includes(accountStatus))

const balancesOf = (entry: AccountEntry): Balance[] => {
  const { CONTAINER, balance, currentBalance, availableBalance, runningBalance } = entry
  const asOf = instantOf(basicOf(entry)?.lastUpdated) ?? instantOf(entry.lastUpdated)
  const isOwing = owing.includes(CONTAINER ?? '')
  const isBank = CONTAINER === 'bank'
  const balanceOf = (kind: Balance['kind'], money: AccountEntry['balance']): Balance[] => {
    if (!money?.currency || asOf === null) return []
    const amount = decimal(money.amount)
    return [
      {
        kind,
        amount: isOwing ? negated(amount) : amount,
        currency: currencyOf(money.currency),
        asOf,
      },
    ]
  }
  return isBank
    ? [
        ...balanceOf('booked', currentBalance ?? balance),
        ...balanceOf('available', availableBalance),
      ]
    : balanceOf('interim', runningBalance ?? balance)
}

const accountCurrencyOf = (entry: AccountEntry): string => {
  const { balance, currentBalance, runningBalance, availableBalance } = entry
  const monies = [balance, currentBalance, runningBalance, availableBalance]
  const named = monies.map((money) => money?.currency).find(Boolean)
  return named ? currencyOf(named) : noCurrency
}

/** One account; its number is masked by Yodlee. */
export const toAccount = (entry: AccountEntry): ProviderAccount => {
  const { id, CONTAINER, accountType, accountNumber } = entry
  const number = clean(accountNumber, numberMax)
  return {
    providerAccountId: id,
    ...(number === '' ? {} : { number }),
    // what Yodlee calls the displayed name is the owner's, alike for all accounts of a login
    name: firstOf([entry.nickname, entry.accountName, number], nameMax) || id,
    type: (firstOf([accountType, CONTAINER], nameMax) || 'unknown').toLowerCase(),
    currency: accountCurrencyOf(entry),
    balances: balancesOf(entry),
  }
}

/** Words for "not without the person", which stop no reading. */
const onlyAttended = ['REAL_TIME_MFA_REQUIRED', 'UNSUBSCRIBED']
const neverAttempted = [...onlyAttended, 'SITE_NOT_SUPPORTED', 'USER_ACTION_REQUIRED']

/** Whether the nightly refresh reaches the account; what is not known does not forbid it. */
export const isUnattended = ({ autoRefresh }: AccountEntry): boolean =>
  !neverAttempted.includes(autoRefresh?.additionalStatus ?? '')

/** Whether the account is read only in a person's presence. */
export const needsPerson = ({ autoRefresh }: AccountEntry): boolean =>
  onlyAttended.includes(autoRefresh?.additionalStatus ?? '')

/** What keeps the nightly refresh from the account; null where nothing does. */
export const autoRefreshFailure = (entry: AccountEntry, nowMs: number): Failure | null => {
  const code = entry.autoRefresh?.additionalStatus
  if (!code || code === 'SCHEDULED' || needsPerson(entry)) return null
  return failureOf({ where: 'autoRefresh', code, nowMs })
}

const mfaOf = (authType: string | null | undefined): Institution['mfa'] => {
  if (authType === 'OAUTH') return 'page'
  return authType === 'MFA_CREDENTIALS' ? 'code' : 'none'
}

const historyDaysOf = ({ dataset }: ProviderEntry): number | null => {
  const basic = dataset?.find(({ name }) => name === 'BASIC_AGG_DATA')
  const lines = basic?.attribute?.find(({ name }) => name === 'TRANSACTIONS')
  const days = Number(lines?.containerAttributes?.BANK?.numberOfTransactionDays ?? Number.NaN)
  return Number.isInteger(days) && days > 0 ? days : null
}

const addressOf = (name: 'website' | 'logoUrl', value: string | null | undefined) =>
  value && /^https?:\/\//.test(value) && URL.canParse(value) ? { [name]: value } : {}

/** One institution. */
export const toInstitution = (entry: ProviderEntry): Institution => {
  const { id, name, countryISOCode, authType, isAutoRefreshEnabled, status, logo, baseUrl } = entry
  return {
    providerInstitutionId: id,
    name: clean(name, nameMax) || id,
    countries: countryISOCode ? [countryISOCode] : [],
    ...addressOf('website', baseUrl),
    ...addressOf('logoUrl', logo),
    beta: status === 'Beta',
    mfa: mfaOf(authType),
    unattended: isAutoRefreshEnabled !== false,
    historyDays: historyDaysOf(entry),
    consentDays: null,
    status: status === 'Unsupported' ? 'withdrawn' : 'available',
  }
}
