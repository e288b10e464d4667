/** Ponto's codes and HTTP statuses → one failure of the closed list. Codes decide, never texts. */
import type { Failure, FailureCode } from '../../../domain/failure.ts'
import { retryAfterMs } from '../call-failures.ts'
import { errorBody, oauthErrorBody } from './schema.ts'

/** Whose word it is: Ponto's API, its token endpoint, or an item of a synchronization's `errors`. */
export type Where = 'api' | 'token' | 'synchronization'

interface Row {
  code: FailureCode
  scope: Failure['scope']
  reason?: string
}

type Table = Readonly<Record<string, Row>>

const synchronizationTable: Table = {
  authorizationInvalid: { code: 'consent_expired', scope: 'account' },
  authorizationExpired: { code: 'consent_expired', scope: 'account' },
}

/** Codes known so far; what is not here falls back on the HTTP status. */
const callTable: Table = {
  ...synchronizationTable,
  accountRecentlySynchronized: { code: 'rate_limited', scope: 'account' },
  invalidAccessToken: { code: 'transient', scope: 'connection', reason: 'access_token' },
  credentialsInvalid: { code: 'transient', scope: 'connection', reason: 'access_token' },
  authorizationCodeInvalid: { code: 'defect', scope: 'connection', reason: 'authorization_code' },
  clientIdInvalid: { code: 'operator_misconfigured', scope: 'provider' },
  invalid_client: { code: 'operator_misconfigured', scope: 'provider' },
  invalid_grant: { code: 'credentials_invalid', scope: 'connection', reason: 'grant_lost' },
  tooManyRequests: { code: 'rate_limited', scope: 'provider' },
}

const tables: Record<Where, Table> = {
  api: callTable,
  token: callTable,
  synchronization: synchronizationTable,
}

/** Same account and subtype at most every five minutes. */
const recentlyMs = 300_000
const codeMax = 100

export interface Refusal {
  where: Where
  status: number
  /** Parsed body; anything that is not Ponto's error form is ignored. */
  body: unknown
  retryAfter?: string | null
  requestId?: string | null
  nowMs: number
}

interface Named {
  code: string
  resource?: string | null | undefined
}

/** The most telling code named: of several errors one that the table knows comes first. */
const namedIn = ({ body, where }: Refusal): Named | null => {
  const api = errorBody.safeParse(body)
  if (api.success) {
    const named = api.data.errors.map(({ code, meta }) => ({ code, resource: meta?.resource }))
    return named.find(({ code }) => Object.hasOwn(tables[where], code)) ?? named[0] ?? null
  }
  const oauth = oauthErrorBody.safeParse(body)
  return oauth.success ? { code: oauth.data.error } : null
}

/** First rule that holds: an answer is judged by its status only when its code says nothing. */
const byStatus = (status: number): Row => {
  if (status === 429) return { code: 'rate_limited', scope: 'provider' }
  if (status >= 500) return { code: 'provider_unavailable', scope: 'provider' }
  if (status >= 400) return { code: 'defect', scope: 'connection' }
  return { code: 'invalid_response', scope: 'provider', reason: 'unexpected_status' }
}

const rowOf = ({ where, status }: Refusal, named: Named | null): Row => {
  const table = tables[where]
  const known = named !== null && Object.hasOwn(table, named.code) ? table[named.code] : undefined
  if (known) return known
  // inside a synchronization Ponto repeats what the bank said, so an unknown code speaks of the institution
  if (where === 'synchronization') return { code: 'institution_unavailable', scope: 'account' }
  if (named?.code === 'resourceNotFound')
    return named.resource === 'account'
      ? { code: 'account_gone', scope: 'account' }
      : { code: 'defect', scope: 'connection', reason: 'not_found' }
  return byStatus(status)
}

/** The one failure that a refused call, or a failed synchronization, means. */
export const failureOf = (refusal: Refusal): Failure => {
  const { nowMs, retryAfter, requestId } = refusal
  const named = namedIn(refusal)
  const row = rowOf(refusal, named)
  const waitMs =
    named?.code === 'accountRecentlySynchronized' ? recentlyMs : retryAfterMs(retryAfter, nowMs)
  return {
    ...row,
    ...(row.code === 'rate_limited' ? { until: new Date(nowMs + waitMs).toISOString() } : {}),
    ...(named === null ? {} : { providerCode: named.code.slice(0, codeMax) }),
    ...(requestId ? { providerRequestId: requestId.slice(0, codeMax) } : {}),
  }
}

/** The failure of a synchronization that ended with these errors; with none, the institution is meant. */
export const synchronizationFailure = (
  errors: readonly { code: string }[] | null | undefined,
): Failure =>
  failureOf({ where: 'synchronization', status: 200, body: { errors: errors ?? [] }, nowMs: 0 })
