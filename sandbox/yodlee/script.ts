/** How a bank behaves at Yodlee, where it differs from what all providers show. */
export const additionalStatuses = [
  'LOGIN_IN_PROGRESS',
  'DATA_RETRIEVAL_IN_PROGRESS',
  'ACCT_SUMMARY_RECEIVED',
  'AVAILABLE_DATA_RETRIEVED',
  'PARTIAL_DATA_RETRIEVED',
  'DATA_RETRIEVAL_FAILED',
  'DATA_NOT_AVAILABLE',
  'ACCOUNT_LOCKED',
  'ADDL_AUTHENTICATION_REQUIRED',
  'BETA_SITE_DEV_IN_PROGRESS',
  'CREDENTIALS_UPDATE_NEEDED',
  'INCORRECT_CREDENTIALS',
  'PROPERTY_VALUE_NOT_AVAILABLE',
  'INVALID_ADDL_INFO_PROVIDED',
  'REQUEST_TIME_OUT',
  'SITE_BLOCKING_ERROR',
  'UNEXPECTED_SITE_ERROR',
  'SITE_NOT_SUPPORTED',
  'SITE_UNAVAILABLE',
  'TECH_ERROR',
  'USER_ACTION_NEEDED_AT_SITE',
  'SITE_SESSION_INVALIDATED',
  'NEW_AUTHENTICATION_REQUIRED',
  'DATASET_NOT_SUPPORTED',
  'ENROLLMENT_REQUIRED_FOR_DATASET',
  'CONSENT_REQUIRED',
  'CONSENT_EXPIRED',
  'CONSENT_REVOKED',
  'INCORRECT_OAUTH_TOKEN',
  'MIGRATION_IN_PROGRESS',
] as const

export type AdditionalStatus = (typeof additionalStatuses)[number]

/** One round of what the bank asks after the login. */
export type MfaRound =
  | { ask: 'token'; answer: string }
  | { ask: 'questions'; questions: { label: string; answer: string }[] }
  /** A picture of digits, in a field of its own or in that of the answer. */
  | { ask: 'image'; answer: string; inAnswer?: boolean }
  | { ask: 'password'; answer: string }
  /** Something to choose from a list. */
  | { ask: 'choice'; label: string; options: string[]; answer: string }

export interface YodleeScript {
  /** The bank can be chosen at Yodlee. */
  offered: boolean
  /** Null follows how the bank lets a person log in. */
  authType: 'OAUTH' | 'CREDENTIALS' | 'MFA_CREDENTIALS' | null
  /** Null follows the bank. */
  status: 'Supported' | 'Beta' | 'Unsupported' | null
  /** Null follows whether the bank may be read while nobody is present. */
  isAutoRefreshEnabled: boolean | null
  /** The only login that is right; null takes any whose password is not `wrong`. */
  login: { user: string; password: string } | null
  /** Null asks for the code 123456 where the bank asks for one. */
  mfa: MfaRound[] | null
  /** Asked once when the bank is linked, or in real time at every refresh. */
  mfaAt: 'link' | 'refresh'
  mfaTimeoutMs: number
  /** What a refresh ends with whose question nobody answered. */
  missingAnswer: 'ADDL_AUTHENTICATION_REQUIRED' | 'REQUEST_TIME_OUT'
  /** How long a refresh takes, without the person; null follows the bank. */
  refreshMs: number | null
  /** How long the lines of a first refresh take after its accounts; null is no longer than later. */
  historyMs: number | null
  /** How much time there must be between two refreshes that were asked for. */
  refreshGapMs: number
  /** What the next refreshes end with, one after the other; null is a success. */
  outcomes: (AdditionalStatus | null)[]
  /** What every refresh ends with while no other outcome is scripted. */
  outcome: AdditionalStatus | null
  /** Whose rules the consents of an OAuth site follow; null has no consents. */
  consent: 'UK' | 'AU' | null
  dataAccessFrequency: 'ONE_TIME' | 'RECURRING'
  /** Null follows the bank. */
  historyDays: number | null
  /** Most lines on a page; Yodlee's own limit is 500. */
  pageMax: number
  /** Amounts of debits keep their minus sign. */
  negativeAmounts: boolean
  /** Lines of the first bank account and of the first card have the same ids. */
  sharedIds: boolean
  /** One waiting change is shown after every page that is not the last. */
  shiftsWhilePaging: boolean
}

/** A bank that behaves well. */
export const standardYodlee: YodleeScript = {
  offered: true,
  authType: null,
  status: null,
  isAutoRefreshEnabled: null,
  login: null,
  mfa: null,
  mfaAt: 'link',
  mfaTimeoutMs: 180_000,
  missingAnswer: 'ADDL_AUTHENTICATION_REQUIRED',
  refreshMs: null,
  historyMs: null,
  refreshGapMs: 15 * 60 * 1000,
  outcomes: [],
  outcome: null,
  consent: null,
  dataAccessFrequency: 'RECURRING',
  historyDays: null,
  pageMax: 500,
  negativeAmounts: false,
  sharedIds: false,
  shiftsWhilePaging: false,
}

const scripts: Record<string, Partial<YodleeScript>> = {
  'MFA Bank': { mfaAt: 'refresh' },
  'Manual Bank': { mfaAt: 'refresh', isAutoRefreshEnabled: false },
  'Expired Bank': { authType: 'OAUTH', consent: 'UK' },
  'Redirect Bank': { authType: 'OAUTH' },
  'Closed Bank': { status: 'Unsupported' },
  'Flaky Bank': { outcomes: [null, 'TECH_ERROR', 'SITE_UNAVAILABLE'] },
  'Slow History Bank': { historyMs: 90_000 },
}

/** How the shipped bank of this name behaves at Yodlee; nothing for a bank without a character. */
export const scriptYodleeFor = (bankName: string): Partial<YodleeScript> =>
  structuredClone(scripts[bankName] ?? {})
