import { describe, expect, test } from 'vitest'
import type { ConnectionState, DisconnectReason } from '../../domain/connection.ts'
import { transition } from '../../domain/transitions/transition.ts'
import { aConnection, at, day, hour, live, readRun, start } from './support/facts.ts'

const linked = (rest: object = {}) =>
  ({
    kind: 'linked',
    flowId: 'f1',
    flowKind: 'link',
    consentExpiresAtMs: start + 90 * day,
    undecided: 0,
    gone: 0,
    ...rest,
  }) as const

const fresh = aConnection({
  state: 'not_connected',
  generation: 0,
  chosenAccounts: 0,
  nextSyncAtMs: null,
  consentExpiresAtMs: null,
})

describe('a link flow that a person finished', () => {
  test('connects and asks which accounts to synchronize; nothing is read before the answer', () => {
    const { after, messages, events } = transition(fresh, linked({ undecided: 2 }), at(start))
    expect(after).toMatchObject({
      state: 'connected',
      awaiting: 'account_choice',
      nextSyncAtMs: null,
    })
    expect(messages.map(({ code }) => code)).toEqual(['state.changed'])
    expect(events.map(({ type }) => type)).toEqual([
      'connection.state_changed',
      'connection.action_required',
      'accounts.discovered',
    ])
  })

  test.each(['consent', 'gone', 'user', 'support', 'legacy'] satisfies DisconnectReason[])(
    'brings back what was closed (%s), keeps the choice and the wish',
    (disconnectReason) => {
      const closed = aConnection({
        state: 'disconnected',
        disconnectReason,
        awaiting: disconnectReason === 'consent' ? 'consent' : 'nothing',
        nextSyncAtMs: null,
        autoSync: disconnectReason !== 'user',
      })
      const { after, closes } = transition(closed, linked({ flowKind: 'reconnect' }), at(start))
      expect(after).toMatchObject({
        state: 'connected',
        awaiting: 'nothing',
        disconnectReason: null,
        autoSync: closed.autoSync,
        chosenAccounts: 1,
      })
      expect(after.nextSyncAtMs === null).toBe(!closed.autoSync)
      expect(closes).toContain('consent')
      expect(closes).toContain('failure:consent_expired')
    },
  )

  test('tells of accounts that a renewal brought, unless the choice was open before', () => {
    const told = (awaiting: 'account_choice' | 'consent', rest: object) =>
      transition(aConnection({ awaiting }), linked({ undecided: 1, ...rest }), at(start))
        .messages.filter(({ code }) => code === 'accounts.changed')
        .map(({ params }) => params['n'])
    expect(told('consent', { flowKind: 'renewal' })).toEqual([1])
    expect(told('consent', { flowKind: 'reconnect', undecided: 3, gone: 1 })).toEqual([3])
    expect(told('account_choice', { flowKind: 'renewal' })).toEqual([])
    expect(told('consent', { flowKind: 'challenge' })).toEqual([])
    expect(told('consent', {})).toEqual([])
  })

  test('says how many accounts are not there any more', () => {
    const { messages } = transition(
      aConnection(),
      linked({ flowKind: 'renewal', gone: 2 }),
      at(start),
    )
    expect(messages.map(({ code, params }) => [code, params['n']])).toEqual([
      ['connection.renewed', undefined],
      ['accounts.changed', 2],
    ])
  })
})

