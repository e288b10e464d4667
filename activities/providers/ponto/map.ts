/** Ponto's resources → neutral words; pure. */
import type { Balance } from '../../../domain/account.ts'
import type { Failure } from '../../../domain/failure.ts'
import type { Institution } from '../../../domain/institution.ts'
import type { Line } from '../../../domain/statement-line.ts'
import type { ProviderStatus } from '../provider.ts'
import { dayOf, instantOf } from './dates.ts'
import { decimal, currencyOf } from '../amounts.ts'
import { invalidResponse } from '../call-failures.ts'
import { clean as cleaned } from '../clean.ts'
import { synchronizationFailure } from './errors.ts'
import { withoutBreaks } from './quirks/ing-nl.ts'
import type { AccountResource, InstitutionResource, TransactionResource } from './schema.ts'

type SeenAccount = ProviderStatus['accounts'][number]

const nameMax = 200
const numberMax = 64

const clean = (text: string | null | undefined, max?: number): string =>
  cleaned(text && withoutBreaks(text), max)

/** One booked line; amounts are signed as the account holder sees them already. `raw` is the resource as JSON text. */
export const toLine = (
  { id, attributes }: TransactionResource,
  { raw, timeZone }: { raw: string; timeZone: string },
): Line => {
  const { executionDate, valueDate, remittanceInformation, description } = attributes
  const valueOn = dayOf(valueDate, timeZone)
  // some institutions leave the execution date out of rows that are booked
  const bookedOn = dayOf(executionDate, timeZone) ?? valueOn
  if (bookedOn === null) throw invalidResponse('booking_date', { scope: 'account' })
  const line: Line = {
    lineKey: `ponto:${id}`,
    amount: decimal(attributes.amount),
    currency: currencyOf(attributes.currency),
    bookedOn,
    text: clean(remittanceInformation) || clean(description),
    raw,
  }
  if (valueOn !== null) line.valueOn = valueOn
  const counterparty = clean(attributes.counterpartName)
  if (counterparty !== '') line.counterparty = counterparty
  const counterpartyAccount = clean(attributes.counterpartReference)
  if (counterpartyAccount !== '') line.counterpartyAccount = counterpartyAccount
  const reference = clean(attributes.endToEndId)
  if (reference !== '') line.reference = reference
  return line
}

const balancesOf = ({ attributes, meta }: AccountResource): Balance[] => {
  const currency = currencyOf(attributes.currency)
  const balance = (
    kind: Balance['kind'],
    amount: string | null,
    at: string | null | undefined,
  ): Balance[] => {
    const asOf = instantOf(at) ?? instantOf(meta?.synchronizedAt)
    return amount === null || asOf === null
      ? []
      : [{ kind, amount: decimal(amount), currency, asOf }]
  }
  return [
    // the current balance with its reference date is that of the booked lines
    ...balance('booked', attributes.currentBalance, attributes.currentBalanceReferenceDate),
    ...balance('available', attributes.availableBalance, attributes.availableBalanceReferenceDate),
  ]
}

const failureOfAccount = ({ attributes, meta }: AccountResource): Failure | null => {
  // a replaced connector works until its authorization ends and cannot be renewed, so this outweighs the rest
  if (attributes.deprecated === true)
    return { code: 'institution_unsupported', scope: 'account', reason: 'deprecated' }
  const latest = meta?.latestSynchronization?.attributes
  const failure = latest?.status === 'error' ? synchronizationFailure(latest.errors) : null
  if (failure?.code === 'consent_expired') return failure
  // a maintenance makes synchronizations fail as well, and says more than their error
  return meta?.availability === 'readonly'
    ? { code: 'institution_unavailable', scope: 'account', reason: 'readonly' }
    : failure
}

/** Numbers that identify an account and are no secret; a card's own number is shown only where it is masked. */
const shownNumbers = ['IBAN', 'BBAN', 'MASKEDPAN']

const numberOf = ({ referenceType, reference }: AccountResource['attributes']) =>
  reference && shownNumbers.includes(referenceType ?? '')
    ? { number: clean(reference, numberMax) }
    : {}

const nameOf = ({ id, attributes }: AccountResource): string => {
  const { product, description, holderName, reference } = attributes
  const words = [product, description, holderName, reference].map((text) => clean(text, nameMax))
  return words.find((text) => text !== '') ?? id
}

/** One account with its balances and what keeps it from working. */
export const toAccount = (resource: AccountResource): SeenAccount => {
  const { id, attributes } = resource
  const failure = failureOfAccount(resource)
  const consentExpiresAt = instantOf(attributes.authorizationExpirationExpectedAt)
  return {
    providerAccountId: id,
    ...numberOf(attributes),
    name: nameOf(resource),
    type: clean(attributes.subtype, nameMax) || 'unknown',
    currency: currencyOf(attributes.currency),
    balances: balancesOf(resource),
    ...(consentExpiresAt === null ? {} : { consentExpiresAt }),
    ...(failure === null ? {} : { failure }),
  }
}

/** The connection as its accounts show it; the earliest end of a consent counts. */
export const toStatus = (resources: readonly AccountResource[]): ProviderStatus => {
  const accounts = resources.map(toAccount)
  const ends = accounts.flatMap(({ consentExpiresAt }) => consentExpiresAt ?? []).toSorted()
  const refreshed = resources.flatMap(({ meta }) => instantOf(meta?.synchronizedAt) ?? [])
  return {
    health: accounts.some(({ failure }) => failure) ? 'failing' : 'ok',
    consentExpiresAt: ends[0] ?? null,
    unattendedAllowed: true,
    lastBankRefreshAt: refreshed.toSorted().at(-1) ?? null,
    accounts,
  }
}

const isInMaintenance = (
  { maintenanceFrom, maintenanceTo }: InstitutionResource['attributes'],
  nowMs: number,
): boolean => {
  const now = new Date(nowMs).toISOString()
  const [from, to] = [instantOf(maintenanceFrom), instantOf(maintenanceTo)]
  return from !== null && from <= now && (to === null || now < to)
}

const statusOf = (
  attributes: InstitutionResource['attributes'],
  nowMs: number,
): Institution['status'] => {
  if (attributes.deprecated === true) return 'withdrawn'
  return isInMaintenance(attributes, nowMs) ? 'maintenance' : 'available'
}

/** One institution; `experimental` and `beta` are both marked as beta. */
export const toInstitution = (
  { id, attributes }: InstitutionResource,
  nowMs: number,
): Institution => {
  const { name, country, bic, logoUrl, status, expectedAuthorizationLifetime: days } = attributes
  return {
    providerInstitutionId: id,
    name: clean(name, nameMax),
    countries: country ? [country] : [],
    ...(bic ? { bic } : {}),
    ...(logoUrl ? { logoUrl } : {}),
    beta: status === 'beta' || status === 'experimental',
    mfa: 'page',
    unattended: true,
    historyDays: null,
    consentDays: days === null ? null : Math.trunc(Number(days)),
    status: statusOf(attributes, nowMs),
  }
}
