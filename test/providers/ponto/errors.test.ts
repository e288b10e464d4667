import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Where } from '../../../activities/providers/ponto/errors.ts'
import { unreachable } from '../../../activities/providers/call-failures.ts'
import { failureOf, synchronizationFailure } from '../../../activities/providers/ponto/errors.ts'
import { failureCodes } from '../../../domain/failure.ts'
import { describeWithReference } from '../support/reference.ts'

const nowMs = Date.parse('2026-11-01T12:00:00Z')

const apiError = (code: string, meta: object = {}) => ({ errors: [{ code, detail: 'x', meta }] })

const judged = (status: number, body: unknown, more: object = {}) =>
  failureOf({ where: 'api', status, body, nowMs, ...more })

interface Listed {
  code: string
  http: number | null
  where: string
  failure: string
}

describeWithReference('every code of the vendor list', (folder) => {
  const { errors } = JSON.parse(
    readFileSync(join(folder, 'specs/ponto/error-codes.json'), 'utf8'),
  ) as { errors: Listed[] }

  const isNamed = ({ code }: Listed) => !code.startsWith('(')

  test.each(errors.filter(isNamed))('$code means $failure', ({ code, http, where, failure }) => {
    const isOAuth = code.startsWith('invalid_')
    const meta = code === 'resourceNotFound' ? { resource: 'account' } : {}
    const body = isOAuth ? { error: code, error_description: 'x' } : apiError(code, meta)
    const place: Where = where.startsWith('synchronization')
      ? 'synchronization'
      : where.includes('oauth2')
        ? 'token'
        : 'api'
    for (const status of http === null ? [200, 400, 401, 403, 503] : [http])
      expect(judged(status, body, { where: place }).code).toBe(failure)
    if (where.includes(' or API')) expect(judged(403, body).code).toBe(failure)
  })

  const failureNamed = (row: string) => errors.find(({ code }) => code === row)!.failure

  test.each([500, 501, 502, 503, 504, 599])('%i is a failure of the provider', (status) => {
    for (const body of [null, '<html>', apiError('somethingNew'), { error: 'server_error' }])
      expect(judged(status, body).code).toBe(failureNamed('(5xx)'))
  })

  test.each([400, 401, 403, 404, 405, 409, 415, 418, 422])(
    '%i with an unknown code is ours to repair',
    (status) => {
      for (const body of [null, '<html>', apiError('somethingNew'), { error: 'something_new' }])
        expect(judged(status, body).code).toBe(failureNamed('(any other 4xx)'))
    },
  )

  test('an unknown code of a synchronization speaks of the institution', () => {
    // codes of our own calls mean something else when a synchronization names them
    for (const code of ['bankIsTired', 'credentialsInvalid', 'tooManyRequests', 'toString'])
      expect(synchronizationFailure([{ code }])).toEqual({
        code: failureNamed('(any other synchronization error)'),
        scope: 'account',
        providerCode: code,
      })
  })
})

describe('the failure of an answer', () => {
  test('a resource that is gone counts as a lost account only when it is the account', () => {
    const lost = (resource: string) => judged(404, apiError('resourceNotFound', { resource }))
    expect(lost('account')).toMatchObject({ code: 'account_gone', scope: 'account' })
    expect(lost('transaction')).toMatchObject({ code: 'defect' })
    expect(judged(404, apiError('resourceNotFound')).code).toBe('defect')
  })

  test('a limit always says until when: as the header tells, five minutes for an account, else a minute', () => {
    const until = (body: unknown, retryAfter?: string) => judged(429, body, { retryAfter }).until
    expect(until(null, '120')).toBe('2026-11-01T12:02:00.000Z')
    expect(until(null, 'Sun, 01 Nov 2026 12:10:00 GMT')).toBe('2026-11-01T12:10:00.000Z')
    for (const header of [undefined, '', 'soon'])
      expect(until(null, header), header).toBe('2026-11-01T12:01:00.000Z')
    expect(until(null, '-5')).toBe('2026-11-01T12:00:00.000Z')
    expect(until(null, '1e300')).toBe('2026-11-02T12:00:00.000Z')
    const recent = judged(400, apiError('accountRecentlySynchronized'))
    expect(recent).toMatchObject({ code: 'rate_limited', until: '2026-11-01T12:05:00.000Z' })
  })

  test('of several errors the one that is known decides, and the request id is kept', () => {
    const errors = [{ code: 'odd' }, { code: 'invalidAccessToken' }]
    expect(judged(401, { errors }, { requestId: 'r-1' })).toEqual({
      code: 'transient',
      scope: 'connection',
      reason: 'access_token',
      providerCode: 'invalidAccessToken',
      providerRequestId: 'r-1',
    })
    const mixed = synchronizationFailure([{ code: 'odd' }, { code: 'authorizationInvalid' }])
    expect(mixed.code).toBe('consent_expired')
  })

  test('whatever comes, there is exactly one failure of the closed list', () => {
    const bodies = [undefined, null, 7, 'x', [], {}, { errors: [] }, { errors: {} }, { error: 7 }]
    const wheres: Where[] = ['api', 'token', 'synchronization']
    for (const where of wheres)
      for (const status of [0, 100, 204, 302, 400, 429, 500, 999])
        for (const body of bodies)
          expect(failureCodes).toContain(failureOf({ where, status, body, nowMs }).code)
    expect(judged(302, null).code).toBe('invalid_response')
    expect(judged(400, apiError('constructor')).code).toBe('defect')
    expect(synchronizationFailure([]).code).toBe('institution_unavailable')
  })

  test('a call without an answer is told apart: our network, our certificate, or the provider', () => {
    const code = (name: string) => {
      const cause = Object.assign(new Error('socket secrets'), { code: name })
      return unreachable(new TypeError('fetch failed', { cause })).failure.code
    }
    for (const name of ['ECONNRESET', 'ECONNREFUSED', 'UND_ERR_SOCKET', 'UND_ERR_BODY_TIMEOUT'])
      expect(code(name), name).toBe('provider_unavailable')
    for (const name of ['ENOTFOUND', 'EAI_AGAIN', 'CERT_HAS_EXPIRED', 'SELF_SIGNED_CERT_IN_CHAIN'])
      expect(code(name), name).toBe('transient')
    for (const name of [
      'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
      'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
      'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
      'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE',
    ])
      expect(code(name), name).toBe('operator_misconfigured')
  })

  test('an error that is passed on carries no text of the one that caused it', () => {
    const failed = unreachable(new Error('Authorization: Bearer token-123'))
    expect(JSON.stringify([failed, failed.message, String(failed.cause)])).not.toContain('token')
  })
})
