import { describe, expect, test } from 'vitest'
import type { ConnectionFacts } from '../../domain/connection.ts'
import { snapshotOf } from '../../domain/snapshot.ts'
import { transition } from '../../domain/transitions/transition.ts'
import { aConnection, at, day, failedRun, hour, minute, start } from './support/facts.ts'

const goneAfter = (facts: Partial<ConnectionFacts> = {}): ConnectionFacts =>
  transition(aConnection(facts), failedRun('connection_gone'), at(start)).after

/** Instants of all looks, each planned by the one before, counted from the loss. */
const looksOf = (facts: ConnectionFacts): number[] => {
  const looks: number[] = []
  let nowMs = start
  while (looks.length < 50) {
    const { lookAtMs } = snapshotOf(facts, null, nowMs)
    if (lookAtMs === undefined) break
    looks.push(lookAtMs - start)
    nowMs = lookAtMs
  }
  return looks
}

describe('a connection that is gone', () => {
  test('is looked at ever more seldom, for about a week', () => {
    const looks = looksOf(goneAfter())
    expect(looks.slice(0, 4)).toEqual([20 * minute, 40 * minute, 80 * minute, 160 * minute])
    expect(looks.length).toBeLessThanOrEqual(11)
    expect(looks.at(-1)).toBeGreaterThan(6 * day)
    expect(looks.at(-1)).toBeLessThan(15 * day)
  })

  test('is looked at from its loss on, however long it failed before', () => {
    const failing = { failingSinceMs: start - 30 * day, failureCode: 'transient' } as const
    expect(looksOf(goneAfter(failing))).toEqual(looksOf(goneAfter()))
  })

  test('is looked at where the clock went back as well', () => {
    expect(snapshotOf(goneAfter(), null, start - hour).lookAtMs).toBe(start + 20 * minute)
  })
})

test('a connection that works, or that was closed for another reason, is not looked at', () => {
  expect(looksOf(aConnection())).toEqual([])
  expect(looksOf(aConnection({ state: 'error', failureCode: 'credentials_invalid' }))).toEqual([])
  for (const disconnectReason of ['consent', 'user', 'support', 'legacy'] as const) {
    const closed = { state: 'disconnected', disconnectReason, failingSinceMs: start } as const
    expect(looksOf(aConnection(closed))).toEqual([])
  }
})
