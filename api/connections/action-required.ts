import type { ConnectionView } from '../../db/queries/connection-views.ts'
import type { MessageCode } from '../../domain/chatter.ts'
import { dueNotice } from '../../domain/consent.ts'

type Seen = Pick<
  ConnectionView,
  | 'state'
  | 'awaiting'
  | 'failureCode'
  | 'disconnectReason'
  | 'consentExpiresAt'
  | 'mfaChallengeKind'
  | 'mfaChallengeExpiresAt'
>

const ofAwaiting: Record<ConnectionView['awaiting'], MessageCode | null> = {
  nothing: null,
  mfa: 'mfa.requested_at_provider',
  account_choice: 'accounts.changed',
  consent: 'consent.expired',
  credentials: 'credentials.invalid',
}

const ofChallenge: Record<NonNullable<ConnectionView['mfaChallengeKind']>, MessageCode> = {
  fields: 'mfa.requested',
  page: 'mfa.requested_at_provider',
}

const ofFailure: Partial<Record<string, MessageCode>> = {
  action_required_at_institution: 'institution.action_required',
  institution_unsupported: 'institution.unsupported',
  unattended_not_allowed: 'auto.not_supported',
  connection_gone: 'connection.gone',
}

/** What a person must do so that fetching goes on, by the code of the message that explains it; null when nothing. */
export const actionRequired = (
  seen: Seen,
  nowMs: number,
): { code: MessageCode; deadline: string | null } | null => {
  const { awaiting, failureCode, disconnectReason, consentExpiresAt } = seen
  if (awaiting === 'mfa' && seen.mfaChallengeKind !== null)
    return { code: ofChallenge[seen.mfaChallengeKind], deadline: seen.mfaChallengeExpiresAt }
  const waits = ofAwaiting[awaiting]
  if (waits !== null) return { code: waits, deadline: null }
  if (disconnectReason === 'gone') return { code: 'connection.gone', deadline: null }
  const failed = failureCode === null ? undefined : ofFailure[failureCode]
  if (failed !== undefined) return { code: failed, deadline: null }
  const expires = consentExpiresAt !== null && disconnectReason === null
  return expires && dueNotice(Date.parse(consentExpiresAt), nowMs) !== null
    ? { code: 'consent.expiring', deadline: consentExpiresAt }
    : null
}
