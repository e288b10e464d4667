import { expect, test } from 'vitest'
import { readYodleeConfig } from '../../../activities/providers/yodlee/config.ts'

const live = {
  YODLEE_API_URL: 'https://example.api.yodlee.test/ysl/',
  YODLEE_FASTLINK_URL: 'https://fastlink.yodlee.test/authenticate',
  YODLEE_CLIENT_ID: 'id',
  YODLEE_CLIENT_SECRET: 'a-secret-value',
  YODLEE_ADMIN_LOGIN: 'admin',
}

test('a customer needs addresses, keys and an admin name; the rest has defaults', () => {
  expect(readYodleeConfig(live)).toMatchObject({
    apiUrl: 'https://example.api.yodlee.test/ysl',
    fastLinkScriptUrl: 'https://cdn.yodlee.com/fastlink/v4/initialize.js',
    fastLinkConfiguration: 'Aggregation',
    webhookToken: null,
    sandbox: false,
    sandboxLogin: null,
  })
})

test('every wrong key gets a sentence, and no value is printed', () => {
  const wrong = { YODLEE_CLIENT_SECRET: 'a-secret-value', YODLEE_WEBHOOK_TOKEN: 'short' }
  let message = ''
  try {
    readYodleeConfig(wrong)
  } catch (error) {
    message = String(error)
  }
  for (const key of ['API_URL', 'FASTLINK_URL', 'CLIENT_ID', 'ADMIN_LOGIN', 'WEBHOOK_TOKEN'])
    expect(message).toContain(`YODLEE_${key} `)
  expect(message).not.toContain('short')
  expect(message).not.toContain('a-secret-value')
})

test('outside of a sandbox every address is https', () => {
  const plain = { ...live, YODLEE_API_URL: 'http://example.test/ysl' }
  expect(() => readYodleeConfig(plain)).toThrow('YODLEE_API_URL must be an https address')
  expect(readYodleeConfig({ ...plain, YODLEE_SANDBOX: 'true' }).sandbox).toBe(true)
})

test('one user for all tenants is possible in a sandbox only', () => {
  const shared = { ...live, YODLEE_SANDBOX_LOGIN: 'sbMem1' }
  expect(() => readYodleeConfig(shared)).toThrow('YODLEE_SANDBOX_LOGIN')
  expect(readYodleeConfig({ ...shared, YODLEE_SANDBOX: 'true' }).sandboxLogin).toBe('sbMem1')
})
