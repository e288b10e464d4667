/** Plaid's resources → neutral words; pure. */
import type { Balance } from '../../../domain/account.ts'
import type { Institution } from '../../../domain/institution.ts'
import { negated } from '../../../domain/money.ts'
import type { Line } from '../../../domain/statement-line.ts'
import { decimal, noCurrency } from '../amounts.ts'
import { invalidResponse } from '../call-failures.ts'
import { clean } from '../clean.ts'
import type { ProviderStatus } from '../provider.ts'
import { dayOf, instantOf } from './dates.ts'
import type { AccountResource, InstitutionResource, TransactionResource } from './schema.ts'

type SeenAccount = ProviderStatus['accounts'][number]

const nameMax = 200
const numberMax = 64

interface Currencies {
  iso_currency_code?: string | null | undefined
  unofficial_currency_code?: string | null | undefined
}

const currencyOf = ({ iso_currency_code: iso, unofficial_currency_code: other }: Currencies) => {
  const code = (iso ?? other ?? '').toUpperCase()
  return /^[A-Z]{3}$/.test(code) ? code : null
}

/** The key of a line by Plaid's id, good within one generation of a connection. */
export const lineKeyOf = (transactionId: string): string => `plaid:${transactionId}`

/** One booked line; Plaid writes money out as positive, so the sign is turned. `raw` is the resource as JSON text. */
export const toLine = (resource: TransactionResource, raw: string): Line => {
  const bookedOn = dayOf(resource.date)
  if (bookedOn === null) throw invalidResponse('booking_date', { scope: 'account' })
  const currency = currencyOf(resource)
  if (currency === null) throw invalidResponse('currency', { scope: 'account' })
  const line: Line = {
    lineKey: lineKeyOf(resource.transaction_id),
    amount: negated(decimal(resource.amount)),
    currency,
    bookedOn,
    text: clean(resource.original_description) || clean(resource.name),
    raw,
  }
  const counterparty = clean(resource.merchant_name)
  if (counterparty !== '') line.counterparty = counterparty
  const reference = clean(resource.payment_meta?.reference_number)
  if (reference !== '') line.reference = reference
  return line
}

/** What a holder owes is written as positive: seen by the holder it is money missing. */
const isDebt = ({ type }: AccountResource): boolean => type === 'credit' || type === 'loan'

const balancesOf = (resource: AccountResource, refreshedAt: string | null): Balance[] => {
  const { balances } = resource
  const asOf = instantOf(balances.last_updated_datetime) ?? refreshedAt
  const currency = currencyOf(balances)
  if (asOf === null || currency === null) return []
  const { current, available } = balances
  const ofHolder = (amount: string) => (isDebt(resource) ? negated(amount) : amount)
  return [
    // the current balance may hold pending lines, so it is an interim one
    ...(current === null
      ? []
      : [{ kind: 'interim', amount: ofHolder(decimal(current)), currency, asOf } as const]),
    ...(available === null
      ? []
      : [{ kind: 'available', amount: decimal(available), currency, asOf } as const]),
  ]
}

const toAccount = (resource: AccountResource, refreshedAt: string | null): SeenAccount => {
  const { account_id: id, mask, type, subtype } = resource
  const number = clean(mask, numberMax)
  return {
    providerAccountId: id,
    ...(number === '' ? {} : { number }),
    name: clean(resource.official_name, nameMax) || clean(resource.name, nameMax) || id,
    type: clean(subtype, nameMax) || clean(type, nameMax) || 'unknown',
    currency: currencyOf(resource.balances) ?? noCurrency,
    balances: balancesOf(resource, refreshedAt),
  }
}

/** Plaid gives no lines for investments, nor for loans other than those of students. */
const hasLines = ({ type, subtype }: AccountResource): boolean =>
  type === 'loan' ? subtype === 'student' : type !== 'investment' && type !== 'brokerage'

/** The accounts that can have lines; `refreshedAt` is when Plaid last read the institution. */
export const toAccounts = (
  resources: readonly AccountResource[],
  refreshedAt: string | null,
): SeenAccount[] => resources.filter(hasLines).map((resource) => toAccount(resource, refreshedAt))

/** One institution; Plaid knows no beta, and its MFA happens on its own page. */
export const toInstitution = (resource: InstitutionResource): Institution => {
  const { institution_id: id, name, country_codes: countries, url, status } = resource
  return {
    providerInstitutionId: id,
    name: clean(name, nameMax),
    countries: countries ?? [],
    ...(url ? { website: url } : {}),
    beta: false,
    mfa: 'page',
    unattended: true,
    historyDays: null,
    consentDays: null,
    status: status?.transactions_updates?.status === 'DOWN' ? 'maintenance' : 'available',
  }
}
