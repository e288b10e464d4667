import { describe, expect, test } from 'vitest'
import type { FailureCode } from '../../domain/failure.ts'
import { failureCodes } from '../../domain/failure.ts'
import { transition } from '../../domain/transitions/transition.ts'
import { aConnection, at, failedRun, hour, live, readRun, start } from './support/facts.ts'

const partly = (code: FailureCode, rest: Parameters<typeof readRun>[0] = {}) =>
  readRun({
    added: 2,
    partial: { failure: { code, scope: 'account' }, reference: 'BS-0000-0002' },
    ...rest,
  })

const perSlot = (code: FailureCode, slots: number) =>
  live(
    aConnection(),
    Array.from({ length: slots }, (_, i) => [start + i * 12 * hour, partly(code)] as const),
  )

describe('a run that read what was there, and was told that the connection does not work', () => {
  const told = (code: FailureCode) =>
    transition(
      aConnection(),
      partly(code, { partial: { failure: { code, scope: 'connection' }, reference: 'BS-3' } }),
      at(start),
    )

  test('waits for its person like any other, with the lines stored', () => {
    const { after, messages } = told('credentials_invalid')
    expect(after).toMatchObject({
      state: 'error',
      awaiting: 'credentials',
      nextSyncAtMs: null,
      lastPulledAtMs: start,
    })
    expect(messages.map(({ code }) => code)).toContain('sync.done')
    expect(messages.map(({ code }) => code)).toContain('credentials.invalid')
  })

  test.each(['institution_unavailable', 'mfa_required', 'rate_limited'] as const)(
    'stays connected and goes on where that is no error: %s',
    (code) => {
      const { after } = told(code)
      expect(after.state).toBe('connected')
      expect(after.nextSyncAtMs).toBeGreaterThan(start)
    },
  )
})

describe('a run that could not read one of the accounts', () => {
  test.each(failureCodes)('leaves the connection as connected as it was (%s)', (code) => {
    const { after } = transition(aConnection(), partly(code), at(start))
    expect(after.state).toBe('connected')
    expect(after.disconnectReason).toBeNull()
    expect(after.failureCode).toBe(code)
    expect(after.failureReference).toBe('BS-0000-0002')
    expect(after.lastPulledAtMs).toBe(start)
  })

  test('goes on reading the others at every slot', () => {
    for (const code of ['account_gone', 'consent_expired', 'credentials_invalid'] as const)
      expect(perSlot(code, 3).after.nextSyncAtMs).toBeGreaterThan(start + 24 * hour)
  })

  test('tells both: the lines that came, and the account that did not', () => {
    const { messages } = transition(aConnection(), partly('account_gone'), at(start))
    expect(messages.map(({ code }) => code)).toEqual(['sync.done', 'accounts.changed'])
  })

  test.each([
    ['account_gone', 'account_choice'],
    ['consent_expired', 'consent'],
  ] as const)('asks once for what a person can do: %s → %s', (code, awaiting) => {
    const { after, events } = perSlot(code, 5)
    expect(after.awaiting).toBe(awaiting)
    expect(events.filter(({ type }) => type === 'connection.action_required')).toHaveLength(1)
    expect(events.filter(({ type }) => type === 'connection.state_changed')).toEqual([])
  })

  test('is one folded notice: its cause stays open from slot to slot', () => {
    const { messages, closes } = perSlot('account_gone', 5)
    const notices = messages.filter(({ code }) => code === 'accounts.changed')
    expect(new Set(notices.map(({ cause }) => cause))).toEqual(new Set(['failure:account_gone']))
    expect(closes).not.toContain('failure:account_gone')
  })

  test('closes the notices of other failures', () => {
    const { closes } = live(aConnection(), [
      [start, failedRun('institution_unavailable')],
      [start + 12 * hour, partly('account_gone')],
    ])
    expect(closes).toContain('failure:institution_unavailable')
  })

  test('is over when all accounts are read', () => {
    const { after, closes } = live(perSlot('account_gone', 2).after, [
      [start + 36 * hour, readRun()],
    ])
    expect(after).toMatchObject({ awaiting: 'nothing', failureCode: null })
    expect(closes).toContain('failure:account_gone')
  })

  test('does not count towards stopping automatic fetching', () => {
    expect(perSlot('consent_expired', 40).after).toMatchObject({ countedFailures: 0, pauses: [] })
  })
})
