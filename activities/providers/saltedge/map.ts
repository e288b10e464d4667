/** Salt Edge's resources → neutral words; pure. */
import type { Balance, ProviderAccount } from '../../../domain/account.ts'
import type { Institution } from '../../../domain/institution.ts'
import type { Line } from '../../../domain/statement-line.ts'
import { decimal, currencyOf } from '../amounts.ts'
import { invalidResponse } from '../call-failures.ts'
import { clean } from '../clean.ts'
import { dayOf, instantOf } from './dates.ts'
import type { AccountResource, InstitutionResource, TransactionResource } from './schema.ts'

const nameMax = 200
const numberMax = 64

/** What institutions spread over three fields, each told once. */
const textOf = ({ description, extra }: TransactionResource): string => {
  let told = clean(description)
  for (const each of [extra?.information, extra?.additional]) {
    const part = clean(each)
    if (!told.includes(part)) told = clean(`${told} ${part}`)
  }
  return told
}

/** The other side: who was paid when money went out, who paid when it came in; some institutions fill only one of them. */
const counterpartyOf = ({ extra }: TransactionResource, amount: string): string =>
  amount.startsWith('-')
    ? clean(extra?.payee) || clean(extra?.payer)
    : clean(extra?.payer) || clean(extra?.payee)

/** The key of the line with this id. */
export const lineKeyOf = (id: string): string => `saltedge:${id}`

/** One booked line; amounts are signed as the account holder sees them already. `raw` is the resource as JSON text. */
export const toLine = (resource: TransactionResource, raw: string): Line => {
  // `made_on` is the booking day; `posting_date` may differ, and which of the two a bank means is not known everywhere
  const bookedOn = dayOf(resource.made_on)
  if (bookedOn === null) throw invalidResponse('booking_date', { scope: 'account' })
  const amount = decimal(resource.amount)
  const line: Line = {
    lineKey: lineKeyOf(resource.id),
    amount,
    currency: currencyOf(resource.currency_code),
    bookedOn,
    text: textOf(resource),
    raw,
  }
  const counterparty = counterpartyOf(resource, amount)
  if (counterparty !== '') line.counterparty = counterparty
  const reference = clean(resource.extra?.end_to_end_id)
  if (reference !== '') line.reference = reference
  return line
}

const balancesOf = ({ balance, extra, currency_code, updated_at }: AccountResource): Balance[] => {
  const currency = currencyOf(currency_code)
  const asOf = dayOf(extra?.current_date) ?? instantOf(updated_at)
  const told = (kind: Balance['kind'], amount: string | null | undefined): Balance[] =>
    !amount || asOf === null ? [] : [{ kind, amount: decimal(amount), currency, asOf }]
  return [
    ...told('booked', extra?.closing_balance),
    // may count lines that are still pending
    ...told('interim', balance),
    ...told('available', extra?.available_amount),
  ]
}

const numberOf = ({ extra }: AccountResource): { number?: string } => {
  const number = clean(extra?.iban, numberMax) || clean(extra?.account_number, numberMax)
  return number === '' ? {} : { number }
}

/** Institutions of cards fill in the card's own number, which nobody may see whole. */
const masked = (number: string): string =>
  /^\d{13,19}$/.test(number) ? `${'*'.repeat(number.length - 4)}${number.slice(-4)}` : number

const cardNatures = ['card', 'credit_card', 'debit_card']

/** One account with its balances. */
export const toAccount = (resource: AccountResource): ProviderAccount => {
  const { id, name, nature, extra } = resource
  const { number } = numberOf(resource)
  const isCard = cardNatures.includes(nature ?? '')
  const words = [name, extra?.account_name, extra?.holder_name].map((text) => clean(text, nameMax))
  return {
    providerAccountId: id,
    ...(number === undefined
      ? {}
      : { number: isCard ? masked(number.replace(/\s/g, '')) : number }),
    name: words.find((text) => text !== '') ?? id,
    type: clean(nature, nameMax) || 'unknown',
    currency: currencyOf(resource.currency_code),
    balances: balancesOf(resource),
  }
}

const statuses: ReadonlyMap<string, Institution['status']> = new Map([
  ['active', 'available'],
  ['inactive', 'maintenance'],
  ['disabled', 'withdrawn'],
])

/** A whole number of at least 0; null where there is none. */
export const wholeOf = (digits: string | null): number | null => {
  const value = digits === null ? Number.NaN : Math.trunc(Number(digits))
  return Number.isSafeInteger(value) && value >= 0 ? value : null
}

const isInteractive = (resource: InstitutionResource): boolean =>
  resource.mode === 'oauth' ||
  Boolean(resource.interactive_for_connections) ||
  (resource.interactive_fields ?? []).length > 0

/** One institution as Salt Edge offers it; whatever it asks a person is asked on Salt Edge's own page. */
export const toInstitution = (resource: InstitutionResource): Institution => {
  const { code, country_code: country, bic_codes: bics, logo_url: logoUrl, status } = resource
  const bic = bics?.[0]
  return {
    providerInstitutionId: code,
    name: clean(resource.name, nameMax) || code,
    countries: country ? [country] : [],
    ...(bic ? { bic } : {}),
    ...(logoUrl ? { logoUrl } : {}),
    beta: false,
    mfa: isInteractive(resource) ? 'page' : 'none',
    unattended: resource.automatic_fetch !== false,
    historyDays: wholeOf(resource.max_fetch_interval),
    consentDays: wholeOf(resource.max_consent_days),
    status: (status && statuses.get(status)) || 'available',
  }
}
