import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { MfaEnded, Occurrence } from '../../domain/transitions/occurrence.ts'
import { transition } from '../../domain/transitions/transition.ts'
import { reached } from './support/arbitrary.ts'
import { aConnection, at, day, failedRun, hour, live, readRun, start } from './support/facts.ts'

const requested = (
  challengeId = 'c1',
  challengeKind: 'fields' | 'page' = 'fields',
): Occurrence => ({
  kind: 'mfa_requested',
  challengeId,
  runId: 'run',
  challengeKind,
  expiresAtMs: start + hour,
})

const ended = (how: MfaEnded['how'], rest: Partial<MfaEnded> = {}): MfaEnded => ({
  kind: 'mfa_ended',
  challengeId: 'c1',
  runId: 'run',
  how,
  user: '',
  undecided: 0,
  ...rest,
})

const asked = live(aConnection(), [[start, requested()]]).after

describe('a challenge', () => {
  test('is told once, to people and to programs, with its time', () => {
    const { after, messages, events } = transition(aConnection(), requested(), at(start))
    expect(after).toMatchObject({ state: 'connected', awaiting: 'mfa', failureCode: null })
    expect(messages).toMatchObject([
      { code: 'mfa.requested', kind: 'message', params: { before: '2026-11-21T09:00:00.000Z' } },
    ])
    expect(events.map(({ type }) => type)).toEqual(['connection.action_required', 'mfa.requested'])
    expect(events[1]).toMatchObject({
      content: { challengeId: 'c1', kind: 'fields', expiresAt: '2026-11-21T09:00:00.000Z' },
    })
  })

  test('that only the page of the provider can solve sends people there', () => {
    const { messages } = transition(aConnection(), requested('c1', 'page'), at(start))
    expect(messages).toMatchObject([{ code: 'mfa.requested_at_provider' }])
  })

  test('asks nobody once the connection is closed', () => {
    const closed = aConnection({
      state: 'disconnected',
      disconnectReason: 'user',
      awaiting: 'nothing',
    })
    const { after, messages, events } = transition(closed, requested(), at(start))
    expect([after.awaiting, messages, events]).toEqual(['nothing', [], []])
  })

  test('stays in sight while scheduled runs succeed', () => {
    const { after, closes } = transition(asked, readRun(), at(start + 1))
    expect(after).toMatchObject({
      awaiting: 'mfa',
      challengeOpen: true,
      nextSyncAtMs: expect.any(Number),
    })
    expect(closes).not.toContain('mfa')
  })

  test.each([
    ['accepted', 'mfa.accepted', 'note'],
    ['wrong', 'mfa.wrong', 'message'],
    ['expired', 'mfa.expired', 'note'],
  ] as const)('that ends as %s closes its notice and says so once', (how, code, kind) => {
    const { after, messages, events, closes } = transition(asked, ended(how), at(start + 1))
    expect(after).toMatchObject({ awaiting: 'nothing', challengeOpen: false })
    expect(messages).toMatchObject([{ code, kind, syncRunId: 'run' }])
    expect(events).toMatchObject([{ type: code, content: { challengeId: 'c1' } }])
    expect(closes).toEqual(['mfa'])
  })

  test.each([
    ['the bank forbids it', { unattendedAllowed: false }],
    ['it is switched off', { autoSync: false }],
  ])('that expires promises no automatic synchronization where %s', (_, facts) => {
    const { messages } = transition({ ...asked, ...facts }, ended('expired'), at(start + 1))
    expect(messages).toMatchObject([{ code: 'mfa.expired_by_hand', kind: 'note' }])
  })

  test('that was answered names who answered, and never what', () => {
    const { messages } = transition(asked, ended('accepted', { user: 'Anna' }), at(start + 1))
    expect(messages[0]?.params).toEqual({ institution: 'Banque de Test', user: 'Anna' })
  })

  test('that is closed with its run tells nobody', () => {
    const { messages, events, closes } = transition(asked, ended('closed'), at(start + 1))
    expect([messages, events, closes]).toEqual([[], [], ['mfa']])
  })

  test('gives the word back to the question about accounts', () => {
    const { after } = transition(asked, ended('accepted', { undecided: 2 }), at(start + 1))
    expect(after.awaiting).toBe('account_choice')
  })

  test('leaves alone what became more urgent meanwhile', () => {
    const after = live(asked, [
      [start + 1, failedRun('credentials_invalid')],
      [start + 2, ended('expired')],
    ]).after
    expect(after).toMatchObject({ state: 'error', awaiting: 'credentials' })
  })

  test('is over when a person links anew or closes the connection', () => {
    const linked: Occurrence = {
      kind: 'linked',
      flowId: 'c1',
      flowKind: 'challenge',
      consentExpiresAtMs: start + 90 * day,
      undecided: 0,
      gone: 0,
    }
    const renewed = transition(asked, linked, at(start + 1))
    expect(renewed.after).toMatchObject({ awaiting: 'nothing', challengeOpen: false })
    expect(renewed.messages).toEqual([])
    expect(renewed.closes).toContain('mfa')
    const closed: Occurrence = { kind: 'disconnected', reason: 'user', requestId: 'r' }
    const gone = transition(asked, closed, at(start + 1))
    expect(gone.after).toMatchObject({ awaiting: 'nothing', challengeOpen: false })
    expect(gone.closes).toContain('mfa')
  })
})

test('a code that nobody entered counts nowhere and moves no slot', () => {
  fc.assert(
    fc.property(reached, ({ facts, nowMs }) => {
      const open = { ...facts, challengeOpen: true }
      const { after } = transition(open, ended('expired'), at(nowMs))
      const { awaiting, version, ...rest } = after
      expect(rest).toEqual({
        ...open,
        challengeOpen: false,
        awaiting: undefined,
        version: undefined,
      })
      expect(awaiting === facts.awaiting || facts.awaiting === 'mfa').toBe(true)
      expect(version).toBe(facts.version)
    }),
  )
})

describe('an answer that cannot be used', () => {
  test.each([
    ['mfaAnswered:expired', 'mfa.too_late'],
    ['mfaAnswered:not_expected', 'mfa.not_expected'],
    ['mfaAnswered:no_answer', 'mfa.no_answer'],
    ['mfaAnswered', 'signal.refused'],
  ])('is told apart: %s', (name, code) => {
    const refused: Occurrence = { kind: 'message_refused', name, noteId: 'n' }
    expect(transition(aConnection(), refused, at(start)).messages).toMatchObject([
      { code, kind: 'note' },
    ])
  })
})
