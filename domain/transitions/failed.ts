import type {
  Awaiting,
  ConnectionFacts,
  ConnectionState,
  DisconnectReason,
  Pause,
} from '../connection.ts'
import type { MessageCode, MessageKind, MessageParams, NewMessage } from '../chatter.ts'
import type { FailureCode } from '../failure.ts'
import { failureCodes, reactions } from '../failure.ts'
import { retryAt } from '../schedule.ts'
import type { Effect } from './effect.ts'
import { instant, tell } from './effect.ts'
import type { Occurrence } from './occurrence.ts'
import { slotAfter } from './plan.ts'

type Failed = Extract<Occurrence, { kind: 'failed' }>

interface Consequence {
  state?: ConnectionState
  awaiting?: Awaiting
  reason?: DisconnectReason
}

/** State and expectation after each failure (product P7); an empty entry leaves both as they are. */
const consequences: Record<FailureCode, Consequence> = {
  transient: {},
  provider_unavailable: {},
  institution_unavailable: {},
  rate_limited: {},
  invalid_response: { state: 'error' },
  mfa_required: { awaiting: 'mfa' },
  credentials_invalid: { state: 'error', awaiting: 'credentials' },
  action_required_at_institution: { state: 'error' },
  consent_expired: { state: 'disconnected', awaiting: 'consent', reason: 'consent' },
  unattended_not_allowed: {},
  institution_unsupported: { state: 'error' },
  account_gone: { awaiting: 'account_choice' },
  connection_gone: { state: 'disconnected', awaiting: 'nothing', reason: 'gone' },
  operator_misconfigured: {},
  defect: { state: 'error' },
}

interface Notice {
  code: MessageCode
  kind: MessageKind
  when: 'at_once' | 'third_slot' | 'person'
}

const notices: Record<FailureCode, Notice> = {
  transient: { code: 'sync.delayed', kind: 'note', when: 'third_slot' },
  provider_unavailable: { code: 'sync.delayed', kind: 'note', when: 'third_slot' },
  institution_unavailable: { code: 'institution.unavailable', kind: 'note', when: 'at_once' },
  rate_limited: { code: 'sync.quota', kind: 'note', when: 'person' },
  invalid_response: { code: 'sync.provider_invalid', kind: 'note', when: 'at_once' },
  mfa_required: { code: 'mfa.requested_at_provider', kind: 'message', when: 'at_once' },
  credentials_invalid: { code: 'credentials.invalid', kind: 'message', when: 'at_once' },
  action_required_at_institution: {
    code: 'institution.action_required',
    kind: 'message',
    when: 'at_once',
  },
  consent_expired: { code: 'consent.expired', kind: 'message', when: 'at_once' },
  unattended_not_allowed: { code: 'auto.not_supported', kind: 'message', when: 'at_once' },
  institution_unsupported: { code: 'institution.unsupported', kind: 'message', when: 'at_once' },
  account_gone: { code: 'accounts.changed', kind: 'message', when: 'at_once' },
  connection_gone: { code: 'connection.gone', kind: 'message', when: 'at_once' },
  operator_misconfigured: { code: 'service.misconfigured', kind: 'message', when: 'at_once' },
  defect: { code: 'internal.error', kind: 'message', when: 'at_once' },
}

const slotsBeforeDelayIsTold = 3
const dayMs = 86_400_000
const warnAfter = { failures: 20, days: 4 }
const stopAfter = { failures: 30, days: 7 }
/** Longest time that a provider may keep us from trying again. */
const untilMaxMs = 7 * dayMs

/** Causes of all open failure notices: a success closes every one of them. */
export const failureCauses: readonly string[] = [
  ...failureCodes.map((code) => `failure:${code}`),
  'failing',
]

/** State, expectation and failure code that a failure leaves behind. */
export const consequenceOf = (
  facts: ConnectionFacts,
  { failure }: Pick<Failed, 'failure'>,
): Partial<ConnectionFacts> => {
  const { state, awaiting, reason } = consequences[failure.code]
  // a part of the accounts still works, or the connection is closed already: an error must not hide that
  const keepState =
    failure.scope === 'account' || (facts.state === 'disconnected' && state === 'error')
  return {
    failureCode: failure.code,
    ...(awaiting === undefined ? {} : { awaiting }),
    ...(state === undefined || keepState
      ? {}
      : { state, disconnectReason: state === 'disconnected' ? (reason ?? 'gone') : null }),
    ...(failure.code === 'unattended_not_allowed' ? { unattendedAllowed: false } : {}),
  }
}

const slotCauses: readonly Failed['cause'][] = ['scheduled', 'first', 'renewal']
const isSlot = (cause: Failed['cause']): boolean => slotCauses.includes(cause)

