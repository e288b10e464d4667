import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { failureOf } from '../../../activities/providers/yodlee/errors.ts'
import { outcomeOf } from '../../../activities/providers/yodlee/attempt.ts'
import type { ProviderAccountEntry } from '../../../activities/providers/yodlee/schema.ts'
import { describeWithReference } from '../support/reference.ts'

const nowMs = Date.parse('2026-11-21T10:00:00Z')

const callCodes = {
  transient: 'Y008 Y010 Y020 Y023',
  operator_misconfigured:
    'Y001 Y002 Y003 Y011 Y013 Y015 Y027 Y301 Y302 Y303 Y305 Y309 Y830 Y847 Y848 Y901',
  connection_gone: 'Y004 Y005 Y006',
  rate_limited: 'Y825',
  institution_unavailable: 'Y868',
  provider_unavailable: 'Y904',
  defect:
    'Y007 Y016 Y400 Y800 Y801 Y802 Y803 Y804 Y805 Y806 Y807 Y809 Y811 Y812 Y813 Y814 Y815 Y816 Y820 Y821 Y823 Y824 ' +
    'Y833 Y835 Y836 Y837 Y838 Y840 Y842 Y844 Y845 Y846 Y857 Y858 Y862 Y869 Y871 Y878',
}

const statuses = {
  transient: 'DATA_RETRIEVAL_FAILED REQUEST_TIME_OUT SITE_SESSION_INVALIDATED',
  provider_unavailable: 'TECH_ERROR',
  institution_unavailable:
    'UNEXPECTED_SITE_ERROR SITE_UNAVAILABLE SITE_BLOCKING_ERROR BETA_SITE_DEV_IN_PROGRESS MIGRATION_IN_PROGRESS',
  mfa_required: 'ADDL_AUTHENTICATION_REQUIRED INVALID_ADDL_INFO_PROVIDED',
  credentials_invalid: 'INCORRECT_CREDENTIALS CREDENTIALS_UPDATE_NEEDED',
  action_required_at_institution:
    'ACCOUNT_LOCKED USER_ACTION_NEEDED_AT_SITE ENROLLMENT_REQUIRED_FOR_DATASET',
  consent_expired:
    'NEW_AUTHENTICATION_REQUIRED CONSENT_REQUIRED CONSENT_EXPIRED INCORRECT_OAUTH_TOKEN',
  connection_gone: 'CONSENT_REVOKED',
  institution_unsupported:
    'SITE_NOT_SUPPORTED DATASET_NOT_SUPPORTED DATA_NOT_AVAILABLE PROPERTY_VALUE_NOT_AVAILABLE',
}
const notFailed = {
  running: 'LOGIN_IN_PROGRESS DATA_RETRIEVAL_IN_PROGRESS ACCT_SUMMARY_RECEIVED',
  partial: 'PARTIAL_DATA_RETRIEVED',
  whole: 'AVAILABLE_DATA_RETRIEVED',
}

const pairsOf = (groups: Record<string, string>): [string, string][] =>
  Object.entries(groups).flatMap(([word, codes]) =>
    codes.split(' ').map((code): [string, string] => [code, word]),
  )

const entryWith = (additionalStatus: string, status = 'FAILED'): ProviderAccountEntry => ({
  id: '1',
  status,
  dataset: [
    { name: 'DOCUMENT', additionalStatus: 'TECH_ERROR' },
    { name: 'BASIC_AGG_DATA', additionalStatus },
  ],
})

test.each(pairsOf(callCodes))('the code %s of a call means %s', (code, expected) => {
  const failure = failureOf({ where: 'api', code, status: 400, nowMs })
  expect(failure).toMatchObject({ code: expected, providerCode: code })
})

test.each(pairsOf(statuses))('an attempt that ended with %s means %s', (code, expected) => {
  const outcome = outcomeOf(entryWith(code), nowMs)
  expect(outcome).toMatchObject({
    kind: 'failed',
    failure: { code: expected, scope: 'connection', providerCode: code },
  })
})

test.each(pairsOf(notFailed))('an attempt at %s is %s', (code, kind) => {
  const status = kind === 'whole' ? 'SUCCESS' : 'PARTIAL_SUCCESS'
  expect(outcomeOf(entryWith(code, status), nowMs)).toEqual({ kind })
})

