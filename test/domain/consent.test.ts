import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dueNotice, nextNoticeAt } from '../../domain/consent.ts'
import { snapshotOf } from '../../domain/snapshot.ts'
import { transition } from '../../domain/transitions/transition.ts'
import { aConnection, at, day, failedRun, live, readRun, start } from './support/facts.ts'

const end = start + 90 * day
const due = { kind: 'consent_due' } as const

/** Lives through the days until a consent ends, looking only when the plan says so. */
const untilTheEnd = (): { notices: [number, number | string][]; looks: number } => {
  let facts = aConnection({ consentExpiresAtMs: end })
  const notices: [number, number | string][] = []
  let nowMs = start
  let looks = 0
  for (; looks < 50; looks += 1) {
    const { noticeAtMs } = snapshotOf(facts, null, nowMs)
    if (noticeAtMs === null) break
    nowMs = Math.max(nowMs, noticeAtMs)
    const { after, messages } = transition(facts, due, at(nowMs))
    facts = { ...after, version: facts.version + 1 }
    const message = messages.find(({ code }) => code.startsWith('consent.'))
    if (message) notices.push([(end - nowMs) / day, message.code])
  }
  return { notices, looks }
}

describe('the end of a consent', () => {
  test('is announced 14, 7, 3 and 1 days before, and told when it has come', () => {
    expect(untilTheEnd()).toEqual({
      notices: [
        [14, 'consent.expiring'],
        [7, 'consent.expiring'],
        [3, 'consent.expiring'],
        [1, 'consent.expiring'],
        [0, 'consent.expired'],
      ],
      looks: 5,
    })
  })

  test('is one open notice: all four share one cause, and each threshold has its own key', () => {
    const told = live(aConnection({ consentExpiresAtMs: end }), [
      [end - 14 * day, due],
      [end - 7 * day, due],
      [end - 3 * day, due],
      [end - day, due],
    ])
    expect(told.messages.map(({ cause }) => cause)).toEqual(Array(4).fill('consent'))
    expect(new Set(told.messages.map(({ dedupeKey }) => dedupeKey)).size).toBe(4)
    expect(told.events.map(({ content }) => content['days'])).toEqual([14, 7, 3, 1])
  })

  test('posts nothing the second time the same threshold is looked at', () => {
    const told = live(aConnection({ consentExpiresAtMs: end }), [
      [end - 14 * day, due],
      [end - 13 * day, due],
    ])
    expect(told.messages).toHaveLength(1)
  })

  test('speaks of the months and the day that the provider gave', () => {
    const [message] = transition(
      aConnection({ consentExpiresAtMs: end }),
      due,
      at(end - day),
    ).messages
    expect(message?.params).toEqual({ months: 3, date: new Date(end).toISOString() })
    const other = transition(aConnection({ consentExpiresAtMs: end }), due, at(end - day, 180))
    expect(other.messages[0]?.params['months']).toBe(6)
  })

  test('closes the warning and waits for a consent', () => {
    const { after, closes, events } = transition(
      aConnection({ consentExpiresAtMs: end, consentNoticeDays: 1 }),
      due,
      at(end),
    )
    expect(after).toMatchObject({
      state: 'disconnected',
      disconnectReason: 'consent',
      awaiting: 'consent',
      failureCode: 'consent_expired',
      nextSyncAtMs: null,
    })
    expect(closes).toContain('consent')
    expect(events.map(({ type }) => type)).toEqual([
      'connection.state_changed',
      'connection.action_required',
    ])
  })

  test('told by the provider before its time closes the warning too', () => {
    const warned = aConnection({ consentExpiresAtMs: end, consentNoticeDays: 3 })
    const { closes } = transition(warned, failedRun('consent_expired'), at(end - 2 * day))
    expect(closes).toContain('consent')
  })

  test('is told once, although a run that meets it ends after the clock did', () => {
    const told = live(aConnection({ consentExpiresAtMs: end }), [
      [end, due],
      [end + 1, failedRun('consent_expired')],
      [end + 2, due],
    ])
    expect(told.messages.filter(({ code }) => code === 'consent.expired')).toHaveLength(1)
  })

  test('says nothing of a connection that is closed or was never opened', () => {
    for (const state of ['disconnected', 'not_connected'] as const) {
      const facts = aConnection({ state, consentExpiresAtMs: end })
      expect(transition(facts, due, at(end)).messages).toEqual([])
      expect(snapshotOf(facts, null, end).noticeAtMs).toBeNull()
    }
  })
})

describe('a renewed consent', () => {
  const warned = aConnection({ consentExpiresAtMs: end, consentNoticeDays: 3 })

  test('closes the warning and is announced anew from 14 days on', () => {
    const later = end + 90 * day
    const renewed = transition(warned, readRun({ consentExpiresAtMs: later }), at(end - 2 * day))
    expect(renewed.closes).toContain('consent')
    const again = transition(renewed.after, due, at(later - 2.5 * day))
    expect(again.messages).toHaveLength(1)
  })

  test('that the provider reports a moment later than before is the same consent', () => {
    const same = transition(warned, readRun({ consentExpiresAtMs: end + 1_000 }), at(end - 2 * day))
    expect(same.closes).not.toContain('consent')
    expect(transition(same.after, due, at(end - 2 * day)).messages).toEqual([])
  })
})

describe('thresholds', () => {
  test('are looked at next in the order in which they come, and the end last', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 * day }), (left) => {
        const next = nextNoticeAt(start + left, start)
        expect(next).not.toBeNull()
        expect(next).toBeGreaterThan(start)
        expect(next).toBeLessThanOrEqual(start + left)
        const passed = dueNotice(start + left, start)
        expect(passed === null).toBe(left > 14 * day)
        if (passed !== null) expect(left).toBeLessThanOrEqual(passed * day)
      }),
    )
    expect(nextNoticeAt(start, start)).toBeNull()
    expect(dueNotice(start, start)).toBeNull()
  })
})
