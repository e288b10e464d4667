import type { FailureCode } from './failure.ts'

export type ConnectionState = 'not_connected' | 'connected' | 'error' | 'disconnected'
export type Awaiting = 'nothing' | 'mfa' | 'account_choice' | 'consent' | 'credentials'
export type Pause = 'block' | 'failures'
export type DisconnectReason = 'consent' | 'gone' | 'user' | 'support' | 'legacy'
export type RunCause = 'first' | 'scheduled' | 'person' | 'event' | 'retry' | 'renewal'

/** What is known of a connection; instants are milliseconds since the epoch. */
export interface ConnectionFacts {
  id: string
  provider: string
  providerName: string
  institutionName: string
  state: ConnectionState
  awaiting: Awaiting
  /** A person was asked for something that can still be given; a run that succeeds meanwhile does not hide it. */
  challengeOpen: boolean
  /** The user's wish; never changed by the product itself. */
  autoSync: boolean
  pauses: Pause[]
  failureCode: FailureCode | null
  failureReference: string | null
  disconnectReason: DisconnectReason | null
  generation: number
  intervalMs: number
  consentExpiresAtMs: number | null
  /** The threshold in days for which the open notice was last posted. */
  consentNoticeDays: number | null
  unattendedAllowed: boolean
  chosenAccounts: number
  lastRefreshAtMs: number | null
  lastPulledAtMs: number | null
  nextSyncAtMs: number | null
  /** Scheduled slots that failed one after the other. */
  failingSlots: number
  /** Tries since the last slot. */
  tries: number
  failingSinceMs: number | null
  countedFailures: number
  /** Calendar day (UTC) of the last counted failure. */
  countedOn: string | null
  version: number
  createdAtMs: number
}

/** The part of the facts that the workflow decides with; small, because it travels with every activity result. */
export interface Snapshot {
  provider: string
  state: ConnectionState
  awaiting: Awaiting
  autoSync: boolean
  pauses: Pause[]
  failureCode: FailureCode | null
  disconnectReason: DisconnectReason | null
  /** When the next unattended run is due; null while there is none. */
  nextSyncAtMs: number | null
  /** That run is a try between two slots. */
  nextSyncIsRetry: boolean
  /** A scheduled run asks the bank for fresh lines first, because the provider does not by itself. */
  slotsRefresh?: boolean
  /** When the consent must be looked at. */
  noticeAtMs: number | null
  /** When the oldest open link flow ends. */
  flowEndsAtMs: number | null
  /** A flow that the provider had not finished when it was asked, and when it is asked again. */
  flowLook?: { id: string; atMs: number }
  /** When a connection that is gone is looked at again. */
  lookAtMs?: number
  /** When a connection never finished is removed; null once it was linked. */
  removeAtMs: number | null
  lastPulledAtMs: number | null
  chosenAccounts: number
}
