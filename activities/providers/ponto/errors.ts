/** Ponto's codes and HTTP statuses → one failure of the closed list. Codes decide, never texts. */
import type { Failure, FailureCode } from '../../../domain/failure.ts'
import { ProviderError } from '../provider.ts'
import { errorBody, oauthErrorBody } from './schema.ts'

interface Row {
  code: FailureCode
  scope: Failure['scope']
  reason?: string
}

/** Codes known so far; what is not here falls back on the HTTP status. */
const table: Readonly<Record<string, Row>> = {
  authorizationInvalid: { code: 'consent_expired', scope: 'account' },
  authorizationExpired: { code: 'consent_expired', scope: 'account' },
  accountRecentlySynchronized: { code: 'rate_limited', scope: 'account' },
  invalidAccessToken: { code: 'transient', scope: 'connection', reason: 'access_token' },
  credentialsInvalid: { code: 'transient', scope: 'connection', reason: 'access_token' },
  authorizationCodeInvalid: { code: 'defect', scope: 'connection', reason: 'authorization_code' },
  clientIdInvalid: { code: 'operator_misconfigured', scope: 'provider' },
  invalid_client: { code: 'operator_misconfigured', scope: 'provider' },
  invalid_grant: { code: 'credentials_invalid', scope: 'connection', reason: 'grant_lost' },
  tooManyRequests: { code: 'rate_limited', scope: 'provider' },
}

/** Same account and subtype at most every five minutes. */
const recentlyMs = 300_000
const retryAfterDefaultMs = 60_000

export interface Refusal {
  status: number
  /** Parsed body; anything that is not Ponto's error form is ignored. */
  body: unknown
  retryAfter?: string | null
  requestId?: string | null
  nowMs: number
}

const namedIn = (body: unknown): { code: string; resource?: string } | null => {
  const api = errorBody.safeParse(body)
  const [first] = api.success ? api.data.errors : []
  if (first)
    return { code: first.code, ...(first.meta?.resource ? { resource: first.meta.resource } : {}) }
  const oauth = oauthErrorBody.safeParse(body)
  return oauth.success ? { code: oauth.data.error } : null
}

const rowOf = (status: number, named: ReturnType<typeof namedIn>): Row => {
  if (named?.code === 'resourceNotFound')
    return named.resource === 'account'
      ? { code: 'account_gone', scope: 'account' }
      : { code: 'defect', scope: 'connection' }
  const known = named && Object.hasOwn(table, named.code) ? table[named.code] : undefined
  if (known) return known
  if (status === 429) return { code: 'rate_limited', scope: 'provider' }
  if (status >= 500) return { code: 'provider_unavailable', scope: 'provider' }
  if (status === 401) return { code: 'transient', scope: 'connection', reason: 'access_token' }
  return { code: 'defect', scope: 'connection' }
}

const retryAfterMs = (header: string | null | undefined, nowMs: number): number => {
  const seconds = Number(header)
  if (header && Number.isFinite(seconds) && seconds >= 0) return seconds * 1_000
  const at = Date.parse(header ?? '')
  return Number.isNaN(at) ? retryAfterDefaultMs : Math.max(0, at - nowMs)
}

/** The one failure that a refused call means. */
export const failureOf = ({ status, body, retryAfter, requestId, nowMs }: Refusal): Failure => {
  const named = namedIn(body)
  const row = rowOf(status, named)
  const waitMs =
    named?.code === 'accountRecentlySynchronized' ? recentlyMs : retryAfterMs(retryAfter, nowMs)
  return {
    ...row,
    ...(row.code === 'rate_limited' ? { until: new Date(nowMs + waitMs).toISOString() } : {}),
    ...(named === null ? {} : { providerCode: named.code }),
    ...(requestId ? { providerRequestId: requestId } : {}),
  }
}

/** The failure of one item of a synchronization's `errors`; an unknown one speaks of the institution. */
export const synchronizationFailure = (code: string): Failure => {
  const known = Object.hasOwn(table, code) ? table[code] : undefined
  return {
    ...(known ?? { code: 'institution_unavailable', scope: 'account' }),
    scope: 'account',
    providerCode: code,
  }
}

/** An answer that cannot be used. */
export const invalidResponse = (reason: string, cause?: unknown): ProviderError =>
  new ProviderError(
    { code: 'invalid_response', scope: 'provider', reason },
    cause === undefined ? {} : { cause: withoutText(cause) },
  )

/** No answer, or one that broke off. */
export const unreachable = (cause: unknown): ProviderError =>
  new ProviderError(
    { code: 'provider_unavailable', scope: 'provider', reason: 'no_answer' },
    { cause: withoutText(cause) },
  )

/** Errors of clients may carry headers or bodies: only their names go on. */
const withoutText = (cause: unknown): Error =>
  new Error(cause instanceof Error ? cause.name : typeof cause)
