import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { failureIn, failureOf, rows } from '../../../activities/providers/plaid/errors.ts'
import { failureCodes } from '../../../domain/failure.ts'
import { describeWithReference } from '../support/reference.ts'

const nowMs = Date.parse('2026-11-01T12:00:00Z')

const told = (type: string, code: string, reason: string | null = null) => ({
  error_type: type,
  error_code: code,
  error_code_reason: reason,
  error_message: 'words for developers',
  display_message: null,
  request_id: 'r-1',
})

const judged = (body: unknown, more: { status?: number; retryAfter?: string } = {}) =>
  failureOf({ status: 400, body, nowMs, retryAfter: null, ...more })

const knownCodes = rows.flatMap(([codes]) => codes)

test('every code is known once', () => {
  expect(knownCodes).toHaveLength(new Set(knownCodes).size)
})

interface Listed {
  type: string
  codes: string[]
  /** Words of the list about what it means. */
  meaning: string
}

const upper = /[A-Z][A-Z*_]{2,}[A-Z*]|plaid-internal-error/g
const withoutRemarks = (cell: string) => cell.replace(/\([^)]*\)/g, '')

/** The rows of the table of errors; what stands behind "reason" is no code. */
const listed = (page: string): Listed[] => {
  const from = page.indexOf('| error_type | error_code |')
  const table = page.slice(from, page.indexOf('\n\n', from)).split('\n').slice(2)
  return table.map((row) => {
    const [, type = '', codes = '', , , , meaning = ''] = row.split('|').map((cell) => cell.trim())
    const named = withoutRemarks(codes).replace(/, reason .*/, '')
    return { type: withoutRemarks(type).trim(), codes: named.match(upper) ?? [], meaning }
  })
}

/** Where a row names two, the one behind "else" stands for the answer alone. */
const ofList = (meaning: string): string | undefined =>
  failureCodes.find((code) => new RegExp(`(else|flow) ${code}`).test(meaning)) ??
  failureCodes.find((code) => meaning.startsWith(code))

describeWithReference('every code of the list', (folder) => {
  const page = readFileSync(join(folder, 'providers/plaid.md'), 'utf8')
  const all = listed(page)
  const named = all.filter(({ type }) =>
    /^[A-Z_]+_(ERROR|INPUT|REQUEST|RESULT|EXCEEDED)$/.test(type),
  )
  const flat = named.flatMap(({ type, codes, meaning }) =>
    codes.map((code) => ({ type, code, meaning })),
  )

  test('the list was read', () => {
    expect(flat.length).toBeGreaterThan(80)
    const missing = flat.map(({ code }) => code).filter((code) => !code.includes('*'))
    // named only where the sandbox of the provider is described
    const beside = page.match(/COUNTRY_NOT_SUPPORTED/) ?? []
    expect(new Set([...missing, ...beside])).toEqual(new Set(knownCodes))
  })

  test.each(flat)('$type $code means $meaning', ({ type, code, meaning }) => {
    const name = code.replace('*', 'SOMETHING')
    if (code === 'ITEM_LOGIN_REQUIRED') return
    const failures = [200, 400, 401, 429, 500].map((status) => judged(told(type, name), { status }))
    for (const failure of failures)
      if (meaning.includes('*exited*'))
        expect(failure).toMatchObject({ code: 'defect', reason: 'page_left' })
      else expect(failure.code, meaning).toBe(ofList(meaning))
  })

  test.each(all.filter(({ type }) => type === 'unknown code'))(
    'an unknown code of $codes means $meaning',
    ({ codes: [type = 'ASSET_REPORT_ERROR'], meaning }) => {
      const expected = ofList(meaning)
      expect(expected).toBeDefined()
      expect(judged(told(type, 'neverSeen'))).toMatchObject({
        code: expected,
        providerCode: 'neverSeen',
      })
    },
  )

  test('every other type is ours to repair', () => {
    const sentence = page.slice(page.indexOf('`error_type`: INVALID_REQUEST')).split('\n')[0]!
    const types = (sentence.match(upper) ?? []).filter(
      (type) =>
        !['INSTITUTION_ERROR', 'RATE_LIMIT_EXCEEDED', 'API_ERROR', 'ITEM_ERROR'].includes(type),
    )
    expect(types.length).toBeGreaterThan(15)
    for (const type of types) expect(judged(told(type, 'neverSeen')).code, type).toBe('defect')
  })
})

