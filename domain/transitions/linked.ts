import type { ConnectionFacts } from '../connection.ts'
import type { MessageCode } from '../chatter.ts'
import type { Effect } from './effect.ts'
import { instant, tell } from './effect.ts'
import { mfaCause } from './mfa.ts'
import { failureCauses } from './failed.ts'
import type { Occurrence } from './occurrence.ts'
import { working } from './read.ts'

type Linked = Extract<Occurrence, { kind: 'linked' }>

const codes: Record<Linked['flowKind'], MessageCode | null> = {
  link: null, // the state change and the question about accounts say it all
  challenge: null, // the answer is told by itself
  renewal: 'connection.renewed',
  reconnect: 'connection.reconnected',
}

/** An account that a renewal brought is a question of its own; after a first link everybody expects it. */
const asksAnew = ({ awaiting }: ConnectionFacts, { flowKind }: Linked): boolean =>
  awaiting !== 'account_choice' && (flowKind === 'renewal' || flowKind === 'reconnect')

/** A link flow that a person finished: the consent is alive, accounts may wait for a choice. */
export const linked = (facts: ConnectionFacts, occurrence: Linked): Effect => {
  const { flowId, flowKind, consentExpiresAtMs, undecided, gone } = occurrence
  const code = codes[flowKind]
  const params = { institution: facts.institutionName, until: instant(consentExpiresAtMs) }
  const n = Math.max(gone, asksAnew(facts, occurrence) ? undecided : 0)
  return {
    changed: {
      // a new way to the bank is a new session there: whatever it asked for is over
      ...working({ ...facts, challengeOpen: false }, undecided),
      challengeOpen: false,
      consentExpiresAtMs,
      consentNoticeDays: null,
      unattendedAllowed: true,
    },
    messages: [
      ...(code === null ? [] : [tell({ code, key: `flow:${flowId}:${code}`, params })]),
      ...(n === 0
        ? []
        : [tell({ code: 'accounts.changed', key: `flow:${flowId}:gone`, params: { n } })]),
    ],
    closes: [...failureCauses, 'consent', mfaCause],
    events: [
      {
        dedupeKey: `flow:${flowId}:accounts`,
        type: 'accounts.discovered',
        connectionId: facts.id,
        content: { undecided },
      },
    ],
    next: 'slot',
  }
}
