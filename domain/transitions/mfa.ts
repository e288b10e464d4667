import type { MessageCode, MessageKind } from '../chatter.ts'
import type { ConnectionFacts } from '../connection.ts'
import type { NewEvent } from '../event.ts'
import type { Effect } from './effect.ts'
import { instant, tell } from './effect.ts'
import type { MfaEnded, Occurrence } from './occurrence.ts'
import { mayFetchUnattended } from './plan.ts'

type MfaRequested = Extract<Occurrence, { kind: 'mfa_requested' }>

/** Cause of the one open question; a new challenge is a new message. */
export const mfaCause = 'mfa'

/** A refresh waits for a person: the right people are told until when. */
export const mfaRequested = (facts: ConnectionFacts, occurrence: MfaRequested): Effect => {
  // a run that woke up after the connection was closed asks nobody
  if (facts.state === 'disconnected') return {}
  const { challengeId, runId, challengeKind, expiresAtMs } = occurrence
  const code = challengeKind === 'page' ? 'mfa.requested_at_provider' : 'mfa.requested'
  const expiresAt = instant(expiresAtMs)
  return {
    changed: { awaiting: 'mfa', challengeOpen: true },
    closes: [mfaCause],
    messages: [
      tell({
        code,
        key: `mfa:${challengeId}:requested`,
        params: { institution: facts.institutionName, before: expiresAt },
        cause: mfaCause,
        runId,
      }),
    ],
    events: [
      {
        dedupeKey: `mfa:${challengeId}:requested`,
        type: 'mfa.requested',
        connectionId: facts.id,
        syncRunId: runId,
        content: { challengeId, kind: challengeKind, expiresAt },
      },
    ],
  }
}

const told: Record<Exclude<MfaEnded['how'], 'closed'>, { code: MessageCode; kind: MessageKind }> = {
  accepted: { code: 'mfa.accepted', kind: 'note' },
  wrong: { code: 'mfa.wrong', kind: 'message' },
  expired: { code: 'mfa.expired', kind: 'note' },
}

/** What is expected once nobody is asked for a code any more. */
const awaitingAfter = ({ awaiting }: ConnectionFacts, undecided: number) => {
  if (awaiting !== 'mfa') return awaiting
  return undecided > 0 ? 'account_choice' : 'nothing'
}

const eventOf = (
  facts: ConnectionFacts,
  { challengeId, runId, how }: MfaEnded & { how: keyof typeof told },
): NewEvent => ({
  dedupeKey: `mfa:${challengeId}:${how}`,
  type: `mfa.${how}`,
  connectionId: facts.id,
  syncRunId: runId,
  content: { challengeId },
})

/** What nobody answered is told without a promise where nothing is fetched by itself. */
const expiry = (facts: ConnectionFacts): MessageCode =>
  mayFetchUnattended(facts) ? 'mfa.expired' : 'mfa.expired_by_hand'

/** A challenge is over; failures and counters are none of its business. */
export const mfaEnded = (facts: ConnectionFacts, occurrence: MfaEnded): Effect => {
  const { challengeId, runId, how, user, undecided } = occurrence
  const after: Effect = {
    changed: { awaiting: awaitingAfter(facts, undecided), challengeOpen: false },
    closes: [mfaCause],
    next: 'keep',
  }
  if (how === 'closed') return after
  const key = `mfa:${challengeId}:${how}`
  const params = { institution: facts.institutionName, user }
  const { code, kind } = told[how]
  return {
    ...after,
    messages: [tell({ code: how === 'expired' ? expiry(facts) : code, kind, key, params, runId })],
    events: [eventOf(facts, { ...occurrence, how })],
  }
}
