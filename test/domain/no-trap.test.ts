import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ConnectionFacts } from '../../domain/connection.ts'
import { nextStep } from '../../domain/next-step.ts'
import { snapshotOf } from '../../domain/snapshot.ts'
import type { Occurrence } from '../../domain/transitions/occurrence.ts'
import { transition } from '../../domain/transitions/transition.ts'
import { freshState } from '../../domain/workflow-state.ts'
import { happenings, reached, unlinked } from './support/arbitrary.ts'
import { at, day, live, readRun } from './support/facts.ts'

const runs = { numRuns: 2_000 }

const linkedAt = (nowMs: number): Occurrence => ({
  kind: 'linked',
  flowId: 'flow',
  flowKind: 'renewal',
  consentExpiresAtMs: nowMs + 90 * day,
  undecided: 0,
  gone: 0,
})
const chosen: Occurrence = {
  kind: 'accounts_chosen',
  requestId: 'r',
  chosen: 1,
  undecided: 0,
  user: 'Anna',
}
const automatic: Occurrence = { kind: 'auto_sync_set', requestId: 'a', enabled: true, user: 'Anna' }

const readAt = (nowMs: number): Occurrence => readRun({ consentExpiresAtMs: nowMs + 90 * day })

const stateOf = (facts: ConnectionFacts, nowMs: number) => ({
  ...freshState(),
  loaded: true,
  snapshot: snapshotOf(facts, null, nowMs),
})

test('a plan always leads to a connection that works, when what it plans succeeds', () => {
  fc.assert(
    fc.property(reached, ({ facts, nowMs }) => {
      if (facts.nextSyncAtMs === null) return
      expect(['connected', 'error']).toContain(facts.state)
      const { after } = transition(facts, readAt(facts.nextSyncAtMs), at(facts.nextSyncAtMs))
      // a question that is still open is not hidden by a success
      const awaiting = facts.challengeOpen ? 'mfa' : 'nothing'
      expect(after).toMatchObject({ state: 'connected', awaiting, failureCode: null })
      expect(nextStep(stateOf(facts, nowMs), nowMs)).not.toMatchObject({ kind: 'leave' })
    }),
    runs,
  )
})

test('whatever happened, people get a working connection with what they can do themselves', () => {
  fc.assert(
    fc.property(reached, ({ facts, nowMs }) => {
      const state = { ...stateOf(facts, nowMs), flowsToBegin: ['flow'] }
      expect(nextStep(state, nowMs)).toEqual({ kind: 'begin_flow', flowId: 'flow' })
      const { after } = live(facts, [
        [nowMs, linkedAt(nowMs)],
        [nowMs, chosen],
        [nowMs, automatic],
      ])
      expect(after).toMatchObject({ state: 'connected', awaiting: 'nothing', failureCode: null })
      // a block is the one thing that only its owner lifts
      expect(after.nextSyncAtMs === null).toBe(facts.pauses.includes('block'))
    }),
    runs,
  )
})

test('where nothing is planned, a reason stands that a person can see', () => {
  fc.assert(
    fc.property(reached, ({ facts }) => {
      if (facts.nextSyncAtMs !== null) return
      const reasons = [
        !facts.autoSync,
        facts.pauses.length > 0,
        !facts.unattendedAllowed,
        facts.chosenAccounts === 0,
        facts.state === 'not_connected',
        facts.state === 'disconnected' && facts.disconnectReason !== null,
        facts.state === 'error' && facts.failureCode !== null,
      ]
      expect(reasons).toContain(true)
    }),
    runs,
  )
})

test('an error never hides that a connection is closed, and no run opens it again', () => {
  fc.assert(
    fc.property(reached, happenings, ({ facts, nowMs }, later) => {
      if (facts.state !== 'disconnected') return
      for (const [, occurrence] of later) {
        if (occurrence.kind === 'linked' || occurrence.kind === 'looked_at') continue
        const { after } = transition(facts, occurrence, at(nowMs))
        expect(after.state).toBe('disconnected')
        expect(after.nextSyncAtMs).toBeNull()
      }
    }),
    runs,
  )
})

test('the wish for automatic synchronization changes only when its user changes it', () => {
  fc.assert(
    fc.property(happenings, (happened) => {
      let facts = unlinked
      for (const [nowMs, occurrence] of happened) {
        const { after } = transition(facts, occurrence, at(nowMs))
        if (occurrence.kind !== 'auto_sync_set') expect(after.autoSync).toBe(facts.autoSync)
        else expect(after.autoSync).toBe(occurrence.enabled)
        facts = after
      }
    }),
    runs,
  )
})

test('nothing that happens, in any order, is too much for a decision', () => {
  fc.assert(
    fc.property(
      happenings,
      fc.option(fc.integer({ min: 1, max: 400 })),
      (happened, renewalDays) => {
        let facts = unlinked
        for (const [nowMs, occurrence] of happened) {
          const { after, messages, events } = transition(facts, occurrence, { nowMs, renewalDays })
          const keys = [...messages, ...events].map(({ dedupeKey }) => dedupeKey)
          expect(new Set(messages.map(({ dedupeKey }) => dedupeKey)).size).toBe(messages.length)
          expect(new Set(events.map(({ dedupeKey }) => dedupeKey)).size).toBe(events.length)
          for (const key of keys) expect(key).not.toMatch(/undefined|NaN|null/)
          expect(JSON.parse(JSON.stringify(after))).toEqual(after)
          facts = { ...after, version: after.version + 1 }
        }
      },
    ),
    runs,
  )
})

test('what is told twice has the same keys, so that it is posted once', () => {
  fc.assert(
    fc.property(reached, happenings, ({ facts, nowMs }, [happened]) => {
      if (!happened) return
      const [, occurrence] = happened
      const first = transition(facts, occurrence, at(nowMs))
      // the same outcome recorded once more, by an attempt that does not know of the first
      const second = transition(first.after, occurrence, at(nowMs + 1))
      const keyOf = new Map(first.messages.map(({ code, dedupeKey }) => [code, dedupeKey]))
      for (const { code, kind, dedupeKey } of second.messages)
        if (kind !== 'tracking' && keyOf.has(code)) expect(dedupeKey).toBe(keyOf.get(code))
    }),
    runs,
  )
})
