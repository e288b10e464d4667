/** Yodlee's codes and HTTP statuses → one failure of the closed list. Codes decide, never texts. */
import type { Failure, FailureCode } from '../../../domain/failure.ts'
import { retryAfterMs } from '../call-failures.ts'

/** Whose word it is: an API call, the aggregation of a connection, the nightly refresh of an account, the widget. */
type Where = 'api' | 'aggregation' | 'autoRefresh' | 'widget'

interface Row {
  code: FailureCode
  scope: Failure['scope']
  reason?: string
  /** How long trying again is pointless. */
  waitMs?: number
}

type Table = ReadonlyMap<string, Row>

const hourMs = 3_600_000
/** Between two refreshes of one connection. */
export const refreshPauseMs = 900_000

const tableOf = (groups: readonly (readonly [string, Row])[]): Table =>
  new Map(groups.flatMap(([names, row]) => names.split(' ').map((name) => [name, row] as const)))

/** Codes of Yodlee's list that speak of a request we should not have made, or of products not used here. */
const ourMistakes =
  'Y007 Y016 Y400 Y800 Y801 Y802 Y803 Y804 Y805 Y806 Y807 Y809 Y811 Y812 Y813 Y814 Y815 Y816 Y820 Y821 Y823 Y824 ' +
  'Y833 Y835 Y836 Y837 Y838 Y840 Y842 Y844 Y845 Y846 Y857 Y858 Y862 Y869 Y871 Y878'

const apiTable = tableOf([
  ['Y008 Y010 Y020 Y023', { code: 'transient', scope: 'connection', reason: 'access_token' }],
  [
    'Y001 Y002 Y003 Y011 Y013 Y015 Y027 Y301 Y302 Y303 Y309 Y830 Y847 Y848 Y901',
    { code: 'operator_misconfigured', scope: 'provider' },
  ],
  ['Y305', { code: 'operator_misconfigured', scope: 'provider', reason: 'user_not_registered' }],
  ['Y004 Y005 Y006', { code: 'connection_gone', scope: 'connection', reason: 'user_gone' }],
  [ourMistakes, { code: 'defect', scope: 'connection' }],
  ['Y825', { code: 'rate_limited', scope: 'connection' }],
  [
    'Y868',
    {
      code: 'institution_unavailable',
      scope: 'connection',
      reason: 'migrating',
      waitMs: 6 * hourMs,
    },
  ],
  ['Y904', { code: 'provider_unavailable', scope: 'provider' }],
])

const aggregationTable = tableOf([
  [
    'DATA_RETRIEVAL_FAILED REQUEST_TIME_OUT SITE_SESSION_INVALIDATED',
    { code: 'transient', scope: 'connection' },
  ],
  ['TECH_ERROR', { code: 'provider_unavailable', scope: 'connection' }],
  [
    'UNEXPECTED_SITE_ERROR SITE_UNAVAILABLE',
    { code: 'institution_unavailable', scope: 'connection' },
  ],
  [
    'SITE_BLOCKING_ERROR',
    {
      code: 'institution_unavailable',
      scope: 'connection',
      reason: 'blocking',
      waitMs: 6 * hourMs,
    },
  ],
  [
    'BETA_SITE_DEV_IN_PROGRESS',
    { code: 'institution_unavailable', scope: 'connection', reason: 'beta', waitMs: 24 * hourMs },
  ],
  [
    'MIGRATION_IN_PROGRESS',
    { code: 'institution_unavailable', scope: 'connection', reason: 'migrating' },
  ],
  ['ADDL_AUTHENTICATION_REQUIRED', { code: 'mfa_required', scope: 'connection' }],
  [
    'INVALID_ADDL_INFO_PROVIDED',
    { code: 'mfa_required', scope: 'connection', reason: 'wrong_answer' },
  ],
  [
    'INCORRECT_CREDENTIALS CREDENTIALS_UPDATE_NEEDED',
    { code: 'credentials_invalid', scope: 'connection' },
  ],
  [
    'ACCOUNT_LOCKED USER_ACTION_NEEDED_AT_SITE ENROLLMENT_REQUIRED_FOR_DATASET',
    { code: 'action_required_at_institution', scope: 'connection' },
  ],
  [
    'NEW_AUTHENTICATION_REQUIRED',
    { code: 'consent_expired', scope: 'connection', reason: 'oauth_migration' },
  ],
  [
    'CONSENT_REQUIRED CONSENT_EXPIRED INCORRECT_OAUTH_TOKEN',
    { code: 'consent_expired', scope: 'connection' },
  ],
  ['CONSENT_REVOKED', { code: 'connection_gone', scope: 'connection', reason: 'consent_revoked' }],
  [
    'SITE_NOT_SUPPORTED DATASET_NOT_SUPPORTED DATA_NOT_AVAILABLE PROPERTY_VALUE_NOT_AVAILABLE',
    { code: 'institution_unsupported', scope: 'connection' },
  ],
])