test.each([
  ['TEMP_ERROR', 'institution_unavailable'],
  ['SITE_BLOCKING', 'institution_unavailable'],
  ['SITE_NOT_SUPPORTED', 'institution_unsupported'],
  ['REAL_TIME_MFA_REQUIRED', 'unattended_not_allowed'],
  ['UNSUBSCRIBED', 'unattended_not_allowed'],
  ['USER_ACTION_REQUIRED', 'credentials_invalid'],
])('a nightly refresh stopped by %s means %s for its account', (code, expected) => {
  const failure = failureOf({ where: 'autoRefresh', code, nowMs })
  expect(failure).toMatchObject({ code: expected, scope: 'account' })
})

test.each([
  ['E600', 'operator_misconfigured'],
  ['E601', 'operator_misconfigured'],
  ['E700', 'defect'],
  ['E705', 'defect'],
  ['E802', 'institution_unsupported'],
])('the widget code %s means %s', (code, expected) => {
  expect(failureOf({ where: 'widget', code, nowMs }).code).toBe(expected)
})

test('all of the data counts as all only where the whole attempt succeeded', () => {
  const outcome = outcomeOf(entryWith('AVAILABLE_DATA_RETRIEVED', 'PARTIAL_SUCCESS'), nowMs)
  expect(outcome.kind).toBe('partial')
})

test('a question of the institution outweighs whatever the data set says', () => {
  const entry = entryWith('INCORRECT_CREDENTIALS', 'USER_INPUT_REQUIRED')
  expect(outcomeOf(entry, nowMs)).toEqual({ kind: 'challenge' })
})

test('a status that nobody knows passes by itself, and is told with its word', () => {
  expect(outcomeOf(entryWith('SOMETHING_NEW'), nowMs)).toMatchObject({
    failure: { code: 'transient', reason: 'unknown_status', providerCode: 'SOMETHING_NEW' },
  })
})

test('an unknown code is judged by its HTTP status', () => {
  const codeAt = (status: number) =>
    failureOf({ where: 'api', code: 'Y999', status, nowMs, retryAfter: '7' })
  expect(codeAt(503).code).toBe('provider_unavailable')
  expect(codeAt(400).code).toBe('defect')
  expect(codeAt(429)).toMatchObject({ code: 'rate_limited', until: '2026-11-21T10:00:07.000Z' })
})

test('a limit without a time set is waited for a minute', () => {
  const failure = failureOf({ where: 'api', code: null, status: 429, nowMs })
  expect(failure.until).toBe('2026-11-21T10:01:00.000Z')
})

test('a refresh too early may be repeated a quarter of an hour after the last one', () => {
  const untilAfter = (attemptAt: string) =>
    failureOf({ where: 'api', code: 'Y825', status: 400, nowMs, attemptAt }).until
  expect(untilAfter('2026-11-21T09:55:00Z')).toBe('2026-11-21T10:10:00.000Z')
  expect(untilAfter('2026-11-21T08:00:00Z')).toBe('2026-11-21T10:15:00.000Z')
})

test('an institution that blocks Yodlee is left alone for six hours, one in development for a day', () => {
  const untilOf = (code: string) => failureOf({ where: 'aggregation', code, nowMs }).until
  expect(untilOf('SITE_BLOCKING_ERROR')).toBe('2026-11-21T16:00:00.000Z')
  expect(untilOf('BETA_SITE_DEV_IN_PROGRESS')).toBe('2026-11-22T10:00:00.000Z')
})

describeWithReference('the codes of the reference', (folder) => {
  const page = () => readFileSync(`${folder}/providers/yodlee.md`, 'utf8')
  const sectionOf = (from: string, to: string): string =>
    page().slice(page().indexOf(from), page().indexOf(to))

  test('no code of a call is missing here', () => {
    const named = sectionOf('### 10.1', '### 10.2').match(/\bY\d{3}\b/g) ?? []
    expect(named.length).toBeGreaterThan(60)
    expect(pairsOf(callCodes).map(([code]) => code)).toEqual(
      expect.arrayContaining([...new Set(named)]),
    )
    expect(new Set(pairsOf(callCodes).map(([code]) => code)).size).toBe(new Set(named).size)
  })

  test('no result of an attempt is missing here', () => {
    const text = readFileSync(`${folder}/specs/yodlee/swagger.yaml`, 'utf8')
    const at = text.indexOf('  AccountDataset:')
    const list = /additionalStatus:[\s\S]*?enum:\n((?:\s+- "?[A-Z_]+"?\n)+)/.exec(text.slice(at))
    const named = list?.[1]?.match(/[A-Z][A-Z_]+/g) ?? []
    expect(named).toHaveLength(30)
    const here = [...pairsOf(statuses), ...pairsOf(notFailed)].map(([code]) => code)
    expect(here.toSorted()).toEqual(named.toSorted())
  })
})
