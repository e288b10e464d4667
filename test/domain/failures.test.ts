import { describe, expect, test } from 'vitest'
import type { Awaiting, ConnectionFacts, ConnectionState } from '../../domain/connection.ts'
import type { MessageCode } from '../../domain/chatter.ts'
import type { FailureCode } from '../../domain/failure.ts'
import { failureCodes, isFailureCode } from '../../domain/failure.ts'
import { anchorOf, nextSlot } from '../../domain/schedule.ts'
import { transition } from '../../domain/transitions/transition.ts'
import { aConnection, at, failedRun, hour, live, minute, readRun, start } from './support/facts.ts'

interface Row {
  /** State after a failure of the whole connection; absent = as it was. */
  state?: ConnectionState
  awaiting?: Awaiting
  told: MessageCode
  when: 'at once' | 'third slot' | 'a person asks'
  counted: boolean
  /** What is planned next: a try in 15 minutes, the next slot, or nothing by itself. */
  next: 'try' | 'slot' | 'nothing'
}

/** The closed list of failures as users, support and the plan see it. */
const table: Record<FailureCode, Row> = {
  transient: { told: 'sync.delayed', when: 'third slot', counted: false, next: 'try' },
  provider_unavailable: { told: 'sync.delayed', when: 'third slot', counted: false, next: 'try' },
  institution_unavailable: {
    told: 'institution.unavailable',
    when: 'at once',
    counted: false,
    next: 'slot',
  },
  rate_limited: { told: 'sync.quota', when: 'a person asks', counted: false, next: 'slot' },
  invalid_response: {
    state: 'error',
    told: 'sync.provider_invalid',
    when: 'at once',
    counted: true,
    next: 'slot',
  },
  mfa_required: {
    awaiting: 'mfa',
    told: 'mfa.requested_at_provider',
    when: 'at once',
    counted: false,
    next: 'slot',
  },
  credentials_invalid: {
    state: 'error',
    awaiting: 'credentials',
    told: 'credentials.invalid',
    when: 'at once',
    counted: true,
    next: 'nothing',
  },
  action_required_at_institution: {
    state: 'error',
    told: 'institution.action_required',
    when: 'at once',
    counted: true,
    next: 'nothing',
  },
  consent_expired: {
    state: 'disconnected',
    awaiting: 'consent',
    told: 'consent.expired',
    when: 'at once',
    counted: true,
    next: 'nothing',
  },
  unattended_not_allowed: {
    told: 'auto.not_supported',
    when: 'at once',
    counted: true,
    next: 'nothing',
  },
  institution_unsupported: {
    state: 'error',
    told: 'institution.unsupported',
    when: 'at once',
    counted: true,
    next: 'nothing',
  },
  account_gone: {
    awaiting: 'account_choice',
    told: 'accounts.changed',
    when: 'at once',
    counted: false,
    next: 'slot',
  },
  connection_gone: {
    state: 'disconnected',
    awaiting: 'nothing',
    told: 'connection.gone',
    when: 'at once',
    counted: true,
    next: 'nothing',
  },
  operator_misconfigured: {
    told: 'service.misconfigured',
    when: 'at once',
    counted: false,
    next: 'slot',
  },
  defect: { state: 'error', told: 'internal.error', when: 'at once', counted: true, next: 'slot' },
}

const states: Record<string, Partial<ConnectionFacts>> = {
  connected: {},
  'connected, waiting for a choice': { awaiting: 'account_choice' },
  error: { state: 'error', failureCode: 'defect' },
}

const slot = nextSlot(anchorOf(aConnection().id, 12 * hour), 12 * hour, start)
const plannedAt = { try: start + 15 * minute, slot, nothing: null }
const texts = (messages: readonly { code: string; kind: string }[]): string[] =>
  messages.filter(({ kind }) => kind !== 'tracking').map(({ code }) => code)

test('the table has a row for every failure code, and nothing else is one', () => {
  expect(Object.keys(table).toSorted()).toEqual([...failureCodes].toSorted())
  expect(isFailureCode('transient')).toBe(true)
  for (const word of ['Transient', '', 'toString', undefined, 7, null])
    expect(isFailureCode(word)).toBe(false)
})

