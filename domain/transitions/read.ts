import type { ConnectionFacts } from '../connection.ts'
import type { NewMessage } from '../chatter.ts'
import type { Effect } from './effect.ts'
import { tell } from './effect.ts'
import { failureCauses } from './failed.ts'
import type { Occurrence } from './occurrence.ts'

type Read = Extract<Occurrence, { kind: 'read' }>

/** The facts of a connection that works: counters at rest, nothing expected but an open account choice. */
export const working = (facts: ConnectionFacts, undecided: number): Partial<ConnectionFacts> => ({
  state: 'connected',
  awaiting: undecided > 0 ? 'account_choice' : 'nothing',
  failureCode: null,
  failureReference: null,
  disconnectReason: null,
  failingSlots: 0,
  tries: 0,
  failingSinceMs: null,
  countedFailures: 0,
  countedOn: null,
  pauses: facts.pauses.filter((pause) => pause !== 'failures'),
})

const messagesOf = (facts: ConnectionFacts, read: Read): NewMessage[] => {
  const { runId, added, changed, removed, accounts } = read
  const corrected = changed + removed
  return [
    ...(added === 0
      ? []
      : [
          tell({
            code: 'sync.done',
            kind: 'note',
            key: `run:${runId}:sync.done`,
            params: { n: added, accounts },
            runId,
          }),
        ]),
    ...(corrected === 0
      ? []
      : [
          tell({
            code: 'lines.corrected',
            key: `run:${runId}:lines.corrected`,
            params: { n: corrected },
            runId,
          }),
        ]),
    ...(facts.pauses.includes('failures')
      ? [tell({ code: 'sync.resumed', kind: 'note', key: `run:${runId}:sync.resumed`, runId })]
      : []),
  ]
}

/** A sync run that read every chosen account. */
export const read = (facts: ConnectionFacts, occurrence: Read, nowMs: number): Effect => {
  const { consentExpiresAtMs, unattendedAllowed, lastRefreshAtMs, undecided, cause } = occurrence
  const byPerson = cause === 'person' && (facts.nextSyncAtMs ?? 0) > nowMs && facts.tries === 0
  return {
    changed: {
      ...working(facts, undecided),
      consentExpiresAtMs,
      unattendedAllowed,
      lastPulledAtMs: nowMs,
      ...(lastRefreshAtMs === null ? {} : { lastRefreshAtMs }),
    },
    messages: messagesOf(facts, occurrence),
    closes: [...failureCauses, ...(renewed(facts, consentExpiresAtMs) ? ['consent'] : [])],
    next: byPerson ? 'keep' : 'slot',
  }
}

/** Whether the end of the consent moved to a later time, so that an open warning is over. */
export const renewed = (facts: ConnectionFacts, expiresAtMs: number | null): boolean =>
  expiresAtMs === null || expiresAtMs > (facts.consentExpiresAtMs ?? 0)
