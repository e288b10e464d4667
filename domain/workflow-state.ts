import type { RunCause, Snapshot } from './connection.ts'

/** A sync run under way, from its acceptance to its outcome. */
export interface RunState {
  id: string
  cause: RunCause
  phase: 'refresh' | 'polling' | 'read'
  /** The provider's reference of the refresh under way. */
  ref: string | null
  polls: number
  pollAtMs: number
  /** When waiting for the refresh ends and what is there is read. */
  refreshEndsAtMs: number
}

/** A run that stands aside while a person is asked for something; the loop goes on without it. */
export interface ParkedRun {
  run: RunState
  challengeId: string
  kind: 'fields' | 'page'
  /** Instant in ms after which no answer counts. */
  expiresAtMs: number
  /** `given` = stored and not handed over yet; `taken` = the run goes on as soon as no other one is under way. */
  answer: 'given' | 'taken' | null
}

export interface Choice {
  accountId: string
  chosen: boolean
  journalRef?: string | null
}

/** A failed step whose consequence is not recorded yet. */
export type Unrecorded =
  | { kind: 'run'; run: RunState; code: string; reason: string }
  | { kind: 'flow'; flowId: string; code: string }

/** Everything the connection workflow remembers: ids, reasons, due times. Handed on by continue-as-new as it is. */
export interface WorkflowState {
  schemaVersion: 1
  snapshot: Snapshot | null
  /** The facts were read in this workflow run; a null snapshot then means that there is no such connection. */
  loaded: boolean
  run: RunState | null
  parked: ParkedRun | null
  /** A challenge answered while the step that asked it had not come back yet. */
  earlyAnswer: string | null
  unrecorded: Unrecorded[]
  flowsToBegin: string[]
  flowsToComplete: string[]
  choices: { requestId: string; choices: Choice[] }[]
  autoSync: { requestId: string; enabled: boolean } | null
  refreshAccounts: string | null
  disconnect: string | null
  /** Flows without a page yet when the disconnection was asked for: they end with it. */
  droppedFlows?: string[]
  /** The provider could not be told that the consent is withdrawn; the rest of the disconnection goes on. */
  revokeGivenUp: boolean
  /** Names of messages that were not understood and are not noted yet. */
  refusals: string[]
  refusalsNoted: number
  settingsChanged: boolean
  /** A provider event asks to look; the earliest time it is followed. */
  eventAtMs: number | null
  /** Answers to the latest requests, so that a repeated one gets the same answer. */
  answered: { requestId: string; runId: string }[]
  lastOutcome: 'ok' | 'failed' | null
  lastReadAtMs: number
  cycles: number
}

/** The state of a connection workflow that has just been started. */
export const freshState = (): WorkflowState => ({
  schemaVersion: 1,
  snapshot: null,
  loaded: false,
  run: null,
  parked: null,
  earlyAnswer: null,
  unrecorded: [],
  flowsToBegin: [],
  flowsToComplete: [],
  choices: [],
  autoSync: null,
  refreshAccounts: null,
  disconnect: null,
  revokeGivenUp: false,
  refusals: [],
  refusalsNoted: 0,
  settingsChanged: false,
  eventAtMs: null,
  answered: [],
  lastOutcome: null,
  lastReadAtMs: 0,
  cycles: 0,
})

/** The earliest a provider event is followed after the provider was asked, so that a burst of webhooks makes one read. */
export const eventSpacingMs = 60_000

/** Notes that the provider was asked just now; a hint that came meanwhile waits for its turn. */
export const noteAsked = (state: WorkflowState, nowMs: number): void => {
  state.lastReadAtMs = nowMs
  if (state.eventAtMs !== null) state.eventAtMs = Math.max(state.eventAtMs, nowMs + eventSpacingMs)
}

/** How many requests of one kind may wait; more are refused, so that state stays small. */
export const queueMax = 20

/** Makes a run that has not begun; a person's always asks the bank for fresh lines first. */
export const newRun = (id: string, cause: RunCause, refreshes = cause === 'person'): RunState => ({
  id,
  cause,
  phase: refreshes ? 'refresh' : 'read',
  ref: null,
  polls: 0,
  pollAtMs: 0,
  refreshEndsAtMs: 0,
})
