/** An in-memory connection, its flows and its chatter, decided by the same rules as the real ones. */
import type { NewMessage } from '../../../domain/chatter.ts'
import type { ConnectionFacts, RunCause, Snapshot } from '../../../domain/connection.ts'
import type { NewEvent } from '../../../domain/event.ts'
import type { Failure } from '../../../domain/failure.ts'
import { snapshotOf } from '../../../domain/snapshot.ts'
import type { Occurrence } from '../../../domain/transitions/occurrence.ts'
import { transition } from '../../../domain/transitions/transition.ts'
import type { Activities } from '../../../activities/index.ts'
import { aConnection, day } from '../../domain/support/facts.ts'

export interface Call {
  name: keyof Activities
  atMs: number
  runId?: string
  cause?: RunCause
  flowId?: string
  droppedFlows?: readonly string[]
}

export interface Bank {
  tenantId: string
  /** Null once the connection is removed, or when it never was. */
  facts: ConnectionFacts | null
  flows: Map<string, { kind: 'link' | 'renewal' | 'reconnect'; endsAtMs: number }>
  messages: Map<string, NewMessage>
  events: Map<string, NewEvent>
  /** Runs that have ended. */
  ended: Map<string, 'ok' | 'failed'>
  calls: Call[]
  /** Days that a consent given now lives. */
  consentDays: number
  /** How often a refresh at the bank is asked about before it is done; 0 = none is offered. */
  polls: number
  undecided: number
  /** What the institution asks, one after the other, each time a refresh is asked for or looked at. */
  challenges: { kind: 'fields' | 'page'; lifeMs: number }[]
  /** Challenges that were asked and have not ended, by id. */
  asked: Map<string, string>
  /** Challenges whose answer is stored. */
  given: Set<string>
  /** A slot asks the bank for fresh lines. */
  slotsRefresh: boolean
  /** Awaited once something was asked and before that is reported. */
  afterAsking: () => Promise<void>
  /** Answers instead of an activity, or throws; undefined lets it do its work. */
  before: (call: Call) => Promise<Failure | undefined> | Failure | undefined
}

export const createBank = (tenantId: string, facts: Partial<ConnectionFacts> = {}): Bank => {
  const now = Date.now()
  return {
    tenantId,
    facts: aConnection({
      createdAtMs: now,
      nextSyncAtMs: null,
      consentExpiresAtMs: now + 90 * day,
      ...facts,
    }),
    flows: new Map(),
    messages: new Map(),
    events: new Map(),
    ended: new Map(),
    calls: [],
    consentDays: 90,
    polls: 0,
    undecided: 0,
    challenges: [],
    asked: new Map(),
    given: new Set(),
    slotsRefresh: false,
    afterAsking: () => Promise.resolve(),
    before: () => undefined,
  }
}

const flowEnd = ({ flows }: Bank): number | null => {
  const ends = [...flows.values()].map(({ endsAtMs }) => endsAtMs)
  return ends.length === 0 ? null : Math.min(...ends)
}

/** Applies what happened; posts what was not posted yet. */
export const record = (
  bank: Bank,
  nowMs: number,
  happened: readonly Occurrence[],
): Snapshot | null => {
  for (const occurrence of happened) {
    if (bank.facts === null) return null
    const { after, messages, events } = transition(bank.facts, occurrence, {
      nowMs,
      renewalDays: 90,
    })
    const isChanged = JSON.stringify(after) !== JSON.stringify(bank.facts)
    bank.facts = { ...after, version: after.version + (isChanged ? 1 : 0) }
    for (const message of messages)
      if (!bank.messages.has(message.dedupeKey)) bank.messages.set(message.dedupeKey, message)
    for (const event of events)
      if (!bank.events.has(event.dedupeKey)) bank.events.set(event.dedupeKey, event)
  }
  if (bank.facts === null) return null
  const snapshot = snapshotOf(bank.facts, flowEnd(bank), nowMs)
  return bank.slotsRefresh ? { ...snapshot, slotsRefresh: true } : snapshot
}

/** What was posted, in order. */
export const posted = ({ messages }: Bank): string[] =>
  [...messages.values()].map(({ code }) => code)

/** Reads that reached the bank, in order. */
export const reads = ({ calls }: Bank): Call[] =>
  calls.filter(({ name }) => name === 'syncConnection')

export const called = ({ calls }: Bank, name: keyof Activities): Call[] =>
  calls.filter((call) => call.name === name)