const autoRefreshTable = tableOf([
  ['TEMP_ERROR SITE_BLOCKING', { code: 'institution_unavailable', scope: 'account' }],
  ['SITE_NOT_SUPPORTED', { code: 'institution_unsupported', scope: 'account' }],
  ['REAL_TIME_MFA_REQUIRED UNSUBSCRIBED', { code: 'unattended_not_allowed', scope: 'account' }],
  ['USER_ACTION_REQUIRED', { code: 'credentials_invalid', scope: 'account' }],
])

const widgetTable = tableOf([
  ['E600 E601', { code: 'operator_misconfigured', scope: 'provider', reason: 'widget' }],
  ['E700 E701 E702 E703 E704 E705', { code: 'defect', scope: 'connection', reason: 'widget' }],
])

const tables: Record<Where, Table> = {
  api: apiTable,
  aggregation: aggregationTable,
  autoRefresh: autoRefreshTable,
  widget: widgetTable,
}

const codeMax = 100

export interface Refusal {
  where: Where
  /** Yodlee's own code; null where the answer names none. */
  code: string | null
  /** HTTP status of a call. */
  status?: number
  retryAfter?: string | null
  requestId?: string | null
  /** Instant of the last refresh, from which the pause before the next one counts. */
  attemptAt?: string | null
  nowMs: number
}

/** First rule that holds: an answer is judged by its status only when its code says nothing. */
const byStatus = (status: number): Row => {
  if (status === 429) return { code: 'rate_limited', scope: 'provider' }
  if (status >= 500) return { code: 'provider_unavailable', scope: 'provider' }
  if (status >= 400) return { code: 'defect', scope: 'connection' }
  return { code: 'invalid_response', scope: 'provider', reason: 'unexpected_status' }
}

const rowOf = ({ where, code, status = 0 }: Refusal): Row => {
  const known = code === null ? undefined : tables[where].get(code)
  if (known) return known
  if (where === 'api') return byStatus(status)
  // what the widget refuses beyond its parameters are institutions and accounts that do not qualify
  if (where === 'widget')
    return { code: 'institution_unsupported', scope: 'connection', reason: 'widget' }
  const scope = where === 'autoRefresh' ? 'account' : 'connection'
  return { code: 'transient', scope, reason: 'unknown_status' }
}

const untilOf = (row: Row, { code, retryAfter, attemptAt, nowMs }: Refusal): string | null => {
  if (row.waitMs !== undefined) return new Date(nowMs + row.waitMs).toISOString()
  if (row.code !== 'rate_limited') return null
  if (code !== 'Y825') return new Date(nowMs + retryAfterMs(retryAfter, nowMs)).toISOString()
  const endMs = Date.parse(attemptAt ?? '') + refreshPauseMs
  // a pause that is over already was not meant: an update runs, or another reason that Yodlee does not name
  return new Date(endMs > nowMs ? endMs : nowMs + refreshPauseMs).toISOString()
}

/** The one failure that a refused call, a failed aggregation or a stopped nightly refresh means. */
export const failureOf = (refusal: Refusal): Failure => {
  const { code: named, requestId } = refusal
  const row = rowOf(refusal)
  const until = untilOf(row, refusal)
  return {
    code: row.code,
    scope: row.scope,
    ...(row.reason === undefined ? {} : { reason: row.reason }),
    ...(until === null ? {} : { until }),
    ...(named === null ? {} : { providerCode: named.slice(0, codeMax) }),
    ...(requestId ? { providerRequestId: requestId.slice(0, codeMax) } : {}),
  }
}
