import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anchorOf, nextSlot, retryAt } from '../../domain/schedule.ts'
import { transition } from '../../domain/transitions/transition.ts'
import {
  aConnection,
  at,
  day,
  failedRun,
  hour,
  live,
  minute,
  readRun,
  start,
} from './support/facts.ts'

const interval = 12 * hour

describe('slots', () => {
  test('follow each other by exactly the interval, whatever the moment of asking', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.integer({ min: 0, max: 4e12 }), (id, nowMs) => {
        const anchor = anchorOf(id, interval)
        const slot = nextSlot(anchor, interval, nowMs)
        expect(slot).toBeGreaterThan(nowMs)
        expect(slot - nowMs).toBeLessThanOrEqual(interval)
        expect((slot - anchor) % interval).toBe(0)
        expect(nextSlot(anchor, interval, slot)).toBe(slot + interval)
        expect(nextSlot(anchor, interval, slot - 1)).toBe(slot)
      }),
    )
  })

  test('stay where they are on the days when clocks are put forward and back', () => {
    const anchor = anchorOf('a', interval)
    for (const change of ['2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z']) {
      const before = nextSlot(anchor, interval, Date.parse(change) - day)
      const slots = [before]
      for (let i = 0; i < 6; i += 1) slots.push(nextSlot(anchor, interval, slots.at(-1) ?? 0))
      expect(slots.map((slot) => slot - before)).toEqual(
        Array.from({ length: 7 }, (_, i) => i * interval),
      )
    }
  })

  test('spread a fleet over the whole interval', () => {
    const buckets = new Map<number, number>()
    for (let i = 0; i < 12_000; i += 1) {
      const anchor = anchorOf(`connection-${i}`, interval)
      expect(anchor).toBeGreaterThanOrEqual(0)
      expect(anchor).toBeLessThan(interval)
      const bucket = Math.floor(anchor / hour)
      buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1)
    }
    expect(buckets.size).toBe(12)
    for (const count of buckets.values()) {
      expect(count).toBeGreaterThan(700)
      expect(count).toBeLessThan(1_300)
    }
  })

  test('do not move when a person reads in between', () => {
    const planned = aConnection({ nextSyncAtMs: start + 3 * hour })
    const { after } = transition(planned, readRun({ cause: 'person' }), at(start))
    expect(after.nextSyncAtMs).toBe(start + 3 * hour)
    const failing = transition(planned, failedRun('transient', { cause: 'person' }), at(start))
    expect(failing.after.nextSyncAtMs).toBe(start + 3 * hour)
  })

  test('go on from the anchor after a long silence, without catching up one by one', () => {
    const { after } = transition(aConnection(), readRun(), at(start + 100 * day + 7))
    const next = after.nextSyncAtMs ?? 0
    expect(next).toBeGreaterThan(start + 100 * day + 7)
    expect((next - anchorOf(aConnection().id, interval)) % interval).toBe(0)
  })
})

describe('tries between two slots', () => {
  const anchor = anchorOf(aConnection().id, interval)
  const slot = nextSlot(anchor, interval, start)

  test('come after 15 minutes, 1 hour and 6 hours, then at the next slot', () => {
    let facts = aConnection({ nextSyncAtMs: slot })
    const tried: number[] = []
    let cause: 'scheduled' | 'retry' = 'scheduled'
    for (let i = 0; i < 5; i += 1) {
      const nowMs = facts.nextSyncAtMs ?? 0
      tried.push(nowMs - slot)
      facts = transition(facts, failedRun('transient', { cause }), at(nowMs)).after
      cause = ((facts.nextSyncAtMs ?? 0) - anchor) % interval === 0 ? 'scheduled' : 'retry'
    }
    const second = 15 * minute
    const third = second + hour
    const fourth = third + 6 * hour
    expect(tried).toEqual([0, second, third, fourth, interval])
  })

  test('never come at or after the next slot', () => {
    expect(retryAt(1, start, start + 15 * minute)).toBeNull()
    expect(retryAt(1, start, start + 15 * minute + 1)).toBe(start + 15 * minute)
    expect(retryAt(4, start, start + day)).toBeNull()
    expect(retryAt(0, start, start + day)).toBeNull()
  })

  test('come at the instant the provider names, but never later than a week', () => {
    const until = (ms: number) => new Date(ms).toISOString()
    const named = failedRun('rate_limited', { until: until(start + 5 * hour) })
    expect(transition(aConnection(), named, at(start)).after.nextSyncAtMs).toBe(start + 5 * hour)
    const past = failedRun('rate_limited', { until: until(start - 1) })
    expect(transition(aConnection(), past, at(start)).after.nextSyncAtMs).toBe(slot)
    const nonsense = failedRun('rate_limited', { until: 'soon' })
    expect(transition(aConnection(), nonsense, at(start)).after.nextSyncAtMs).toBe(slot)
    const far = failedRun('rate_limited', { until: '2099-01-01T00:00:00Z' })
    expect(transition(aConnection(), far, at(start)).after.nextSyncAtMs).toBe(start + 7 * day)
  })

  test('end with a success: the next failure begins with 15 minutes again', () => {
    const { after } = live(aConnection({ nextSyncAtMs: slot }), [
      [slot, failedRun('transient')],
      [slot + 15 * minute, failedRun('transient', { cause: 'retry' })],
      [slot + 75 * minute, readRun({ cause: 'retry' })],
      [slot + interval, failedRun('transient')],
    ])
    expect(after.nextSyncAtMs).toBe(slot + interval + 15 * minute)
  })
})
