import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Json } from '../client.ts'
import type { PlaidClient } from './client.ts'
import { openPlaid } from './client.ts'

let plaid: PlaidClient

beforeAll(async () => {
  plaid = await openPlaid()
})
afterAll(async () => {
  await plaid.stop()
  expect(plaid.conformance.problems()).toEqual([])
})

const institutionId = async (name: string) => {
  const wish = { query: name, country_codes: ['BE'] }
  return (await plaid.ask('/institutions/search', wish)).institutions[0].institution_id
}

const withoutPage = async (name: string, options: object = {}) => {
  const { public_token: token } = await plaid.ask('/sandbox/public_token/create', {
    institution_id: await institutionId(name),
    initial_products: ['transactions'],
    options,
  })
  return plaid.exchange(token)
}

const failNext = (fault: object) =>
  plaid.sim('POST', '/__sim/fail-next', { endpoint: 'plaid/transactions/sync', ...fault })

test('an Item can be made without the page, and a bad password is refused', async () => {
  const item = await withoutPage('Happy Bank')
  expect(await plaid.accounts(item)).toHaveLength(2)
  const refused = await plaid.call('/sandbox/public_token/create', {
    institution_id: await institutionId('Happy Bank'),
    initial_products: ['transactions'],
    options: { override_username: 'user_good', override_password: 'error_ITEM_LOCKED' },
  })
  expect(refused.body.error_code).toBe('ITEM_LOCKED')
})

test('lines can be made for the person whose lines move, and near today only', async () => {
  const item = await withoutPage('Happy Bank', {
    override_username: 'user_transactions_dynamic',
    override_password: 'any',
  })
  const { next_cursor: cursor } = await plaid.sync(item)
  const today = (await plaid.sim('GET', '/__sim/clock')).now.slice(0, 10)
  const line = {
    date_transacted: today,
    date_posted: today,
    amount: 12.345,
    description: 'made',
  }
  const create = (more: object, { access } = item) =>
    plaid.call('/sandbox/transactions/create', {
      access_token: access,
      transactions: [{ ...line, ...more }],
    })
  expect((await create({})).status).toBe(200)
  const first = await plaid.pages(item, { cursor })
  expect(first.flatMap(({ added }: Json) => added).at(-1)).toMatchObject({
    amount: 12.345,
    date: today,
  })
  expect((await create({ date_posted: '2020-01-01' })).body.error_code).toBe('INVALID_FIELD')
  const other = await withoutPage('Happy Bank')
  expect((await create({}, other)).body.error_code).toBe('INVALID_FIELD')
})

test('the lines of the person whose lines move do so with every refresh', async () => {
  await plaid.bank('Moving Lines Bank')
  const item = await withoutPage('Moving Lines Bank', {
    override_username: 'user_transactions_dynamic',
  })
  const refresh = () => plaid.ask('/transactions/refresh', { access_token: item.access })
  await refresh()
  const { added, next_cursor: cursor } = await plaid.sync(item)
  expect(added).toMatchObject([{ pending: true, amount: 4.999 }])
  await refresh()
  const moved = await plaid.sync(item, { cursor })
  expect(moved.removed).toMatchObject([{ transaction_id: added[0].transaction_id }])
  expect(moved.added.find((row: Json) => !row.pending).pending_transaction_id).toBe(
    added[0].transaction_id,
  )
})

test.each([
  ['unlicensed', 'INVALID_PRODUCT'],
  ['unsupported', 'PRODUCTS_NOT_SUPPORTED'],
])('an %s refresh is refused, and reading goes on', async (refresh, code) => {
  const name = `Refreshless ${refresh}`
  await plaid.bank(name, { plaid: { refresh } })
  const item = await plaid.link(name)
  const answer = await plaid.call('/transactions/refresh', { access_token: item.access })
  expect(answer.body.error_code).toBe(code)
  await plaid.sync(item)
})

test('a bank that is down fails the refresh and keeps what is there', async () => {
  await plaid.bank('Down Bank', { accounts: [{ lines: [{ amount: '-1.00' }] }] })
  const item = await plaid.link('Down Bank')
  const { id } = await plaid.sim('PATCH', '/__sim/banks/Down%20Bank', { availability: 'readonly' })
  expect(id).toBeDefined()
  const answer = await plaid.call('/transactions/refresh', { access_token: item.access })
  expect(answer.body).toMatchObject({
    error_type: 'INSTITUTION_ERROR',
    error_code: 'INSTITUTION_DOWN',
  })
  expect((await plaid.sync(item)).added).toHaveLength(1)
  const { status } = await plaid.ask('/item/get', { access_token: item.access })
  expect(status.transactions.last_failed_update).not.toBeNull()
})

test('a refresh that takes its time shows when it is over', async () => {
  const made = await plaid.bank('Timed Bank', { syncMs: 5_000 })
  const item = await plaid.link('Timed Bank')
  await plaid.sim('POST', '/__sim/lines', {
    account: made.accounts[0].id,
    lines: [{ amount: '-1.00' }],
    seen: 'nextSynchronization',
  })
  await plaid.ask('/transactions/refresh', { access_token: item.access })
  expect((await plaid.sync(item)).added).toEqual([])
  await plaid.sim('POST', '/__sim/advance', { ms: 5_000 })
  expect((await plaid.sync(item)).added).toHaveLength(1)
})

