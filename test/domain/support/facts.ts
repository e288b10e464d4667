/** Builders that show only what matters to a test. */
import type { ConnectionFacts, RunCause } from '../../../domain/connection.ts'
import type { Failure, FailureCode } from '../../../domain/failure.ts'
import type { Occurrence } from '../../../domain/transitions/occurrence.ts'
import type { Circumstances, Transition } from '../../../domain/transitions/transition.ts'
import { transition } from '../../../domain/transitions/transition.ts'

export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour

const connectionId = '0b6f5f0e-6a39-4b5e-9c0a-3f3f8f0f6d11'

/** A Saturday morning from which the tests count. */
export const start = Date.parse('2026-11-21T08:00:00.000Z')

/** A linked, healthy connection with one chosen account. */
export const aConnection = (facts: Partial<ConnectionFacts> = {}): ConnectionFacts => ({
  id: connectionId,
  provider: 'ponto',
  providerName: 'Ponto',
  institutionName: 'Banque de Test',
  state: 'connected',
  awaiting: 'nothing',
  challengeOpen: false,
  autoSync: true,
  pauses: [],
  failureCode: null,
  failureReference: null,
  disconnectReason: null,
  generation: 1,
  intervalMs: 12 * hour,
  consentExpiresAtMs: start + 90 * day,
  consentNoticeDays: null,
  unattendedAllowed: true,
  chosenAccounts: 1,
  lastRefreshAtMs: null,
  lastPulledAtMs: null,
  nextSyncAtMs: start,
  failingSlots: 0,
  tries: 0,
  failingSinceMs: null,
  countedFailures: 0,
  countedOn: null,
  version: 7,
  createdAtMs: start - day,
  ...facts,
})

export const at = (nowMs: number, renewalDays: number | null = 90): Circumstances => ({
  nowMs,
  renewalDays,
})

let runs = 0
const aRunId = (): string => {
  runs += 1
  return `00000000-0000-4000-8000-${String(runs).padStart(12, '0')}`
}

export const failedRun = (
  code: FailureCode,
  rest: { cause?: RunCause; runId?: string } & Partial<Omit<Failure, 'code'>> = {},
): Extract<Occurrence, { kind: 'failed' }> => {
  const { cause = 'scheduled', runId = aRunId(), scope = 'connection', ...failure } = rest
  return {
    kind: 'failed',
    runId,
    cause,
    reference: 'BS-0000-0001',
    failure: { code, scope, ...failure },
  }
}

export const readRun = (
  rest: Partial<Extract<Occurrence, { kind: 'read' }>> = {},
): Extract<Occurrence, { kind: 'read' }> => ({
  kind: 'read',
  runId: aRunId(),
  cause: 'scheduled',
  added: 0,
  changed: 0,
  removed: 0,
  accounts: 1,
  consentExpiresAtMs: start + 90 * day,
  unattendedAllowed: true,
  lastRefreshAtMs: null,
  undecided: 0,
  partial: null,
  ...rest,
})

/** Applies occurrences one after the other, each at its own instant; what was told is collected. */
export const live = (
  facts: ConnectionFacts,
  happened: readonly (readonly [number, Occurrence])[],
): Transition => {
  const told: Transition = { after: facts, messages: [], closes: [], events: [] }
  for (const [nowMs, occurrence] of happened) {
    const next = transition(told.after, occurrence, at(nowMs))
    told.after = { ...next.after, version: told.after.version + 1 }
    told.messages.push(...next.messages)
    told.closes.push(...next.closes)
    told.events.push(...next.events)
  }
  return told
}
