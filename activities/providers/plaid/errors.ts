/** Plaid's error types, codes and reasons → one failure of the closed list. HTTP statuses and texts decide nothing. */
import type { Failure, FailureCode } from '../../../domain/failure.ts'
import { retryAfterMs } from '../call-failures.ts'
import { ProviderError } from '../provider.ts'
import type { Problem } from './schema.ts'
import { problem } from './schema.ts'

interface Row {
  code: FailureCode
  scope: Failure['scope']
  reason?: string
  /** Wait of a limit whose answer names none. */
  waitMs?: number
}

const minuteMs = 60_000
const codeMax = 100

const ofConnection = (code: FailureCode, reason?: string): Row => ({
  code,
  scope: 'connection',
  ...(reason === undefined ? {} : { reason }),
})
const ofProvider = (code: FailureCode, more: Partial<Row> = {}): Row => ({
  code,
  scope: 'provider',
  ...more,
})
const limited = (scope: Row['scope'], waitMs = minuteMs): Row => ({
  code: 'rate_limited',
  scope,
  waitMs,
})

/** Every code known so far, once. */
export const rows: readonly (readonly [codes: readonly string[], row: Row])[] = [
  [['ITEM_LOGIN_REQUIRED'], ofConnection('credentials_invalid')],
  [['ACCESS_NOT_GRANTED'], ofConnection('consent_expired')],
  [['ADDITIONAL_CONSENT_REQUIRED'], ofConnection('consent_expired', 'additional_consent')],
  [
    ['INVALID_CREDENTIALS', 'INSUFFICIENT_CREDENTIALS', 'INVALID_UPDATED_USERNAME'],
    ofConnection('credentials_invalid'),
  ],
  [
    ['INVALID_MFA', 'INVALID_OTP', 'INVALID_PHONE_NUMBER', 'INVALID_SEND_METHOD'],
    ofConnection('mfa_required', 'wrong_answer'),
  ],
  [['USER_INPUT_TIMEOUT'], ofConnection('mfa_required', 'too_late')],
  [
    ['ITEM_LOCKED', 'USER_SETUP_REQUIRED', 'PASSWORD_RESET_REQUIRED'],
    ofConnection('action_required_at_institution'),
  ],
  [['NO_ACCOUNTS'], ofConnection('credentials_invalid', 'no_accounts')],
  [
    ['MFA_NOT_SUPPORTED', 'ITEM_NOT_SUPPORTED', 'PRODUCTS_NOT_SUPPORTED', 'COUNTRY_NOT_SUPPORTED'],
    ofConnection('institution_unsupported'),
  ],
  [
    [
      'PRODUCT_NOT_ENABLED',
      'MANUAL_VERIFICATION_REQUIRED',
      'INSTANT_MATCH_FAILED',
      'NO_AUTH_ACCOUNTS',
      'NO_INVESTMENT_ACCOUNTS',
      'NO_LIABILITY_ACCOUNTS',
    ],
    ofConnection('defect'),
  ],
  [['PRODUCT_NOT_READY'], ofConnection('transient')],
  [
    [
      'ITEM_NOT_FOUND',
      'ITEM_CONCURRENTLY_DELETED',
      'USER_PERMISSION_REVOKED',
      'INVALID_ACCESS_TOKEN',
    ],
    ofConnection('connection_gone'),
  ],
  [
    ['INSTITUTION_DOWN', 'INSTITUTION_NOT_RESPONDING', 'INSTITUTION_NOT_AVAILABLE'],
    ofConnection('institution_unavailable'),
  ],
  [['INSTITUTION_NO_LONGER_SUPPORTED'], ofConnection('institution_unsupported')],
  [['UNSUPPORTED_RESPONSE'], ofConnection('invalid_response')],
  [
    [
      'UNAUTHORIZED_INSTITUTION',
      'INSTITUTION_REGISTRATION_REQUIRED',
      'INSTITUTION_NOT_ENABLED_IN_ENVIRONMENT',
    ],
    // the operator has to register for this institution
    ofConnection('institution_unsupported', 'registration_required'),
  ],
  [
    ['TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION'],
    { code: 'transient', scope: 'account', reason: 'pages_invalidated' },
  ],
  [
    [
      'TRANSACTIONS_SYNC_LIMIT',
      'TRANSACTIONS_LIMIT',
      'TRANSACTIONS_REFRESH_LIMIT',
      'ACCOUNTS_LIMIT',
      'ACCOUNTS_BALANCE_GET_LIMIT',
      'BALANCE_LIMIT',
      'ITEM_GET_LIMIT',
      'AUTH_LIMIT',
      'IDENTITY_LIMIT',
    ],
    limited('connection'),
  ],
  [['INSTITUTIONS_GET_LIMIT', 'INSTITUTIONS_GET_BY_ID_LIMIT', 'RATE_LIMIT'], limited('provider')],
  [['INSTITUTION_RATE_LIMIT'], limited('connection', 15 * minuteMs)],
  [['TRIAL_CONNECTION_LIMIT', 'CREDITS_EXHAUSTED'], ofProvider('operator_misconfigured')],
  [
    ['INTERNAL_SERVER_ERROR', 'plaid-internal-error', 'PLANNED_MAINTENANCE'],
    ofProvider('provider_unavailable'),
  ],
  [
    [
      'INVALID_API_KEYS',
      'UNAUTHORIZED_ENVIRONMENT',
      'UNAUTHORIZED_ROUTE_ACCESS',
      'INVALID_PRODUCT',
      'INVALID_LINK_CUSTOMIZATION',
      'DIRECT_INTEGRATION_NOT_ENABLED',
    ],
    ofProvider('operator_misconfigured'),
  ],
  [['INVALID_PUBLIC_TOKEN', 'INVALID_LINK_TOKEN'], ofConnection('defect', 'flow_ended')],
  [['INVALID_ACCOUNT_ID'], { code: 'defect', scope: 'account' }],
  [
    [
      'INVALID_INSTITUTION',
      'INVALID_USER_ID',
      'INVALID_USER_TOKEN',
      'INVALID_USER_IDENTITY_DATA',
      'INVALID_WEBHOOK_VERIFICATION_KEY_ID',
      'INCORRECT_DEPOSIT_VERIFICATION',
      'TOO_MANY_VERIFICATION_ATTEMPTS',
      'MISSING_FIELDS',
      'UNKNOWN_FIELDS',
      'INVALID_FIELD',
      'INVALID_BODY',
      'INVALID_HEADERS',
      'INVALID_CONFIGURATION',
      'INCOMPATIBLE_API_VERSION',
      'NOT_FOUND',
      'NO_LONGER_AVAILABLE',
      'SANDBOX_ONLY',
      'INVALID_ACCOUNT_NUMBER',
      'PLAID_DIRECT_ITEM_IMPORT_RETURNED_INVALID_MFA',
      'SANDBOX_PRODUCT_NOT_ENABLED',
      'SANDBOX_WEBHOOK_INVALID',
      'SANDBOX_TRANSFER_EVENT_TRANSITION_INVALID',
    ],
    ofConnection('defect'),
  ],
  [
    [
      'RECAPTCHA_REQUIRED',
      'RECAPTCHA_BAD',
      'INCORRECT_OAUTH_NONCE',
      'INCORRECT_LINK_TOKEN',
      'OAUTH_STATE_ID_ALREADY_PROCESSED',
      'OAUTH_STATE_ID_NOT_FOUND',
    ],
    ofConnection('defect', 'page_left'),
  ],
]

