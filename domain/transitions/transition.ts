import type { ConnectionFacts } from '../connection.ts'
import type { MessageCode, NewMessage } from '../chatter.ts'
import type { NewEvent } from '../event.ts'
import { consentDue } from './consent-due.ts'
import { attendedOnly, tellAttendedOnly } from './attended-only.ts'
import type { Effect } from './effect.ts'
import { instant, tell } from './effect.ts'
import { failed, failureCauses } from './failed.ts'
import { linked } from './linked.ts'
import { mfaCause, mfaEnded, mfaRequested } from './mfa.ts'
import type { Occurrence } from './occurrence.ts'
import { plannedAt } from './plan.ts'
import { consentOf, read, renewed, working } from './read.ts'

export interface Transition {
  after: ConnectionFacts
  messages: NewMessage[]
  closes: string[]
  events: NewEvent[]
}

/** What the decision needs besides the connection itself. */
export interface Circumstances {
  nowMs: number
  /** Days by which the provider extends a consent; null where it names none. */
  renewalDays: number | null
}

const effectOf = (
  facts: ConnectionFacts,
  occurrence: Occurrence,
  around: Circumstances,
): Effect => {
  // an attempt that woke up after the connection was closed must not open it again
  if (
    facts.state === 'disconnected' &&
    (occurrence.kind === 'read' || occurrence.kind === 'failed')
  )
    return {}
  switch (occurrence.kind) {
    case 'linked':
      return linked(facts, occurrence)
    case 'read':
      return read(facts, occurrence, around.nowMs)
    case 'failed':
      return failed(facts, occurrence, around.nowMs)
    case 'consent_due':
      return consentDue(facts, around.renewalDays, around.nowMs)
    case 'looked_at':
      return lookedAt(facts, occurrence)
    case 'loaded':
      return {}
    case 'settings_changed':
      return { next: 'slot' }
    case 'auto_sync_set':
    case 'accounts_discovered':
    case 'accounts_chosen':
      return commanded(facts, occurrence)
    case 'disconnected':
      return disconnected(occurrence)
    case 'mfa_requested':
      return mfaRequested(facts, occurrence)
    case 'mfa_ended':
      return mfaEnded(facts, occurrence)
    case 'paged_out':
    case 'refresh_refused':
    case 'flow_ended':
    case 'message_refused':
    case 'revoke_failed':
      return noted(facts, occurrence)
  }
}

type Commanded = Extract<
  Occurrence,
  { kind: 'auto_sync_set' | 'accounts_discovered' | 'accounts_chosen' }
>

const autoSyncSet = (
  facts: ConnectionFacts,
  { enabled, user, requestId }: Extract<Occurrence, { kind: 'auto_sync_set' }>,
): Effect => {
  if (facts.autoSync === enabled) return {}
  const key = `request:${requestId}`
  const params = { enabled: enabled ? 'on' : 'off', user }
  const isInVain = enabled && !facts.unattendedAllowed
  return {
    changed: { autoSync: enabled },
    messages: [
      tell({ code: 'auto_sync.changed', kind: 'tracking', key, params, user }),
      ...(isInVain ? [tellAttendedOnly(facts, key)] : []),
    ],
    closes: enabled ? [] : [attendedOnly],
    next: 'slot',
  }
}

const commanded = (facts: ConnectionFacts, occurrence: Commanded): Effect => {
  const key = `request:${occurrence.requestId}`
  switch (occurrence.kind) {
    case 'auto_sync_set':
      return autoSyncSet(facts, occurrence)
    case 'accounts_discovered':
      return {
        changed:
          occurrence.undecided > 0 && facts.awaiting === 'nothing'
            ? { awaiting: 'account_choice' }
            : {},
        events: [
          {
            dedupeKey: `${key}:accounts`,
            type: 'accounts.discovered',
            connectionId: facts.id,
            content: { undecided: occurrence.undecided },
          },
        ],
        next: 'keep',
      }
    case 'accounts_chosen': {
      const { chosen, undecided, user } = occurrence
      const decided = undecided === 0 && facts.awaiting === 'account_choice'
      return {
        changed: { chosenAccounts: chosen, ...(decided ? { awaiting: 'nothing' } : {}) },
        messages: [
          tell({ code: 'accounts.chosen', kind: 'tracking', key, params: { n: chosen }, user }),
        ],
        closes: decided ? ['failure:account_gone'] : [],
        next: 'keep',
      }
    }
  }
}

/** The provider was asked how the connection does, without reading lines. */
const lookedAt = (
  facts: ConnectionFacts,
  occurrence: Extract<Occurrence, { kind: 'looked_at' }>,
): Effect => {
  const { consentExpiresAtMs, healthy } = occurrence
  const { disconnectReason: reason } = facts
  const waitsForPerson = facts.state === 'error' || reason === 'consent' || reason === 'gone'
  const consent = consentOf(facts, consentExpiresAtMs)
  const closes = renewed(facts, consentExpiresAtMs) ? ['consent'] : []
  if (!healthy || !waitsForPerson) return { changed: consent, closes, next: 'keep' }
  return {
    changed: { ...working(facts, facts.awaiting === 'account_choice' ? 1 : 0), ...consent },
    closes: [...failureCauses, ...closes],
    next: 'slot',
  }
}