const countersOf = (
  facts: ConnectionFacts,
  occurrence: Failed,
  nowMs: number,
): Partial<ConnectionFacts> => {
  const slot = isSlot(occurrence.cause)
  const today = instant(nowMs).slice(0, 10)
  const counts = reactions[occurrence.failure.code].counted && facts.countedOn !== today
  return {
    failingSlots: facts.failingSlots + (slot ? 1 : 0),
    tries: slot ? 1 : facts.tries + (occurrence.cause === 'retry' ? 1 : 0),
    failingSinceMs: facts.failingSinceMs ?? nowMs,
    ...(counts ? { countedFailures: facts.countedFailures + 1, countedOn: today } : {}),
  }
}

const reached = (facts: ConnectionFacts, limit: typeof stopAfter, nowMs: number): boolean =>
  facts.countedFailures >= limit.failures ||
  // one is counted a day, so a week in which an outage took most days is no week of failures
  (facts.countedFailures >= limit.days &&
    nowMs - (facts.failingSinceMs ?? nowMs) >= limit.days * dayMs)

interface Series {
  pauses?: Pause[]
  messages: NewMessage[]
}

const seriesMessages = (facts: ConnectionFacts, nowMs: number): Series => {
  const params = { slots: facts.countedFailures, since: instant(facts.failingSinceMs) }
  const key = `failing:${facts.failingSinceMs ?? 0}`
  if (!facts.pauses.includes('failures') && reached(facts, stopAfter, nowMs)) {
    const messages = [
      tell({ code: 'sync.stopped', key: `${key}:stopped`, params, cause: 'failing' }),
    ]
    return { pauses: [...facts.pauses, 'failures'], messages }
  }
  if (facts.pauses.length === 0 && reached(facts, warnAfter, nowMs))
    return { messages: [tell({ code: 'sync.failing', key: `${key}:warned`, params })] }
  return { messages: [] }
}

const nextAfter = (
  facts: ConnectionFacts,
  occurrence: Failed,
  nowMs: number,
): 'slot' | 'keep' | number => {
  const { failure } = occurrence
  const untilMs = failure.until === undefined ? null : Date.parse(failure.until)
  if (untilMs !== null && untilMs > nowMs) return Math.min(untilMs, nowMs + untilMaxMs)
  if (occurrence.cause === 'person' && (facts.nextSyncAtMs ?? 0) > nowMs) return 'keep'
  if (!reactions[failure.code].retriedByWorkflow) return 'slot'
  return retryAt(facts.tries, nowMs, slotAfter(facts, nowMs)) ?? 'slot'
}

const paramsOf = (facts: ConnectionFacts, occurrence: Failed, nowMs: number): MessageParams => {
  const next = nextAfter(facts, occurrence, nowMs)
  const nextMs = typeof next === 'number' ? next : slotAfter(facts, nowMs)
  return {
    institution: facts.institutionName,
    provider: facts.providerName,
    reference: occurrence.reference,
    since: instant(facts.failingSinceMs ?? nowMs),
    next: instant(nextMs),
    date: instant(Math.min(facts.consentExpiresAtMs ?? nowMs, nowMs)),
    n: 1,
  }
}

const isTold = (facts: ConnectionFacts, { cause, failure }: Failed): boolean => {
  const { when } = notices[failure.code]
  if (when === 'at_once' || cause === 'person') return true
  return when === 'third_slot' && facts.failingSlots >= slotsBeforeDelayIsTold
}

/** The one notice of a failure; while it is open it is repeated instead of posted again. */
export const noticeOf = (facts: ConnectionFacts, occurrence: Failed, nowMs: number): NewMessage => {
  const { failure, runId, reference } = occurrence
  const { code, kind } = notices[failure.code]
  return tell({
    code,
    kind,
    key: `run:${runId}:${code}`,
    params: paramsOf(facts, occurrence, nowMs),
    cause: `failure:${failure.code}`,
    reference,
    runId,
  })
}

/** A sync run that did not work: state, counters, plan and the one notice per cause. */
export const failed = (facts: ConnectionFacts, occurrence: Failed, nowMs: number): Effect => {
  const { failure, runId, reference } = occurrence
  const counters = countersOf(facts, occurrence, nowMs)
  const counted = { ...facts, ...counters }
  const changed = { ...counters, ...consequenceOf(facts, occurrence) }
  const isCounted = reactions[failure.code].counted
  const series: Series = isCounted ? seriesMessages(counted, nowMs) : { messages: [] }
  const notice = noticeOf(counted, occurrence, nowMs)
  return {
    changed: {
      ...changed,
      failureReference: reference,
      // from here on it is counted whether the connection was lost for good
      ...(changed.disconnectReason === 'gone' ? { failingSinceMs: nowMs } : {}),
      ...(series.pauses ? { pauses: series.pauses } : {}),
    },
    messages: [...(isTold(counted, occurrence) ? [notice] : []), ...series.messages],
    // a consent that has ended is not about to end any more
    closes: changed.state === 'disconnected' ? ['consent'] : [],
    events: [
      {
        dedupeKey: `run.failed:${runId}`,
        type: 'run.failed',
        connectionId: facts.id,
        syncRunId: runId,
        content: { failureCode: failure.code, reference },
      },
    ],
    next: nextAfter(counted, occurrence, nowMs),
  }
}
