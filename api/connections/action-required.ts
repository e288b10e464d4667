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
  | 'autoSync'
  | 'unattendedAllowed'
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
  if (seen.awaiting === 'mfa' && seen.mfaChallengeKind !== null)
    return { code: ofChallenge[seen.mfaChallengeKind], deadline: seen.mfaChallengeExpiresAt }
  const code = ofAwaiting[seen.awaiting] ?? ofTrouble(seen)
  if (code !== null) return { code, deadline: null }
  if (isExpiring(seen, nowMs)) return { code: 'consent.expiring', deadline: seen.consentExpiresAt }
  return waitsInVain(seen) ? { code: 'auto.not_supported', deadline: null } : null
}

const ofTrouble = ({ disconnectReason, failureCode }: Seen): MessageCode | null => {
  if (disconnectReason === 'gone') return 'connection.gone'
  return failureCode === null ? null : (ofFailure[failureCode] ?? null)
}

const isExpiring = ({ consentExpiresAt, disconnectReason }: Seen, nowMs: number): boolean =>
  consentExpiresAt !== null &&
  disconnectReason === null &&
  dueNotice(Date.parse(consentExpiresAt), nowMs) !== null

/** Automatic fetching is on where only a person may fetch. */
const waitsInVain = ({ state, autoSync, unattendedAllowed }: Seen): boolean =>
  state === 'connected' && autoSync && !unattendedAllowed
