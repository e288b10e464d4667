import { expect, test } from 'vitest'
import { readPlaidConfig } from '../../../activities/providers/plaid/config.ts'

const keys = { PLAID_CLIENT_ID: 'id', PLAID_SECRET: 'hidden' }
const problemsOf = (changes: Record<string, string>): string => {
  try {
    readPlaidConfig({ ...keys, ...changes })
  } catch (error) {
    return (error as Error).message
  }
  return ''
}

test('two keys are enough, and the live address stands unless the sandbox is meant', () => {
  expect(readPlaidConfig(keys)).toMatchObject({
    apiUrl: 'https://production.plaid.com',
    clientName: 'Bank Sync',
    countryCodes: ['US', 'CA'],
    historyDays: 730,
    redirectUrl: null,
    sandbox: false,
  })
  expect(readPlaidConfig({ ...keys, PLAID_SANDBOX: 'true' }).apiUrl).toBe(
    'https://sandbox.plaid.com',
  )
})

test('an empty key counts as unset, and an address loses the slash at its end', () => {
  const own = { PLAID_SANDBOX: 'true', PLAID_API_URL: 'http://127.0.0.1:1/', PLAID_COUNTRIES: '' }
  expect(readPlaidConfig({ ...keys, ...own })).toMatchObject({
    apiUrl: 'http://127.0.0.1:1',
    countryCodes: ['US', 'CA'],
  })
})

test.each([
  [{ PLAID_CLIENT_ID: '' }, 'PLAID_CLIENT_ID must be set.'],
  [{ PLAID_SECRET: '' }, 'PLAID_SECRET must be set.'],
  [{ PLAID_CLIENT_NAME: 'x'.repeat(31) }, 'PLAID_CLIENT_NAME must have at most 30 characters.'],
  [{ PLAID_COUNTRIES: 'us' }, 'PLAID_COUNTRIES must be country codes'],
  [{ PLAID_HISTORY_DAYS: '29' }, 'PLAID_HISTORY_DAYS must be a number of days from 30 to 730.'],
  [{ PLAID_HISTORY_DAYS: '731' }, 'PLAID_HISTORY_DAYS must be'],
  [{ PLAID_HISTORY_DAYS: '1e2' }, 'PLAID_HISTORY_DAYS must be'],
  [{ PLAID_REDIRECT_URL: 'https://a.example/?x=1' }, 'PLAID_REDIRECT_URL must have no query.'],
  [{ PLAID_API_URL: 'http://a.example' }, 'PLAID_API_URL must be an https address.'],
  [{ PLAID_REDIRECT_URL: 'http://a.example' }, 'PLAID_REDIRECT_URL must be an https address.'],
  [{ PLAID_API_URL: 'ftp://a.example' }, 'PLAID_API_URL must be an http(s) address.'],
  [{ PLAID_SANDBOX: 'yes' }, 'PLAID_SANDBOX must be true or false.'],
])('a wrong key gets a sentence and no value is shown: %o', (changes, sentence) => {
  expect(problemsOf(changes as Record<string, string>)).toContain(sentence)
  expect(problemsOf(changes as Record<string, string>)).not.toContain('hidden')
})
