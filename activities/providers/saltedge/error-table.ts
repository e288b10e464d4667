/** Every error class of Salt Edge, once. */
import type { Failure } from '../../../domain/failure.ts'

export type Row = Pick<Failure, 'code' | 'scope' | 'reason'>

interface Group extends Row {
  classes: readonly string[]
}

const groups: readonly Group[] = [
  {
    code: 'transient',
    scope: 'connection',
    classes: ['ConnectionFailed', 'ConnectionLost', 'ExecutionTimeout', 'FetchingTimeout'],
  },
  {
    code: 'transient',
    scope: 'connection',
    reason: 'stopped',
    classes: ['ConnectionFetchingStopped'],
  },
  // signed anew with every call; what comes back again and again is a clock that is wrong
  { code: 'transient', scope: 'provider', reason: 'clock', classes: ['RequestExpired'] },
  { code: 'provider_unavailable', scope: 'provider', classes: ['InternalServerError'] },
  {
    code: 'institution_unavailable',
    scope: 'connection',
    classes: ['ProviderUnavailable', 'ProviderError'],
  },
  {
    code: 'institution_unavailable',
    scope: 'connection',
    reason: 'inactive',
    classes: ['ProviderInactive'],
  },
  {
    code: 'rate_limited',
    scope: 'connection',
    classes: ['ConnectionCannotBeRefreshed', 'BackgroundFetchLimitExceeded'],
  },
  { code: 'rate_limited', scope: 'provider', classes: ['RateLimitExceeded', 'TooManyRequests'] },
  // no failure to whoever asked for a refresh: there is one to join
  {
    code: 'rate_limited',
    scope: 'connection',
    reason: 'already_processing',
    classes: ['ConnectionAlreadyProcessing'],
  },
  {
    code: 'mfa_required',
    scope: 'connection',
    reason: 'too_late',
    classes: ['InteractiveTimeout', 'InteractiveAdapterTimeout', 'Unfinished'],
  },
  {
    code: 'mfa_required',
    scope: 'connection',
    reason: 'wrong_answer',
    classes: ['InvalidInteractiveCredentials'],
  },
  {
    code: 'credentials_invalid',
    scope: 'connection',
    classes: ['InvalidCredentials', 'CredentialsNotMatch', 'ProviderAccessNotGranted'],
  },
  {
    code: 'consent_expired',
    scope: 'connection',
    classes: ['ConsentExpired', 'ConsentRevoked', 'AispConsentExpired', 'AispConsentRevoked'],
  },
  {
    code: 'consent_expired',
    scope: 'connection',
    reason: 'already_revoked',
    classes: ['ConsentAlreadyRevoked', 'AispConsentAlreadyRevoked'],
  },
  {
    code: 'institution_unsupported',
    scope: 'connection',
    classes: [
      'ProviderDisabled',
      'ProviderNotFound',
      'CountryNotFound',
      'WrongProviderMode',
      'ProviderKeyFound',
      'FetchScopesNotAllowed',
      'HolderInfoNotSupported',
    ],
  },
  { code: 'account_gone', scope: 'account', classes: ['AccountNotFound'] },
  {
    code: 'connection_gone',
    scope: 'connection',
    classes: [
      'ConnectionNotFound',
      'ConnectionDisabled',
      'CustomerNotFound',
      'CustomerLocked',
      'AllAccountsExcluded',
    ],
  },
  {
    code: 'operator_misconfigured',
    scope: 'provider',
    classes: [
      'ApiKeyNotFound',
      'AppIdNotProvided',
      'SecretNotProvided',
      'ActionNotAllowed',
      'AppsRestricted',
      'ClientDisabled',
      'ClientNotFound',
      'ClientPending',
      'ClientRestricted',
      'ConnectionLimitReached',
      'MissingExpiresAt',
      'MissingSignature',
      'ExpiresAtInvalid',
      'SignatureNotMatch',
      'PublicKeyNotProvided',
      'WrongClientToken',
    ],
  },
  {
    code: 'defect',
    scope: 'connection',
    reason: 'consent',
    classes: [
      'ConsentNotFound',
      'AispConsentNotFound',
      'AispConsentScopesInvalid',
      'AispConsentScopesNotAllowed',
      'InvalidAispConsentFromDate',
      'InvalidAispConsentPeriod',
      'DateOutOfAispConsentRange',
    ],
  },
  // both are looked for first, and are a failure only when nothing is found
  { code: 'defect', scope: 'connection', reason: 'duplicate', classes: ['ConnectionDuplicated'] },
  {
    code: 'defect',
    scope: 'connection',
    reason: 'duplicate_customer',
    classes: ['DuplicatedCustomer', 'CustomerAlreadyExists'],
  },
  {
    code: 'defect',
    scope: 'connection',
    classes: [
      'AttemptNotFound',
      'TransactionNotFound',
      'RouteNotFound',
      'BatchSizeLimitExceeded',
      'CategorizationLimitReached',
      'CustomFieldsSizeTooBig',
      'CustomFieldsFormatInvalid',
      'DateFormatInvalid',
      'DateOutOfRange',
      'DateTimeFormatInvalid',
      'DateTimeOutOfRange',
      'EmailInvalid',
      'FetchScopesInvalid',
      'FileError',
      'FileNotProvided',
      'FileNotSaved',
      'IdentifierInvalid',
      'InvalidEncoding',
      'InvalidFromDate',
      'InvalidToDate',
      'JsonParseError',
      'ConnectionAlreadyAuthorized',
      'ProviderNotInteractive',
      'ReturnURLInvalid',
      'ReturnURLTooLong',
      'ValueOutOfRange',
      'WrongRequestFormat',
    ],
  },
]

/** Each class with what it means. */
export const errorTable: ReadonlyMap<string, Row> = new Map(
  groups.flatMap(({ classes, ...row }) => classes.map((name) => [name, row] as const)),
)

/** How often the classes are named above; as many as there are in the table, or one stands twice. */
export const classesNamed = groups.reduce((sum, { classes }) => sum + classes.length, 0)