describe('the failure of an answer', () => {
  test('a login that the bank ended is a lost consent, any other one a lost login', () => {
    const login = (reason: string | null) =>
      judged(told('ITEM_ERROR', 'ITEM_LOGIN_REQUIRED', reason)).code
    for (const reason of [null, 'OAUTH_INVALID_TOKEN', 'SOMETHING_NEW'])
      expect(login(reason), String(reason)).toBe('credentials_invalid')
    for (const reason of ['OAUTH_CONSENT_EXPIRED', 'OAUTH_USER_REVOKED'])
      expect(login(reason), reason).toBe('consent_expired')
  })

  test('a limit always says until when: as the header tells, a quarter of an hour for an institution, else a minute', () => {
    const until = (code: string, retryAfter?: string) =>
      judged(told('RATE_LIMIT_EXCEEDED', code), {
        status: 429,
        ...(retryAfter ? { retryAfter } : {}),
      }).until
    expect(until('TRANSACTIONS_SYNC_LIMIT')).toBe('2026-11-01T12:01:00.000Z')
    expect(until('NEVER_SEEN')).toBe('2026-11-01T12:01:00.000Z')
    expect(until('INSTITUTION_RATE_LIMIT')).toBe('2026-11-01T12:15:00.000Z')
    expect(until('TRANSACTIONS_SYNC_LIMIT', '120')).toBe('2026-11-01T12:02:00.000Z')
    expect(until('INSTITUTION_RATE_LIMIT', '120')).toBe('2026-11-01T12:02:00.000Z')
    expect(judged('<html>', { status: 429 }).until).toBe('2026-11-01T12:01:00.000Z')
  })

  test('pages that were invalidated are told apart from other passing troubles', () => {
    const code = 'TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION'
    expect(judged(told('TRANSACTIONS_ERROR', code))).toMatchObject({
      code: 'transient',
      reason: 'pages_invalidated',
    })
    expect(judged(told('ITEM_ERROR', 'PRODUCT_NOT_READY')).reason).toBeUndefined()
  })

  test('an answer in no form of the provider is judged by its status', () => {
    const bodies = [
      undefined,
      null,
      7,
      'x',
      '<html>',
      [],
      {},
      { error_code: 7 },
      { error_type: 'X' },
    ]
    for (const body of bodies) {
      const code = (status: number) => judged(body, { status }).code
      expect([500, 502, 503].map(code)).toEqual(
        Array.from({ length: 3 }, () => 'provider_unavailable'),
      )
      expect([400, 401, 404].map(code)).toEqual(Array.from({ length: 3 }, () => 'defect'))
      expect(code(302)).toBe('invalid_response')
      expect(code(429)).toBe('rate_limited')
    }
  })

  test('names that every object has are no codes', () => {
    for (const name of ['constructor', '__proto__', 'toString'])
      expect(judged(told(name, name)).code).toBe('defect')
  })

  test('the reference of the provider is kept, its words are not', () => {
    const failure = judged(told('API_ERROR', 'INTERNAL_SERVER_ERROR'))
    expect(failure).toEqual({
      code: 'provider_unavailable',
      scope: 'provider',
      providerCode: 'INTERNAL_SERVER_ERROR',
      providerRequestId: 'r-1',
    })
  })

  test('an error told without a code is none', () => {
    expect(failureIn(null)).toBeNull()
    expect(failureIn(undefined)).toBeNull()
    expect(failureIn(told('', ''))).toBeNull()
    expect(failureIn(told('ITEM_ERROR', 'ITEM_LOCKED'))?.code).toBe(
      'action_required_at_institution',
    )
  })
})