test('a bank that forbids unattended reading says so', async () => {
  const item = await withoutPage('Manual Bank')
  const answer = await plaid.ask('/item/get', { access_token: item.access })
  expect(answer.item.update_type).toBe('user_present_required')
})

test('a removed Item is gone at once, and a changed token replaces the old one', async () => {
  const item = await plaid.link()
  const changed = await plaid.ask('/item/access_token/invalidate', { access_token: item.access })
  const old = await plaid.call('/item/get', { access_token: item.access })
  expect(old.body.error_code).toBe('INVALID_ACCESS_TOKEN')
  const access = { access_token: changed.new_access_token }
  await plaid.ask('/item/remove', access)
  expect((await plaid.call('/transactions/sync', access)).body.error_code).toBe('ITEM_NOT_FOUND')
  expect((await plaid.call('/item/remove', access)).body.error_code).toBe('ITEM_NOT_FOUND')
})

test.each([
  ['ITEM_LOGIN_REQUIRED/OAUTH_USER_REVOKED', 400, 'ITEM_ERROR'],
  ['INSTITUTION_NOT_RESPONDING', 400, 'INSTITUTION_ERROR'],
  ['TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION', 400, 'TRANSACTIONS_ERROR'],
  ['ITEM_GET_LIMIT', 429, 'RATE_LIMIT_EXCEEDED'],
  ['INTERNAL_SERVER_ERROR', 500, 'API_ERROR'],
  ['PLANNED_MAINTENANCE', 503, 'API_ERROR'],
  ['USER_PERMISSION_REVOKED', 400, 'INVALID_INPUT'],
])('the fault %s looks as Plaid writes it', async (code, status, type) => {
  const item = await plaid.link()
  await failNext({ code })
  const answer = await plaid.call('/transactions/sync', { access_token: item.access })
  const [plain, reason = null] = code.split('/')
  expect(answer.status).toBe(status)
  expect(answer.body).toMatchObject({
    error_type: type,
    error_code: plain,
    error_code_reason: reason,
  })
  await plaid.sync(item)
})

test('an answer can be cut, and an error can come without a body', async () => {
  const item = await plaid.link()
  const ask = () =>
    fetch(`${plaid.urls.plaid}/transactions/sync`, {
      method: 'POST',
      headers: { 'plaid-client-id': 'sandbox-client', 'plaid-secret': 'sandbox-secret' },
      body: JSON.stringify({ access_token: item.access }),
    }).then((answer) => answer.text())
  await failNext({ mode: 'truncate' })
  await expect(ask()).rejects.toThrow()
  await failNext({ status: 500, body: '' })
  expect(await ask()).toBe('')
})

test('balances are of the account, and unknown accounts are refused', async () => {
  const made = await plaid.bank('Balance Bank', {
    accounts: [
      { opening: '10.005', lines: [{ amount: '-3.00' }] },
      { subtype: 'card', opening: '-20.00' },
    ],
  })
  const item = await plaid.link('Balance Bank')
  expect(made.accounts).toHaveLength(2)
  const [checking, card] = await plaid.accounts(item)
  expect(checking).toMatchObject({
    type: 'depository',
    balances: { current: 7.005, iso_currency_code: 'EUR' },
  })
  expect(card).toMatchObject({ type: 'credit', balances: { current: 20, available: null } })
  const options = { account_ids: ['nobody'] }
  const wrong = { access_token: item.access, options }
  expect((await plaid.call('/accounts/balance/get', wrong)).body.error_code).toBe(
    'INVALID_ACCOUNT_ID',
  )
})

test('connections, cursors and keys survive a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plaid-'))
  const stateFile = join(folder, 'state.json')
  const before = await openPlaid({ stateFile })
  const item = await before.link('Happy Bank')
  const { next_cursor: cursor } = await before.sync(item, { count: 500 })
  const account = (await before.sim('GET', '/__sim/plaid/connections')).connections[0].accounts[0]
  const fired = await before.sim('POST', '/__sim/plaid/webhooks', {
    action: 'fire',
    code: 'DEFAULT_UPDATE',
  })
  await before.stop()
  const after = await openPlaid({ stateFile })
  expect((await after.sync(item, { cursor })).added).toEqual([])
  await after.sim('POST', '/__sim/lines', {
    account: account.account,
    lines: [{ amount: '-7.77' }],
  })
  const delta = await after.sync(item, { cursor })
  expect(delta.added.map(({ amount }: Json) => amount)).toEqual([7.77])
  const { kid } = JSON.parse(Buffer.from(fired.signature.split('.')[0], 'base64url').toString())
  await after.ask('/webhook_verification_key/get', { key_id: kid })
  await after.stop()
  rmSync(folder, { recursive: true })
})

test('what does not fit the description is found', async () => {
  const { conformance } = plaid
  const other = await openPlaid()
  const observed = {
    provider: 'plaid',
    direction: 'in',
    method: 'POST',
    path: '/transactions/sync',
    query: '',
    requestHeaders: {},
    requestBody: '{"access_token":"a","kursor":"b"}',
    status: 200,
    responseHeaders: {},
    responseBody: '{"added":[{"transaction_id":"t"}]}',
    faulty: false,
  } as const
  other.conformance.observe(observed)
  const problems = other.conformance.problems().join('\n')
  if (process.env['REFERENCE_DIR']) {
    expect(problems).toContain('TransactionsSyncRequest must NOT have additional properties')
    expect(problems).toContain("must have required property 'next_cursor'")
    expect(conformance.compared()).toBeGreaterThan(50)
  }
  await other.stop()
})
