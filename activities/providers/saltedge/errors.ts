/**
 * Salt Edge's error classes → one failure of the closed list, whichever way a class arrives: the body of a refused call,
 * the last attempt of a connection, or a callback. Classes decide, never statuses or texts.
 */
import type { Failure } from '../../../domain/failure.ts'
import { retryAfterMs } from '../call-failures.ts'
import { errorTable, type Row } from './error-table.ts'
import { errorBody } from './schema.ts'

const hourMs = 3_600_000
const dayMs = 86_400_000
const classPattern = /^[A-Za-z]\w{0,99}$/

/** What is known of the connection that a class speaks about. */
export interface Pacing {
  nextRefreshPossibleAt: string | null
  /** False where the institution wants a person at every refresh. */
  automaticFetch: boolean
  /** When the last refresh was started. */
  lastAttemptAt: string | null
}

/** Where no connection is known yet. */
export const unpaced: Pacing = {
  nextRefreshPossibleAt: null,
  automaticFetch: true,
  lastAttemptAt: null,
}

export interface Refusal {
  /** Parsed body; anything that is not an error of Salt Edge is ignored. */
  body: unknown
  status: number
  retryAfter?: string | null
  nowMs: number
}

/** The class that a refused call names; null where it names none. */
const classIn = (body: unknown): string | null => {
  const parsed = errorBody.safeParse(body)
  if (!parsed.success) return null
  const { error, error_class: old } = parsed.data
  const name = (typeof error === 'string' ? error : error?.class) ?? old ?? ''
  // a sentence instead of a name is text for nobody
  return classPattern.test(name) ? name : null
}

/** First rule that holds: an answer is judged by its status only when its class says nothing. */
const byStatus = (status: number): Row => {
  if (status === 429) return { code: 'rate_limited', scope: 'provider' }
  if (status >= 500) return { code: 'provider_unavailable', scope: 'provider' }
  if (status >= 400) return { code: 'defect', scope: 'connection' }
  return { code: 'invalid_response', scope: 'provider', reason: 'unexpected_status' }
}

const rowOf = (name: string | null): Row | null => (name && errorTable.get(name)) || null

/** The one failure that a refused call means. */
export const failureOf = ({ body, status, retryAfter, nowMs }: Refusal): Failure => {
  const name = classIn(body)
  const row = rowOf(name) ?? byStatus(status)
  return {
    ...row,
    ...(row.code === 'rate_limited'
      ? { until: new Date(nowMs + retryAfterMs(retryAfter, nowMs)).toISOString() }
      : {}),
    ...(name === null ? {} : { providerCode: name }),
  }
}

const laterOf = (nowMs: number, until: string | null, fallbackMs: number): string => {
  const ms = until === null ? Number.NaN : Date.parse(until)
  return new Date(ms > nowMs ? ms : nowMs + fallbackMs).toISOString()
}

/** A day after the last refresh the cap has room again at the latest; the other three are not told. */
const capEnd = ({ lastAttemptAt }: Pacing, nowMs: number): string =>
  laterOf(nowMs, lastAttemptAt && new Date(Date.parse(lastAttemptAt) + dayMs).toISOString(), dayMs)

/** What a refused refresh means, once the connection's own pace is known. */
export const refreshFailure = (failure: Failure, pacing: Pacing, nowMs: number): Failure => {
  if (failure.providerCode === 'BackgroundFetchLimitExceeded')
    return { ...failure, until: capEnd(pacing, nowMs) }
  if (failure.providerCode !== 'ConnectionCannotBeRefreshed') return failure
  const { until: _, ...rest } = failure
  return pacing.automaticFetch
    ? { ...rest, until: laterOf(nowMs, pacing.nextRefreshPossibleAt, hourMs) }
    : { ...rest, code: 'unattended_not_allowed' }
}

/** The failure of an attempt that ended with this class; a class nobody knows speaks of the institution's answer. */
export const attemptFailure = (
  name: string | null | undefined,
  pacing: Pacing,
  nowMs: number,
): Failure => {
  const known = name && classPattern.test(name) ? name : null
  const row: Row = rowOf(known) ?? { code: 'institution_unavailable', scope: 'connection' }
  const until = row.code === 'rate_limited' ? { until: new Date(nowMs + hourMs).toISOString() } : {}
  const failure = { ...row, ...until, ...(known === null ? {} : { providerCode: known }) }
  return refreshFailure(failure, pacing, nowMs)
}