describe('the choice of accounts', () => {
  const waiting = aConnection({ awaiting: 'account_choice', chosenAccounts: 0, nextSyncAtMs: null })
  const chose = (chosen: number, undecided: number) =>
    ({ kind: 'accounts_chosen', requestId: 'r1', chosen, undecided, user: 'Anna' }) as const

  test('plans the first slot and names who chose', () => {
    const { after, messages } = transition(waiting, chose(2, 0), at(start))
    expect(after).toMatchObject({ awaiting: 'nothing', chosenAccounts: 2 })
    expect(after.nextSyncAtMs).toBeGreaterThan(start)
    expect(messages[0]).toMatchObject({
      code: 'accounts.chosen',
      kind: 'tracking',
      params: { n: 2 },
      author: { kind: 'user', name: 'Anna' },
    })
  })

  test('keeps asking while an account is undecided', () => {
    expect(transition(waiting, chose(1, 1), at(start)).after.awaiting).toBe('account_choice')
  })

  test('of nothing plans nothing', () => {
    expect(transition(aConnection(), chose(0, 0), at(start)).after.nextSyncAtMs).toBeNull()
  })

  test('is asked again when new accounts are found, but not over something more urgent', () => {
    const found = { kind: 'accounts_discovered', requestId: 'r', undecided: 1, added: 1 } as const
    expect(transition(aConnection(), found, at(start)).after.awaiting).toBe('account_choice')
    const urgent = aConnection({ state: 'error', awaiting: 'credentials' })
    expect(transition(urgent, found, at(start)).after.awaiting).toBe('credentials')
  })
})

describe('automatic synchronization', () => {
  const set = (enabled: boolean) =>
    ({ kind: 'auto_sync_set', requestId: 'r1', enabled, user: 'Anna' }) as const

  test('off plans nothing, on plans the next slot', () => {
    const off = transition(aConnection(), set(false), at(start))
    expect(off.after).toMatchObject({ autoSync: false, nextSyncAtMs: null })
    const on = transition(off.after, set(true), at(start))
    expect(on.after.nextSyncAtMs).toBeGreaterThan(start)
  })

  test('set to what it is already says nothing', () => {
    expect(transition(aConnection(), set(true), at(start)).messages).toEqual([])
  })

  test('forbidden by the bank leaves reading by hand', () => {
    const manual = aConnection({ unattendedAllowed: false, nextSyncAtMs: null })
    const { after, messages } = transition(
      manual,
      readRun({ cause: 'person', added: 3, unattendedAllowed: false }),
      at(start),
    )
    expect(after).toMatchObject({ autoSync: true, nextSyncAtMs: null, state: 'connected' })
    expect(messages.map(({ code }) => code)).toEqual(['sync.done'])
  })

  const forbidden = () => readRun({ cause: 'first', unattendedAllowed: false })
  const asked = 'auto.not_supported'
  const codesOf = ({ messages }: { messages: readonly { code: string }[] }) =>
    messages.map(({ code }) => code)

  test('forbidden by the bank is told once, with the wish to switch it off', () => {
    const told = live(aConnection(), [
      [start, forbidden()],
      [start + day, forbidden()],
    ])
    expect(codesOf(told)).toEqual([asked])
  })

  test('forbidden by the bank is told once, where the refresh was refused for it too', () => {
    const failure = { code: 'unattended_not_allowed', scope: 'account' } as const
    const both = { ...forbidden(), partial: { failure, reference: 'BS-0000-0001' } }
    expect(codesOf(transition(aConnection(), both, at(start)))).toEqual([asked])
  })

  test('forbidden by the bank is no news to somebody who has it off, but to one who puts it on', () => {
    const off = aConnection({ autoSync: false })
    expect(codesOf(live(off, [[start, forbidden()]]))).toEqual([])
    const manual = aConnection({ autoSync: false, unattendedAllowed: false })
    expect(codesOf(transition(manual, set(true), at(start)))).toContain(asked)
  })

  test('switched off, or allowed again, ends the notice', () => {
    const manual = aConnection({ unattendedAllowed: false, nextSyncAtMs: null })
    expect(transition(manual, set(false), at(start)).closes).toContain('attended_only')
    expect(transition(manual, readRun(), at(start)).closes).toContain('attended_only')
    expect(transition(manual, forbidden(), at(start)).closes).not.toContain('attended_only')
  })
})

