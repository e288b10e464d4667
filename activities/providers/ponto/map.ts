/** Ponto's resources → neutral words; pure. */
import type { Balance } from '../../../domain/account.ts'
import type { Institution } from '../../../domain/institution.ts'
import { toDecimal } from '../../../domain/money.ts'
import type { Failure } from '../../../domain/failure.ts'
import type { Line } from '../../../domain/statement-line.ts'
import type { ProviderStatus } from '../provider.ts'
import type { z } from 'zod'
import { dayOf } from './dates.ts'
import { invalidResponse, synchronizationFailure } from './errors.ts'
import type { AccountResource, TransactionResource, institutionList } from './schema.ts'

type SeenAccount = ProviderStatus['accounts'][number]

const decimal = (text: string): string => {
  try {
    return toDecimal(text)
  } catch (error) {
    throw invalidResponse('amount', error)
  }
}

/** Control characters and bidirectional tricks of a bank's text have no place on a screen. */
// eslint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u0008\u000b-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

const clean = (text: string): string =>
  text
    // ING NL puts labels on lines of their own with <br>
    .replace(/<br\s*\/?>/gi, ' ')
    .replace(unprintable, ' ')
    .replace(/\s+/g, ' ')
    .trim()

const cleaned = (value: string | null | undefined): string | null =>
  value ? clean(value) || null : null

/** One booked line; amounts are signed as the account holder sees them already. `raw` is the resource as JSON text. */
export const toLine = ({ id, attributes }: TransactionResource, raw: string): Line => {
  const { executionDate, valueDate, remittanceInformation, description } = attributes
  // some institutions leave the execution date out of rows that are booked
  const bookedOn = dayOf(executionDate) ?? dayOf(valueDate)
  if (bookedOn === null) throw invalidResponse('booking_date')
  const valueOn = dayOf(valueDate)
  return {
    lineKey: `ponto:${id}`,
    amount: decimal(attributes.amount),
    currency: attributes.currency,
    bookedOn,
    ...(valueOn === null ? {} : { valueOn }),
    text: clean(remittanceInformation ?? '') || clean(description ?? ''),
    ...partiesOf(attributes),
    raw,
  }
}

const partiesOf = (attributes: TransactionResource['attributes']): Partial<Line> => {
  const counterparty = cleaned(attributes.counterpartName)
  const counterpartyAccount = cleaned(attributes.counterpartReference)
  const reference = cleaned(attributes.endToEndId)
  return {
    ...(counterparty === null ? {} : { counterparty }),
    ...(counterpartyAccount === null ? {} : { counterpartyAccount }),
    ...(reference === null ? {} : { reference }),
  }
}

const balancesOf = ({ attributes, meta }: AccountResource): Balance[] => {
  const { currency } = attributes
  const seenAt = meta?.synchronizedAt ?? ''
  const balance = (
    kind: Balance['kind'],
    amount: string | null | undefined,
    at: string | null | undefined,
  ): Balance[] => (amount ? [{ kind, amount: decimal(amount), currency, asOf: at ?? seenAt }] : [])
  return [
    // the current balance with its reference date is that of the booked lines (decision E3)
    ...balance('booked', attributes.currentBalance, attributes.currentBalanceReferenceDate),
    ...balance('available', attributes.availableBalance, attributes.availableBalanceReferenceDate),
  ]
}

const failureOfAccount = ({ attributes, meta }: AccountResource): Failure | null => {
  const latest = meta?.latestSynchronization?.attributes
  const [error] = latest?.status === 'error' ? (latest.errors ?? []) : []
  if (error) return synchronizationFailure(error.code)
  if (meta?.availability === 'readonly')
    return { code: 'institution_unavailable', scope: 'account', reason: 'readonly' }
  if (attributes.deprecated === true)
    return { code: 'institution_unsupported', scope: 'account', reason: 'deprecated' }
  return null
}

const nameOf = ({ id, attributes }: AccountResource): string => {
  const { product, description, holderName, reference } = attributes
  return clean(product ?? description ?? holderName ?? reference ?? id).slice(0, 200)
}

const numberOf = ({ attributes: { referenceType, reference } }: AccountResource): string | null =>
  reference && (referenceType === 'IBAN' || referenceType === 'BBAN') ? reference : null

/** One account with its balances and what keeps it from working. */
const toAccount = (resource: AccountResource): SeenAccount => {
  const { id, attributes } = resource
  const { subtype, currency, authorizationExpirationExpectedAt: consentExpiresAt } = attributes
  const failure = failureOfAccount(resource)
  const number = numberOf(resource)
  return {
    providerAccountId: id,
    ...(number === null ? {} : { number }),
    name: nameOf(resource),
    type: subtype ?? 'unknown',
    currency,
    balances: balancesOf(resource),
    ...(consentExpiresAt ? { consentExpiresAt } : {}),
    ...(failure === null ? {} : { failure }),
  }
}

/** The connection as its accounts show it; the earliest end of a consent counts. */
export const toStatus = (resources: readonly AccountResource[]): ProviderStatus => {
  const accounts = resources.map(toAccount)
  const ends = accounts.flatMap(({ consentExpiresAt }) => consentExpiresAt ?? []).toSorted()
  const refreshed = resources.flatMap(({ meta }) => meta?.synchronizedAt ?? []).toSorted()
  return {
    health: accounts.some(({ failure }) => failure) ? 'failing' : 'ok',
    consentExpiresAt: ends[0] ?? null,
    unattendedAllowed: true,
    lastBankRefreshAt: refreshed.at(-1) ?? null,
    accounts,
  }
}

type InstitutionResource = z.infer<typeof institutionList>['data'][number]

/** One institution; `experimental` and `beta` are both marked as beta. */
export const toInstitution = ({ id, attributes }: InstitutionResource): Institution => ({
  providerInstitutionId: id,
  name: clean(attributes.name),
  countries: attributes.country ? [attributes.country] : [],
  ...(attributes.bic ? { bic: attributes.bic } : {}),
  ...(attributes.logoUrl ? { logoUrl: attributes.logoUrl } : {}),
  beta: attributes.status === 'beta' || attributes.status === 'experimental',
  mfa: 'page',
  unattended: true,
  historyDays: null,
  consentDays: attributes.expectedAuthorizationLifetime
    ? Number(attributes.expectedAuthorizationLifetime)
    : null,
  status:
    attributes.deprecated === true
      ? 'withdrawn'
      : attributes.maintenanceFrom
        ? 'maintenance'
        : 'available',
})
