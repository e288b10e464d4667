import { describe, expect, test } from 'vitest'
import type { ConnectionFacts } from '../../domain/connection.ts'
import type { FailureCode } from '../../domain/failure.ts'
import { transition } from '../../domain/transitions/transition.ts'
import { aConnection, at, day, failedRun, hour, live, readRun, start } from './support/facts.ts'

/** Fails at both slots of every day; returns what was told by day. */
const failFor = (
  days: number,
  codeOn: (dayNumber: number) => FailureCode,
  from: ConnectionFacts = aConnection(),
): { facts: ConnectionFacts; told: Map<number, string[]> } => {
  let facts = from
  const told = new Map<number, string[]>()
  for (let i = 0; i <= days * 2; i += 1) {
    const dayNumber = i / 2
    const code = codeOn(Math.floor(dayNumber))
    const { after, messages } = transition(facts, failedRun(code), at(start + i * 12 * hour))
    facts = after
    for (const { code: message } of messages)
      if (message === 'sync.failing' || message === 'sync.stopped')
        told.set(dayNumber, [...(told.get(dayNumber) ?? []), message])
  }
  return { facts, told }
}

describe('counted failures', () => {
  test('move at most once a day', () => {
    const { after } = live(aConnection(), [
      [start, failedRun('defect')],
      [start + hour, failedRun('invalid_response', { cause: 'person' })],
      [start + 2 * hour, failedRun('credentials_invalid', { cause: 'person' })],
    ])
    expect(after.countedFailures).toBe(1)
    const next = transition(after, failedRun('defect'), at(start + day)).after
    expect(next.countedFailures).toBe(2)
  })

  test('warn after four days and stop automatic fetching after seven', () => {
    const { facts, told } = failFor(8, () => 'defect')
    expect([...told.entries()][0]).toEqual([4, ['sync.failing']])
    expect(told.get(7)).toEqual(['sync.stopped'])
    expect(facts.pauses).toEqual(['failures'])
    expect(facts.nextSyncAtMs).toBeNull()
    expect(facts.autoSync).toBe(true)
  })

  test('warn once and stop once, however long they go on', () => {
    const all: string[] = []
    let facts = aConnection()
    for (let i = 0; i < 40; i += 1) {
      const { after, messages } = transition(facts, failedRun('defect'), at(start + i * day))
      facts = after
      all.push(
        ...messages
          .filter(({ code }) => code !== 'internal.error')
          .map(({ dedupeKey }) => dedupeKey),
      )
    }
    expect(new Set(all.filter((key) => key.endsWith(':warned'))).size).toBe(1)
    expect(all.filter((key) => key.endsWith(':stopped'))).toHaveLength(1)
    expect(facts.pauses).toEqual(['failures'])
  })

  test.each([
    [19, 'sync.failing', false],
    [20, 'sync.failing', true],
    [29, 'sync.stopped', false],
    [30, 'sync.stopped', true],
  ] as const)('at the number %i: %s is said: %s', (number, code, isSaid) => {
    const facts = aConnection({
      countedFailures: number - 1,
      countedOn: '2026-11-20',
      failingSinceMs: start - hour,
    })
    const { messages, after } = transition(facts, failedRun('defect'), at(start))
    expect(messages.some((message) => message.code === code)).toBe(isSaid)
    expect(after.pauses).toEqual(number === 30 ? ['failures'] : [])
  })

  test('are not moved by a month of outages and rate limits', () => {
    const codes = [
      'transient',
      'provider_unavailable',
      'institution_unavailable',
      'rate_limited',
    ] as const
    for (const code of codes) {
      const { facts, told } = failFor(30, () => code)
      expect(facts.countedFailures).toBe(0)
      expect(facts.pauses).toEqual([])
      expect(facts.nextSyncAtMs).not.toBeNull()
      expect(told.size).toBe(0)
    }
  })

  test('do not stop after a week that was mostly an outage', () => {
    const { facts, told } = failFor(9, (dayNumber) => (dayNumber < 7 ? 'transient' : 'defect'))
    expect(facts.pauses).toEqual([])
    expect(told.size).toBe(0)
  })

  test('are not what an outage completes: the eighth day stops only by a failure that counts', () => {
    const { facts, told } = failFor(7, (dayNumber) => (dayNumber < 7 ? 'defect' : 'transient'))
    expect(facts.pauses).toEqual([])
    expect(told.get(7)).toBeUndefined()
  })

  test('begin anew after a success', () => {
    const { facts } = failFor(6, () => 'defect')
    const { after } = live(facts, [
      [start + 6.4 * day, readRun()],
      [start + 6.6 * day, failedRun('defect')],
      [start + 8 * day, failedRun('defect')],
    ])
    expect(after.countedFailures).toBe(2)
    expect(after.pauses).toEqual([])
  })
})

describe('automatic fetching that was stopped', () => {
  const stopped = aConnection({
    state: 'error',
    failureCode: 'defect',
    pauses: ['failures'],
    countedFailures: 30,
    failingSinceMs: start - 30 * day,
    nextSyncAtMs: null,
  })

  test('resumes by itself with a success, and says so', () => {
    const { after, messages, closes } = transition(stopped, readRun({ cause: 'person' }), at(start))
    expect(after.pauses).toEqual([])
    expect(after.nextSyncAtMs).not.toBeNull()
    expect(messages.map(({ code }) => code)).toContain('sync.resumed')
    expect(closes).toContain('failing')
  })

  test('resumes with a renewed consent', () => {
    const linked = {
      kind: 'linked',
      flowId: 'f',
      flowKind: 'renewal',
      consentExpiresAtMs: start + 90 * day,
      undecided: 0,
      gone: 0,
    } as const
    const { after } = transition(stopped, linked, at(start))
    expect(after).toMatchObject({ state: 'connected', pauses: [], countedFailures: 0 })
    expect(after.nextSyncAtMs).not.toBeNull()
  })

  test('keeps the block of a connection and the wish of its user', () => {
    const blocked = {
      ...stopped,
      pauses: ['block', 'failures'] as ConnectionFacts['pauses'],
      autoSync: false,
    }
    const { after } = transition(blocked, readRun({ cause: 'person' }), at(start))
    expect(after.pauses).toEqual(['block'])
    expect(after.autoSync).toBe(false)
    expect(after.nextSyncAtMs).toBeNull()
  })
})