describe('a look at the provider', () => {
  const looked = (healthy: boolean, consentExpiresAtMs: number | null = start + 90 * day) =>
    ({ kind: 'looked_at', healthy, consentExpiresAtMs }) as const

  test('that finds it repaired heals an error and closes its notices', () => {
    const broken = aConnection({
      state: 'error',
      awaiting: 'credentials',
      failureCode: 'credentials_invalid',
      nextSyncAtMs: null,
    })
    const { after, closes } = transition(broken, looked(true), at(start))
    expect(after).toMatchObject({ state: 'connected', awaiting: 'nothing', failureCode: null })
    expect(after.nextSyncAtMs).toBeGreaterThan(start)
    expect(closes).toContain('failure:credentials_invalid')
    expect(transition(broken, looked(false), at(start)).after.state).toBe('error')
  })

  test('brings back what was lost and is there again, but nothing that was closed', () => {
    const open = (disconnectReason: DisconnectReason) =>
      transition(
        aConnection({ state: 'disconnected', disconnectReason, awaiting: 'nothing' }),
        looked(true),
        at(start),
      ).after.state
    for (const reason of ['consent', 'gone'] as const) expect(open(reason)).toBe('connected')
    for (const reason of ['user', 'support', 'legacy'] as const)
      expect(open(reason)).toBe('disconnected')
  })
})

describe('a disconnection', () => {
  test('by its user ends the plan and every open notice', () => {
    const { after, closes } = transition(
      aConnection({ state: 'error', failureCode: 'credentials_invalid', awaiting: 'credentials' }),
      { kind: 'disconnected', reason: 'user', requestId: 'r' },
      at(start),
    )
    expect(after).toMatchObject({
      state: 'disconnected',
      disconnectReason: 'user',
      awaiting: 'nothing',
      failureCode: null,
      nextSyncAtMs: null,
    })
    expect(closes).toContain('failure:credentials_invalid')
    expect(closes).toContain('consent')
  })

  test('is not undone by an attempt that wakes up after it', () => {
    const closed = aConnection({ state: 'disconnected', disconnectReason: 'user' })
    expect(transition(closed, readRun({ added: 5 }), at(start)).messages).toEqual([])
    expect(transition(closed, readRun(), at(start)).after.state).toBe('disconnected')
  })
})

describe('notes that change nothing else', () => {
  test.each([
    [{ kind: 'paged_out', runId: 'r', pages: 200 }, 'sync.many_pages'],
    [{ kind: 'refresh_refused', runId: 'r', untilMs: start + hour }, 'sync.quota'],
    [{ kind: 'flow_ended', flowId: 'f', how: 'expired' }, 'link.expired'],
    [{ kind: 'flow_ended', flowId: 'f', how: 'exited' }, 'link.exited'],
    [
      { kind: 'flow_ended', flowId: 'f', how: 'failed', code: 'defect', reference: 'BS-0000-0000' },
      'link.failed',
    ],
    [{ kind: 'message_refused', name: 'x', noteId: 'n:1' }, 'signal.refused'],
    [{ kind: 'revoke_failed', requestId: 'r' }, 'consent.not_revoked'],
  ] as const)('%j says %s', (occurrence, code) => {
    const before = aConnection()
    const { after, messages, events } = transition(before, occurrence, at(start))
    expect(after).toEqual(before)
    expect(messages.map((message) => message.code)).toEqual([code])
    expect(events).toEqual([])
  })
})

test('every change of state is told once with both names, and as an event', () => {
  const { messages, events } = live(fresh, [
    [start, linked()],
    [start, { kind: 'disconnected', reason: 'user', requestId: 'r' }],
  ])
  const states: ConnectionState[][] = [
    ['not_connected', 'connected'],
    ['connected', 'disconnected'],
  ]
  const told = messages.filter(({ code }) => code === 'state.changed')
  expect(told.map(({ params }) => [params['from'], params['to']])).toEqual(states)
  expect(told.map(({ author }) => author.kind)).toEqual(['system', 'system'])
  expect(new Set(told.map(({ dedupeKey }) => dedupeKey)).size).toBe(2)
  expect(events.filter(({ type }) => type === 'connection.state_changed')).toHaveLength(2)
})