const table: ReadonlyMap<string, Row> = new Map(
  rows.flatMap(([codes, row]) => codes.map((code) => [code, row] as const)),
)

/** What an unknown code of a type means; of any other type it is ours to repair. */
const byType: ReadonlyMap<string, Row> = new Map([
  ['INSTITUTION_ERROR', ofConnection('institution_unavailable')],
  ['API_ERROR', ofProvider('provider_unavailable')],
  ['RATE_LIMIT_EXCEEDED', limited('connection')],
  ['ITEM_ERROR', ofConnection('transient')],
  ['RECAPTCHA_ERROR', ofConnection('defect', 'page_left')],
  ['OAUTH_ERROR', ofConnection('defect', 'page_left')],
])

const consentReasons = ['OAUTH_CONSENT_EXPIRED', 'OAUTH_USER_REVOKED']

const rowOf = ({ error_type: type, error_code: code, error_code_reason: why }: Problem): Row => {
  if (code === 'ITEM_LOGIN_REQUIRED' && consentReasons.includes(why ?? ''))
    return ofConnection('consent_expired')
  return table.get(code) ?? byType.get(type) ?? ofConnection('defect')
}

/** An answer in no form of Plaid's, for example by something in between, is judged by its status. */
const byStatus = (status: number): Row => {
  if (status === 429) return limited('provider')
  if (status >= 500) return ofProvider('provider_unavailable')
  if (status >= 400) return ofConnection('defect')
  return ofProvider('invalid_response', { reason: 'unexpected_status' })
}

export interface Refusal {
  status: number
  /** Parsed body; anything that is not Plaid's error form is ignored. */
  body: unknown
  retryAfter?: string | null
  requestId?: string | null
  nowMs: number
}

/** The one failure that a refused call means. */
export const failureOf = ({ status, body, retryAfter, requestId, nowMs }: Refusal): Failure => {
  const parsed = problem.safeParse(body)
  const named = parsed.success ? parsed.data : null
  const { waitMs = minuteMs, ...row } = named === null ? byStatus(status) : rowOf(named)
  const delayMs = retryAfter ? retryAfterMs(retryAfter, nowMs) : waitMs
  const reference = requestId ?? named?.request_id
  return {
    ...row,
    ...(row.code === 'rate_limited' ? { until: new Date(nowMs + delayMs).toISOString() } : {}),
    ...(named === null ? {} : { providerCode: named.error_code.slice(0, codeMax) }),
    ...(reference ? { providerRequestId: reference.slice(0, codeMax) } : {}),
  }
}

/** The failure that an error told inside an answer means; null where there is none. */
export const failureIn = (told: Problem | null | undefined): Failure | null =>
  // an error without a code is how some answers say that there was none
  told && told.error_code !== '' ? failureOf({ status: 200, body: told, nowMs: Date.now() }) : null

/** Tells whether a call was refused with one of these codes of Plaid's. */
export const isRefusedWith = (error: unknown, ...codes: string[]): error is ProviderError =>
  error instanceof ProviderError && codes.includes(error.failure.providerCode ?? '')