const disconnected = ({ reason }: Extract<Occurrence, { kind: 'disconnected' }>): Effect => ({
  changed: {
    state: 'disconnected',
    disconnectReason: reason,
    awaiting: 'nothing',
    challengeOpen: false,
    failureCode: null,
  },
  closes: [...failureCauses, 'consent', mfaCause],
})

type Noted = Extract<
  Occurrence,
  { kind: 'paged_out' | 'refresh_refused' | 'flow_ended' | 'message_refused' | 'revoke_failed' }
>

/** Refused messages that were understood: the reply says what was wrong with them. */
const refusalCodes = new Map<string, MessageCode>([
  ['mfaAnswered:expired', 'mfa.too_late'],
  ['mfaAnswered:not_expected', 'mfa.not_expected'],
  ['mfaAnswered:no_answer', 'mfa.no_answer'],
])

const flowEnd = (
  { providerName: provider, institutionName: institution }: ConnectionFacts,
  ended: Extract<Occurrence, { kind: 'flow_ended' }>,
): NewMessage => {
  const { flowId, how } = ended
  const key = `flow:${flowId}:${how}`
  if (how === 'failed') {
    const { code: failure, reference } = ended
    return tell({ code: 'link.failed', key, params: { institution, provider, failure }, reference })
  }
  const { holder } = ended
  if (holder !== undefined)
    return tell({ code: 'link.already_connected', key, params: { institution: holder, provider } })
  return tell({ code: how === 'expired' ? 'link.expired' : 'link.exited', kind: 'note', key })
}

/** Things people are told of that change nothing else. */
const noted = (facts: ConnectionFacts, occurrence: Noted): Effect => {
  switch (occurrence.kind) {
    case 'paged_out': {
      const { runId, pages } = occurrence
      return {
        messages: [
          tell({
            code: 'sync.many_pages',
            kind: 'note',
            key: `run:${runId}:many`,
            params: { pages },
            runId,
          }),
        ],
      }
    }
    case 'refresh_refused': {
      const params = { institution: facts.institutionName, next: instant(occurrence.untilMs) }
      const { runId } = occurrence
      return {
        messages: [
          tell({ code: 'sync.quota', kind: 'note', key: `run:${runId}:sync.quota`, params, runId }),
        ],
      }
    }
    case 'flow_ended': {
      return { messages: [flowEnd(facts, occurrence)] }
    }
    case 'message_refused': {
      const { name, noteId } = occurrence
      const params = { name }
      const code = refusalCodes.get(name) ?? 'signal.refused'
      return { messages: [tell({ code, kind: 'note', key: `refused:${noteId}`, params })] }
    }
    case 'revoke_failed': {
      const params = { provider: facts.providerName }
      return {
        messages: [
          tell({
            code: 'consent.not_revoked',
            key: `request:${occurrence.requestId}:revoke`,
            params,
          }),
        ],
      }
    }
  }
}

const stateTracking = (
  before: ConnectionFacts,
  after: ConnectionFacts,
): Pick<Transition, 'messages' | 'events'> => {
  const events: NewEvent[] = []
  const key = `state:${before.id}:${before.version + 1}`
  const content = { state: after.state, awaiting: after.awaiting, failureCode: after.failureCode }
  const event = { connectionId: after.id, content }
  if (before.state !== after.state)
    events.push({ ...event, dedupeKey: key, type: 'connection.state_changed' })
  if (before.awaiting !== after.awaiting && after.awaiting !== 'nothing')
    events.push({ ...event, dedupeKey: `${key}:action`, type: 'connection.action_required' })
  if (before.state === after.state) return { messages: [], events }
  const params = { from: before.state, to: after.state }
  return {
    messages: [tell({ code: 'state.changed', kind: 'tracking', key, params, system: true })],
    events,
  }
}

/** The one place where a connection's state, plan and messages are decided; pure, total, and never throws. */
export const transition = (
  facts: ConnectionFacts,
  occurrence: Occurrence,
  around: Circumstances,
): Transition => {
  const effect = effectOf(facts, occurrence, around)
  const changed = { ...facts, ...effect.changed }
  const after = {
    ...changed,
    nextSyncAtMs: plannedAt(changed, effect.next ?? 'keep', around.nowMs),
  }
  const tracking = stateTracking(facts, after)
  return {
    after,
    messages: [...tracking.messages, ...(effect.messages ?? [])],
    closes: effect.closes ?? [],
    events: [...tracking.events, ...(effect.events ?? [])],
  }
}
