import type { ConnectionFacts } from '../connection.ts'
import type { NewMessage } from '../chatter.ts'
import type { Effect } from './effect.ts'
import { tell } from './effect.ts'
import { attendedOnly, tellAttendedOnly } from './attended-only.ts'
import { consequenceOf, failureCauses, noticeOf } from './failed.ts'
import type { Occurrence } from './occurrence.ts'

type Read = Extract<Occurrence, { kind: 'read' }>

const awaitingOf = ({ challengeOpen }: ConnectionFacts, undecided: number) => {
  if (challengeOpen) return 'mfa'
  return undecided > 0 ? 'account_choice' : 'nothing'
}

/** The facts of a connection that works: counters at rest, nothing expected but an open account choice or question. */
export const working = (facts: ConnectionFacts, undecided: number): Partial<ConnectionFacts> => ({
  state: 'connected',
  awaiting: awaitingOf(facts, undecided),
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

/** A sync run that read the chosen accounts, or all but those that `partial` speaks of. */
export const read = (facts: ConnectionFacts, occurrence: Read, nowMs: number): Effect => {
  const effect = readAll(facts, occurrence, nowMs)
  const { partial, runId, cause } = occurrence
  if (partial === null) return effect
  const { failure } = partial
  const after = { ...facts, ...effect.changed }
  const told = { kind: 'failed' as const, runId, cause, failure, reference: partial.reference }
  return {
    ...effect,
    changed: {
      ...effect.changed,
      ...consequenceOf(after, told),
      failureReference: partial.reference,
    },
    messages: withNotice(effect.messages ?? [], noticeOf(after, told, nowMs)),
    // its own notice stays open and is folded, so that it is not posted anew every slot
    closes: (effect.closes ?? []).filter((open) => open !== `failure:${failure.code}`),
  }
}

/** That nobody may fetch unattended is told in one way, whichever of the two was seen first. */
const withNotice = (messages: NewMessage[], notice: NewMessage): NewMessage[] =>
  messages.some(({ code }) => code === notice.code) ? messages : [...messages, notice]

const readAll = (facts: ConnectionFacts, occurrence: Read, nowMs: number): Effect => {
  const { consentExpiresAtMs, unattendedAllowed, lastRefreshAtMs, undecided, cause } = occurrence
  const byPerson = cause === 'person' && (facts.nextSyncAtMs ?? 0) > nowMs && facts.tries === 0
  return {
    changed: {
      ...working(facts, undecided),
      ...consentOf(facts, consentExpiresAtMs),
      unattendedAllowed,
      lastPulledAtMs: nowMs,
      ...(lastRefreshAtMs === null ? {} : { lastRefreshAtMs }),
    },
    messages: [...messagesOf(facts, occurrence), ...noSlots(facts, occurrence)],
    closes: [
      ...failureCauses,
      ...(renewed(facts, consentExpiresAtMs) ? ['consent'] : []),
      ...(unattendedAllowed ? [attendedOnly] : []),
    ],
    next: byPerson ? 'keep' : 'slot',
  }
}

/** Told once, when it is first seen: without a person nothing will be fetched, though it is switched on. */
const noSlots = (facts: ConnectionFacts, { unattendedAllowed, runId }: Read): NewMessage[] =>
  unattendedAllowed || !facts.unattendedAllowed || !facts.autoSync
    ? []
    : [tellAttendedOnly(facts, `run:${runId}`)]

/** Providers that compute the end anew each time move it by moments; a renewal moves it by days. */
const renewalMinMs = 86_400_000

/** Whether the end of the consent moved to a later time, so that an open warning is over. */
export const renewed = (facts: ConnectionFacts, expiresAtMs: number | null): boolean =>
  expiresAtMs === null || expiresAtMs >= (facts.consentExpiresAtMs ?? 0) + renewalMinMs

/** The end of the consent as the provider gives it; a renewed one is warned of anew. */
export const consentOf = (
  facts: ConnectionFacts,
  consentExpiresAtMs: number | null,
): Partial<ConnectionFacts> => ({
  consentExpiresAtMs,
  ...(renewed(facts, consentExpiresAtMs) ? { consentNoticeDays: null } : {}),
})
