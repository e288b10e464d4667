import type { DisconnectReason, RunCause } from '../connection.ts'
import type { Challenge } from '../mfa.ts'
import type { Failure } from '../failure.ts'

/** Something that happened to a connection and may change its state, its plan or what people are told. */
export type Occurrence =
  | {
      kind: 'linked'
      flowId: string
      /** `challenge` = the page on which a person solved what a refresh had asked for. */
      flowKind: 'link' | 'renewal' | 'reconnect' | 'challenge'
      consentExpiresAtMs: number | null
      /** Accounts the person has not decided about. */
      undecided: number
      gone: number
    }
  | { kind: 'accounts_discovered'; requestId: string; undecided: number; added: number }
  | { kind: 'accounts_chosen'; requestId: string; chosen: number; undecided: number; user: string }
  | {
      kind: 'read'
      runId: string
      cause: RunCause
      added: number
      changed: number
      removed: number
      accounts: number
      consentExpiresAtMs: number | null
      unattendedAllowed: boolean
      lastRefreshAtMs: number | null
      undecided: number
      /** A part of the accounts could not be read. */
      partial: { failure: Failure; reference: string } | null
    }
  | { kind: 'failed'; runId: string; cause: RunCause; failure: Failure; reference: string }
  | { kind: 'paged_out'; runId: string; pages: number }
  | { kind: 'refresh_refused'; runId: string; untilMs: number }
  | { kind: 'looked_at'; consentExpiresAtMs: number | null; healthy: boolean }
  | { kind: 'auto_sync_set'; requestId: string; enabled: boolean; user: string }
  | { kind: 'consent_due' }
  | { kind: 'loaded' }
  | { kind: 'settings_changed' }
  /** `holder` = institution of the connection that has this login already. */
  | { kind: 'flow_ended'; flowId: string; how: 'expired' | 'exited'; holder?: string }
  | { kind: 'flow_ended'; flowId: string; how: 'failed'; code: string; reference: string }
  | { kind: 'message_refused'; name: string; noteId: string }
  | { kind: 'revoke_failed'; requestId: string }
  | {
      kind: 'mfa_requested'
      challengeId: string
      runId: string
      challengeKind: Challenge['kind']
      expiresAtMs: number
    }
  | MfaEnded
  | { kind: 'disconnected'; reason: DisconnectReason; requestId: string }

/** A challenge that nobody can answer any more; `closed` tells nobody. */
export interface MfaEnded {
  kind: 'mfa_ended'
  challengeId: string
  runId: string
  how: 'accepted' | 'wrong' | 'expired' | 'closed'
  /** Who answered; '' where it is not known. */
  user: string
  /** Accounts that wait for a decision. */
  undecided: number
}
