import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { classesNamed, errorTable } from '../../../activities/providers/saltedge/error-table.ts'
import {
  attemptFailure,
  failureOf,
  refreshFailure,
  unpaced,
} from '../../../activities/providers/saltedge/errors.ts'
import { exitedWith } from '../../../activities/providers/saltedge/linked.ts'
import { failureCodes } from '../../../domain/failure.ts'
import { describeWithReference } from '../support/reference.ts'

const nowMs = Date.parse('2026-11-01T12:00:00Z')
const at = (minutes: number): string => new Date(nowMs + minutes * 60_000).toISOString()

const named = (name: string) => ({
  error: { class: name, message: 'words for nobody', documentation_url: 'https://x' },
  request: {},
})
const judged = (status: number, body: unknown, retryAfter?: string) =>
  failureOf({ status, body, nowMs, ...(retryAfter === undefined ? {} : { retryAfter }) })

interface Listed {
  class: string
  failure: string
}

describeWithReference('every class of the vendor list', (folder) => {
  const { errors } = JSON.parse(
    readFileSync(join(folder, 'specs/saltedge/error-classes.json'), 'utf8'),
  ) as { errors: Listed[] }

  test.each(errors)('$class means $failure, by each of its ways', ({ class: name, failure }) => {
    for (const status of [400, 401, 404, 409, 429, 503])
      expect(judged(status, named(name))).toMatchObject({ code: failure, providerCode: name })
    expect(judged(400, { error_class: name, error_message: 'x' }).code).toBe(failure)
    expect(judged(400, { error: name }).code).toBe(failure)
    expect(attemptFailure(name, unpaced, nowMs)).toMatchObject({
      code: failure,
      providerCode: name,
    })
  })

  test('nothing is in the table but these and two names that were only heard of', () => {
    const listed = new Set(errors.map((each) => each.class))
    const more = [...errorTable.keys()].filter((name) => !listed.has(name))
    expect(more).toEqual(['Unfinished', 'CustomerAlreadyExists'])
    expect(errors.every((each) => errorTable.has(each.class))).toBe(true)
  })
})

test('every class stands in the table exactly once', () => {
  expect(errorTable.size).toBe(classesNamed)
  for (const { code } of errorTable.values()) expect(failureCodes).toContain(code)
})

describe('an answer with a class nobody knows', () => {
  test.each([
    [429, 'rate_limited'],
    [500, 'provider_unavailable'],
    [503, 'provider_unavailable'],
    [400, 'defect'],
    [404, 'defect'],
    [418, 'defect'],
    [302, 'invalid_response'],
  ])('is judged by its status %i: %s', (status, code) => {
    for (const body of [null, '<html>', [], 7, named('neverSeen'), { error: 'a whole sentence.' }])
      expect(judged(status, body).code).toBe(code)
    expect(judged(status, named('toString')).code).toBe(code)
  })

  test('is told with its class, and never with a sentence', () => {
    expect(judged(400, named('neverSeen')).providerCode).toBe('neverSeen')
    for (const text of ['a whole sentence.', '', 'x'.repeat(200), '<b>'])
      expect(judged(400, { error: text })).toEqual({ code: 'defect', scope: 'connection' })
  })

  test('speaks of the institution when an attempt ended with it', () => {
    for (const name of ['neverSeen', 'toString', null, undefined, 'a sentence'])
      expect(attemptFailure(name, unpaced, nowMs).code).toBe('institution_unavailable')
  })
})

describe('a limit always says until when', () => {
  test('as the header tells, else a minute', () => {
    expect(judged(429, null, '120').until).toBe(at(2))
    expect(judged(429, named('TooManyRequests')).until).toBe(at(1))
    expect(judged(400, named('RateLimitExceeded')).until).toBe(at(1))
  })

  const refused = (name: string, pacing: object) =>
    refreshFailure(judged(400, named(name)), { ...unpaced, ...pacing }, nowMs)

  test('a refresh too early waits for the time that the connection names, an hour where it names none', () => {
    const early = (next: string | null) =>
      refused('ConnectionCannotBeRefreshed', { nextRefreshPossibleAt: next })
    expect(early(at(20))).toMatchObject({ code: 'rate_limited', until: at(20) })
    expect(early(null).until).toBe(at(60))
    expect(early(at(-5)).until).toBe(at(60))
  })

  test('a connection that wants a person at every refresh is not too early, it is not allowed', () => {
    const failure = refused('ConnectionCannotBeRefreshed', { automaticFetch: false })
    expect(failure.code).toBe('unattended_not_allowed')
    expect(failure).not.toHaveProperty('until')
  })

  test('the daily cap has room again a day after the last refresh at the latest', () => {
    const capped = (lastAttemptAt: string | null) =>
      refused('BackgroundFetchLimitExceeded', { lastAttemptAt }).until
    expect(capped(at(-60))).toBe(at(23 * 60))
    expect(capped(null)).toBe(at(24 * 60))
  })

  test('whatever an attempt ended with', () => {
    for (const [name, { code }] of errorTable)
      expect('until' in attemptFailure(name, unpaced, nowMs), name).toBe(code === 'rate_limited')
  })
})

test('an answer that was wrong or late is told apart, because the person has to know', () => {
  const reasonOf = (name: string) => attemptFailure(name, unpaced, nowMs).reason
  expect(reasonOf('InvalidInteractiveCredentials')).toBe('wrong_answer')
  for (const name of ['InteractiveTimeout', 'InteractiveAdapterTimeout', 'Unfinished'])
    expect(reasonOf(name)).toBe('too_late')
})

test('a person who says no at the bank has left, any other known class is told', () => {
  for (const name of ['ProviderAccessNotGranted', 'neverSeen', undefined])
    expect(exitedWith(name)).toEqual({ state: 'exited' })
  expect(exitedWith('InvalidCredentials')).toMatchObject({
    state: 'exited',
    failure: { code: 'credentials_invalid' },
  })
})
