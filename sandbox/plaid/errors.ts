/** Plaid's errors: which type and status belong to a code, and the body they come in. */
const codesOf: Readonly<Record<string, readonly string[]>> = {
  ITEM_ERROR: [
    'ITEM_LOGIN_REQUIRED',
    'ACCESS_NOT_GRANTED',
    'INVALID_CREDENTIALS',
    'INSUFFICIENT_CREDENTIALS',
    'INVALID_UPDATED_USERNAME',
    'INVALID_MFA',
    'INVALID_OTP',
    'INVALID_PHONE_NUMBER',
    'INVALID_SEND_METHOD',
    'USER_INPUT_TIMEOUT',
    'ITEM_LOCKED',
    'USER_SETUP_REQUIRED',
    'PASSWORD_RESET_REQUIRED',
    'NO_ACCOUNTS',
    'MFA_NOT_SUPPORTED',
    'ITEM_NOT_SUPPORTED',
    'PRODUCTS_NOT_SUPPORTED',
    'PRODUCT_NOT_ENABLED',
    'MANUAL_VERIFICATION_REQUIRED',
    'INSTANT_MATCH_FAILED',
    'NO_AUTH_ACCOUNTS',
    'NO_INVESTMENT_ACCOUNTS',
    'NO_LIABILITY_ACCOUNTS',
    'PRODUCT_NOT_READY',
    'ITEM_NOT_FOUND',
    'ITEM_CONCURRENTLY_DELETED',
    'COUNTRY_NOT_SUPPORTED',
  ],
  INSTITUTION_ERROR: [
    'INSTITUTION_DOWN',
    'INSTITUTION_NOT_RESPONDING',
    'INSTITUTION_NOT_AVAILABLE',
    'INSTITUTION_NO_LONGER_SUPPORTED',
    'UNSUPPORTED_RESPONSE',
    'UNAUTHORIZED_INSTITUTION',
    'INSTITUTION_REGISTRATION_REQUIRED',
    'INSTITUTION_NOT_ENABLED_IN_ENVIRONMENT',
  ],
  TRANSACTIONS_ERROR: ['TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION'],
  RATE_LIMIT_EXCEEDED: ['RATE_LIMIT', 'TRIAL_CONNECTION_LIMIT', 'CREDITS_EXHAUSTED'],
  API_ERROR: ['INTERNAL_SERVER_ERROR', 'plaid-internal-error', 'PLANNED_MAINTENANCE'],
  INVALID_INPUT: [
    'ADDITIONAL_CONSENT_REQUIRED',
    'USER_PERMISSION_REVOKED',
    'INVALID_ACCESS_TOKEN',
    'INVALID_API_KEYS',
    'UNAUTHORIZED_ENVIRONMENT',
    'UNAUTHORIZED_ROUTE_ACCESS',
    'INVALID_PRODUCT',
    'INVALID_LINK_CUSTOMIZATION',
    'DIRECT_INTEGRATION_NOT_ENABLED',
    'INVALID_PUBLIC_TOKEN',
    'INVALID_LINK_TOKEN',
    'INVALID_ACCOUNT_ID',
    'INVALID_INSTITUTION',
    'INVALID_USER_ID',
    'INVALID_USER_TOKEN',
    'INVALID_USER_IDENTITY_DATA',
    'INVALID_WEBHOOK_VERIFICATION_KEY_ID',
    'INCORRECT_DEPOSIT_VERIFICATION',
    'TOO_MANY_VERIFICATION_ATTEMPTS',
  ],
  INVALID_REQUEST: [
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
  ],
  INVALID_RESULT: ['PLAID_DIRECT_ITEM_IMPORT_RETURNED_INVALID_MFA'],
  RECAPTCHA_ERROR: ['RECAPTCHA_REQUIRED', 'RECAPTCHA_BAD'],
  OAUTH_ERROR: [
    'INCORRECT_OAUTH_NONCE',
    'INCORRECT_LINK_TOKEN',
    'OAUTH_STATE_ID_ALREADY_PROCESSED',
    'OAUTH_STATE_ID_NOT_FOUND',
  ],
  SANDBOX_ERROR: [
    'SANDBOX_PRODUCT_NOT_ENABLED',
    'SANDBOX_WEBHOOK_INVALID',
    'SANDBOX_TRANSFER_EVENT_TRANSITION_INVALID',
  ],
}

const typeByCode = new Map(
  Object.entries(codesOf).flatMap(([type, codes]) => codes.map((code) => [code, type] as const)),
)

const families: readonly [RegExp, string][] = [
  [/_LIMIT$/, 'RATE_LIMIT_EXCEEDED'],
  [/^PROFILE_/, 'INVALID_INPUT'],
  [/^INSTITUTION_/, 'INSTITUTION_ERROR'],
]

/** The `error_type` of a code; a code that nobody knows counts as one of the Item. */
export const errorTypeOf = (code: string): string =>
  typeByCode.get(code) ?? families.find(([shape]) => shape.test(code))?.[1] ?? 'ITEM_ERROR'

/** The HTTP status that comes with a code. */
export const statusOf = (code: string): number => {
  const type = errorTypeOf(code)
  if (type === 'RATE_LIMIT_EXCEEDED') return 429
  if (type === 'API_ERROR') return code === 'PLANNED_MAINTENANCE' ? 503 : 500
  return 400
}

/** An error as an Item, an event or the end of a Link session carries it. */
export const errorBody = (code: string, reason: string | null = null) => ({
  error_type: errorTypeOf(code),
  error_code: code,
  error_code_reason: reason,
  error_message: `the sandbox answers ${code}`,
  display_message: null,
  documentation_url: 'https://plaid.com/docs/errors/',
  suggested_action: null,
})

/** A call that Plaid refuses. */
export class PlaidRefusal extends Error {
  readonly code: string
  readonly reason: string | null

  constructor(code: string, message: string, reason: string | null = null) {
    super(message)
    this.code = code
    this.reason = reason
  }
}

/** The answer to a refused call. */
export const refusalBody = ({ code, message, reason }: PlaidRefusal, requestId: string) => ({
  ...errorBody(code, reason),
  error_message: message,
  request_id: requestId,
})