describe.each(Object.entries(table))('%s', (name, row) => {
  const code = name as FailureCode

  test.each(Object.entries(states))('of a connection that is %s', (_state, facts) => {
    const before = aConnection(facts)
    const { after, messages, events } = transition(before, failedRun(code), at(start))
    expect(after.state).toBe(row.state ?? before.state)
    expect(after.awaiting).toBe(row.awaiting ?? before.awaiting)
    expect(after.failureCode).toBe(code)
    expect(after.failureReference).toBe('BS-0000-0001')
    expect(after.autoSync).toBe(true)
    expect(texts(messages)).toEqual(row.when === 'at once' ? [row.told] : [])
    expect(messages.filter(({ code: told }) => told === 'state.changed')).toHaveLength(
      after.state === before.state ? 0 : 1,
    )
    expect(events.filter(({ type }) => type === 'run.failed')).toHaveLength(1)
    expect(after.nextSyncAtMs).toBe(plannedAt[row.next])
  })

  test('of a connection that is closed changes nothing and tells nobody', () => {
    const closed = aConnection({
      state: 'disconnected',
      disconnectReason: 'user',
      nextSyncAtMs: null,
    })
    expect(transition(closed, failedRun(code), at(start))).toEqual({
      after: closed,
      messages: [],
      closes: [],
      events: [],
    })
  })

  test('is told to the person who asked, whatever happens later', () => {
    const { messages } = transition(aConnection(), failedRun(code, { cause: 'person' }), at(start))
    expect(texts(messages)).toEqual([row.told])
  })

  test('names the bank, the provider and the reference to quote', () => {
    const asked = failedRun(code, { cause: 'person' })
    const message = transition(aConnection(), asked, at(start)).messages.at(-1)
    expect(message).toMatchObject({
      reference: 'BS-0000-0001',
      syncRunId: asked.runId,
      cause: `failure:${code}`,
      params: { institution: 'Banque de Test', provider: 'Ponto', reference: 'BS-0000-0001' },
    })
  })

  test(`counts towards stopping: ${row.counted}`, () => {
    const { after } = transition(aConnection(), failedRun(code), at(start))
    expect(after.countedFailures).toBe(row.counted ? 1 : 0)
    expect(after.countedOn).toBe(row.counted ? '2026-11-21' : null)
  })

  test('posts once: the same run told again has the same keys', () => {
    const failed = failedRun(code, { cause: 'person' })
    const keys = () => {
      const { messages, events } = transition(aConnection(), failed, at(start))
      return [...messages, ...events].map(({ dedupeKey }) => dedupeKey)
    }
    expect(keys()).toEqual(keys())
  })

  test('is over with the next success: the notice is closed and nothing is left of it', () => {
    const first = transition(aConnection(), failedRun(code), at(start))
    if (first.after.state === 'disconnected') return
    const { after, closes } = transition(
      first.after,
      readRun({ cause: 'person' }),
      at(start + hour),
    )
    expect(closes).toContain(`failure:${code}`)
    expect(after).toMatchObject({
      state: 'connected',
      awaiting: 'nothing',
      failureCode: null,
      failureReference: null,
      failingSlots: 0,
      failingSinceMs: null,
      countedFailures: 0,
      countedOn: null,
      unattendedAllowed: true,
    })
    expect(after.nextSyncAtMs).not.toBeNull()
  })
})

describe('an outage', () => {
  test.each(['transient', 'provider_unavailable'] as const)(
    'that passes by itself (%s) is told at the third slot in a row, not before',
    (code) => {
      const told: string[][] = []
      let facts = aConnection({ nextSyncAtMs: start })
      for (let i = 0; i < 4; i += 1) {
        const nowMs = start + i * 12 * hour
        const slotFailed = transition(facts, failedRun(code), at(nowMs))
        const retried = transition(
          slotFailed.after,
          failedRun(code, { cause: 'retry' }),
          at(nowMs + 15 * minute),
        )
        facts = retried.after
        told.push(texts([...slotFailed.messages, ...retried.messages]))
      }
      expect(told).toEqual([
        [],
        [],
        ['sync.delayed', 'sync.delayed'],
        ['sync.delayed', 'sync.delayed'],
      ])
    },
  )

  test('is one open notice, however often it is told', () => {
    const { messages } = live(
      aConnection(),
      Array.from(
        { length: 6 },
        (_, i) => [start + i * 12 * hour, failedRun('institution_unavailable')] as const,
      ),
    )
    expect(new Set(messages.map(({ cause }) => cause))).toEqual(
      new Set(['failure:institution_unavailable']),
    )
  })

  test('names the instant of the next try', () => {
    const until = new Date(start + 5 * hour).toISOString()
    const asked = failedRun('rate_limited', { cause: 'person', until })
    expect(transition(aConnection(), asked, at(start)).messages[0]?.params['next']).toBe(until)
  })
})

describe('after an error', () => {
  test('the slots go on for what passes without its user, and only for that', () => {
    // a code not answered or an operator's mistake does not lead into an error, nor may it keep one from healing
    const goOn = failureCodes.filter((code) => {
      const facts = aConnection({ state: 'error', failureCode: code })
      return transition(facts, { kind: 'settings_changed' }, at(start)).after.nextSyncAtMs !== null
    })
    expect(goOn.toSorted()).toEqual(
      [
        'transient',
        'provider_unavailable',
        'institution_unavailable',
        'rate_limited',
        'invalid_response',
        'defect',
        'mfa_required',
        'account_gone',
        'operator_misconfigured',
      ].toSorted(),
    )
  })

  test('a scheduled run that succeeds connects again', () => {
    const { after, messages } = live(aConnection(), [
      [start, failedRun('defect')],
      [start + 12 * hour, readRun()],
    ])
    expect(after.state).toBe('connected')
    expect(
      messages.filter(({ code }) => code === 'state.changed').map(({ params }) => params),
    ).toEqual([
      { from: 'connected', to: 'error' },
      { from: 'error', to: 'connected' },
    ])
  })
})
