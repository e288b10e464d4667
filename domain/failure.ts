/** The closed list of reasons why something did not work; each provider maps its own codes to these. */
export const failureCodes = [
  'transient',
  'provider_unavailable',
  'institution_unavailable',
  'rate_limited',
  'invalid_response',
  'mfa_required',
  'credentials_invalid',
  'action_required_at_institution',
  'consent_expired',
  'unattended_not_allowed',
  'institution_unsupported',
  'account_gone',
  'connection_gone',
  'operator_misconfigured',
  'defect',
] as const

export type FailureCode = (typeof failureCodes)[number]

/** Tells whether a word belongs to the closed list. */
export const isFailureCode = (word: unknown): word is FailureCode =>
  failureCodes.some((code) => code === word)

/** What a provider told about something that did not work; never a secret, never text for users. */
export interface Failure {
  code: FailureCode
  scope: 'account' | 'connection' | 'provider'
  reason?: string
  /** Instant before which trying again is pointless. */
  until?: string
  providerCode?: string
  /** The provider's own request id, for its support. */
  providerRequestId?: string
}

interface Reaction {
  /** Whether the activity's own retries may repeat it. */
  retriedByActivity: boolean
  /** Whether the workflow tries again by itself between two slots. */
  retriedByWorkflow: boolean
  /** Whether the next scheduled slot still runs (decision D2). */
  slotsContinue: boolean
  /** Whether it counts towards pausing automatic fetching. */
  counted: boolean
}

const passing: Reaction = {
  retriedByActivity: true,
  retriedByWorkflow: true,
  slotsContinue: true,
  counted: false,
}
const person: Reaction = {
  retriedByActivity: false,
  retriedByWorkflow: false,
  slotsContinue: false,
  counted: true,
}

/** What each failure means for retries, slots and counters (product P7), as data. */
export const reactions: Record<FailureCode, Reaction> = {
  transient: passing,
  provider_unavailable: passing,
  institution_unavailable: { ...passing, retriedByWorkflow: false },
  rate_limited: { ...passing, retriedByActivity: false, retriedByWorkflow: false },
  invalid_response: { ...passing, retriedByWorkflow: false, counted: true },
  mfa_required: { ...person, slotsContinue: true, counted: false },
  credentials_invalid: person,
  action_required_at_institution: person,
  consent_expired: person,
  unattended_not_allowed: person,
  institution_unsupported: person,
  account_gone: { ...person, slotsContinue: true, counted: false },
  connection_gone: person,
  operator_misconfigured: { ...person, slotsContinue: true, counted: false },
  defect: { ...person, slotsContinue: true },
}
