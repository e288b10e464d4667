import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Json } from '../client.ts'
import { eventually } from '../../support/eventually.ts'
import type { Listener } from '../listener.ts'
import { openListener } from '../listener.ts'
import type { PlaidClient } from './client.ts'
import { openPlaid } from './client.ts'
import { refusalOf } from './verify.ts'

let plaid: PlaidClient
/** How the next events are answered, before all others are taken. */
const refusals: number[] = []
const listener = await openListener(() => refusals.shift() ?? 200)

beforeAll(async () => {
  plaid = await openPlaid({ webhookUrls: { plaid: `${listener.url}/hooks/plaid` } })
})
afterAll(async () => {
  await plaid.stop()
  await listener.stop()
  expect(plaid.conformance.problems()).toEqual([])
})
beforeEach(async () => {
  await settled()
  listener.forget()
})

const act = (action: string, more: object = {}): Promise<Json> =>
  plaid.sim('POST', '/__sim/plaid/webhooks', { action, ...more })

/** Everything that was in line has arrived; the answer comes after the last of it. */
const settled = () => act('release')

const codesAt = ({ received }: Listener): string[] =>
  received.map(({ body }) => JSON.parse(body).webhook_code)

const codes = async () => {
  await settled()
  return codesAt(listener)
}

const bodies = () => listener.received.map(({ body }) => JSON.parse(body))

const linked = async (bank = 'Happy Bank', more = {}) => {
  const made = await plaid.link(bank, more)
  await plaid.sync(made)
  await settled()
  listener.forget()
  return made
}

const fire = async (flaws = {}) => {
  const { itemId } = await linked()
  await act('fire', {
    type: 'ITEM',
    code: 'LOGIN_REPAIRED',
    connection: itemId,
    flaws,
  })
  return listener.received[0]!
}

test('an event is signed over its raw body, which is indented', async () => {
  const received = await fire()
  expect(await refusalOf(plaid, received)).toBeNull()
  expect(received.body).toBe(JSON.stringify(JSON.parse(received.body), null, 2))
})

test.each([
  ['algorithm', { algorithm: 'HS256' }],
  ['kid', { unknownKid: true }],
  ['signature', { foreignKey: true }],
  ['time', { ageSeconds: 400 }],
  ['digest', { alteredBody: true }],
])('an event with a wrong %s can be sent on purpose', async (reason, flaws) => {
  expect(await refusalOf(plaid, await fire(flaws))).toBe(reason)
})

test('after a rotation a new key signs, and the old ones end unless they are kept', async () => {
  const before = await fire()
  await act('rotate', { keepOld: true })
  expect(await refusalOf(plaid, before)).toBeNull()
  listener.forget()
  const after = await fire()
  const kid = (each: typeof before) => String(each.headers['plaid-verification']).split('.')[0]
  expect(kid(after)).not.toBe(kid(before))
  await act('rotate', { keepOld: false })
  expect(await refusalOf(plaid, before)).toBe('expired key')
  expect(await refusalOf(plaid, await fire())).toBeNull()
})

test('a visit of the page is told by its link token only', async () => {
  const { link_token: token, hosted_link_url: url } = await plaid.newLink()
  await plaid.approve(url, await plaid.logIn(url, 'Happy Bank'))
  expect((await codes()).slice(0, 3)).toEqual(['ITEM_ADD_RESULT', 'EVENTS', 'SESSION_FINISHED'])
  const told = bodies().slice(0, 3)
  expect(told.every((body) => body.link_token === token && body.item_id === undefined)).toBe(true)
  expect(told[2]).toMatchObject({ status: 'SUCCESS' })
  listener.forget()
  const { hosted_link_url: other } = await plaid.newLink()
  await plaid.submit(other, [['decision', 'deny']])
  expect(await codes()).toEqual(['EVENTS', 'SESSION_FINISHED'])
  expect(bodies()[1]).toMatchObject({ status: 'EXITED', public_tokens: [] })
})

test('news is announced only after a first read', async () => {
  const made = await plaid.bank('News Bank')
  const account = made.accounts[0].id
  const add = () =>
    plaid.sim('POST', '/__sim/lines', { account, lines: [{ amount: '-1.00' }], seen: 'announced' })
  const item = await plaid.link('News Bank')
  await settled()
  listener.forget()
  await add()
  expect(await codes()).toEqual([])
  await plaid.sync(item)
  await add()
  expect(await codes()).toEqual(['SYNC_UPDATES_AVAILABLE', 'DEFAULT_UPDATE'])
  expect(bodies()[0]).toMatchObject({ item_id: item.itemId, historical_update_complete: true })
})

test('a refresh shows what the bank has and says so; without news it is silent', async () => {
  const made = await plaid.bank('Refresh Bank')
  const account = made.accounts[0].id
  const item = await linked('Refresh Bank')
  const { next_cursor: cursor } = await plaid.sync(item)
  await plaid.sim('POST', '/__sim/lines', {
    account,
    lines: [{ amount: '-1.00' }],
    seen: 'nextSynchronization',
  })
  expect((await plaid.sync(item, { cursor })).added).toEqual([])
  await plaid.ask('/transactions/refresh', { access_token: item.access })
  expect(await codes()).toContain('SYNC_UPDATES_AVAILABLE')
  expect((await plaid.sync(item, { cursor })).added).toHaveLength(1)
  listener.forget()
  await plaid.ask('/transactions/refresh', { access_token: item.access })
  expect(await codes()).toEqual([])
  const third = await plaid.call('/transactions/refresh', { access_token: item.access })
  expect(third.body.error_code).toBe('TRANSACTIONS_REFRESH_LIMIT')
})

test('Plaid reads by itself every six hours', async () => {
  const made = await plaid.bank('Own Run Bank')
  const account = made.accounts[0].id
  const item = await linked('Own Run Bank')
  const { next_cursor: cursor } = await plaid.sync(item)
  await plaid.sim('POST', '/__sim/lines', {
    account,
    lines: [{ amount: '-1.00' }],
    seen: 'nextSynchronization',
  })
  await plaid.sim('POST', '/__sim/advance', { ms: 6 * 3_600_000 })
  expect(await codes()).toContain('SYNC_UPDATES_AVAILABLE')
  expect((await plaid.sync(item, { cursor })).added).toHaveLength(1)
})

test('the end of the first reading is told in both of its phases', async () => {
  await plaid.bank('Phases Bank', { plaid: { initialAfterMs: 1_000, historicalAfterMs: 9_000 } })
  await linked('Phases Bank')
  await plaid.sim('POST', '/__sim/advance', { ms: 2_000 })
  expect(await codes()).toEqual(['INITIAL_UPDATE', 'SYNC_UPDATES_AVAILABLE'])
  expect(bodies()[1]).toMatchObject({
    initial_update_complete: true,
    historical_update_complete: false,
  })
  listener.forget()
  await plaid.sim('POST', '/__sim/advance', { ms: 9_000 })
  expect(await codes()).toEqual(['HISTORICAL_UPDATE', 'SYNC_UPDATES_AVAILABLE'])
})

test('a consent is warned of a week before its end, then the Item asks for the person', async () => {
  await plaid.bank('Ending Bank', { consentDays: 10 })
  const item = await linked('Ending Bank')
  const day = 86_400_000
  await plaid.sim('POST', '/__sim/advance', { ms: 3 * day + 1000 })
  expect(await codes()).toContain('PENDING_EXPIRATION')
  listener.forget()
  await plaid.sim('POST', '/__sim/advance', { ms: 7 * day })
  expect(await codes()).toContain('ERROR')
  const read = await plaid.call('/transactions/sync', { access_token: item.access })
  expect(read.body).toMatchObject({
    error_code: 'ITEM_LOGIN_REQUIRED',
    error_code_reason: 'OAUTH_CONSENT_EXPIRED',
  })
  const { item: told } = await plaid.ask('/item/get', { access_token: item.access })
  expect(told.error.error_code).toBe('ITEM_LOGIN_REQUIRED')
})

test('in America a consent has no end, and a disconnection is told with its reason', async () => {
  await plaid.bank('American Bank', { country: 'US' })
  const item = await linked('American Bank', { country_codes: ['US'] })
  const { item: told } = await plaid.ask('/item/get', { access_token: item.access })
  expect(told.consent_expiration_time).toBeNull()
  const now = Date.parse((await plaid.sim('GET', '/__sim/clock')).now)
  await plaid.sim('PATCH', `/__sim/plaid/connections/${item.itemId}`, {
    consentExpiresAt: new Date(now + 6 * 86_400_000).toISOString(),
  })
  await plaid.sim('POST', '/__sim/advance', { ms: 1 })
  expect(await codes()).toEqual(['PENDING_DISCONNECT'])
})

test('a login that the person repaired elsewhere is told without a flow of ours', async () => {
  const item = await linked()
  await plaid.ask('/sandbox/item/reset_login', { access_token: item.access })
  await plaid.sim('PATCH', `/__sim/plaid/connections/${item.itemId}`, { repaired: true })
  expect(await codes()).toEqual(['ERROR', 'LOGIN_REPAIRED'])
  await plaid.sync(item)
})

test('what is taken away is told and gone', async () => {
  const item = await linked()
  const [first] = await plaid.accounts(item)
  const drop = (body: object) => plaid.sim('POST', '/__sim/plaid/drop', body)
  await drop({ what: 'account', account: first.account_id })
  expect(await plaid.accounts(item)).toHaveLength(1)
  await drop({ what: 'consent', connection: item.itemId })
  await drop({ what: 'connection', connection: item.itemId })
  expect(await codes()).toEqual(['USER_ACCOUNT_REVOKED', 'ERROR', 'USER_PERMISSION_REVOKED'])
  const read = await plaid.call('/item/get', { access_token: item.access })
  expect(read.body.error_code).toBe('ITEM_NOT_FOUND')
})

test('an event that is refused comes again after 30 seconds, then after four times that', async () => {
  const item = await linked()
  refusals.push(500, 500)
  await plaid.ask('/sandbox/item/fire_webhook', {
    access_token: item.access,
    webhook_code: 'LOGIN_REPAIRED',
  })
  expect(await codes()).toHaveLength(1)
  await plaid.sim('POST', '/__sim/advance', { ms: 29_000 })
  expect(await codes()).toHaveLength(1)
  await plaid.sim('POST', '/__sim/advance', { ms: 2_000 })
  await eventually('the second try', () => listener.received.length === 2)
  await settled()
  await plaid.sim('POST', '/__sim/advance', { ms: 119_000 })
  expect(await codes()).toHaveLength(2)
  await plaid.sim('POST', '/__sim/advance', { ms: 3_000 })
  await eventually('the third try', () => listener.received.length === 3)
  expect(await refusalOf(plaid, listener.received[2]!)).toBeNull()
  await settled()
  await plaid.sim('POST', '/__sim/advance', { ms: 3_600_000 })
  expect(listener.received.filter(({ body }) => body.includes('LOGIN_REPAIRED'))).toHaveLength(3)
})

test('events can be held back, turned round, doubled and spoiled', async () => {
  const item = await linked()
  await act('hold')
  for (const code of ['LOGIN_REPAIRED', 'NEW_ACCOUNTS_AVAILABLE'])
    await plaid.ask('/sandbox/item/fire_webhook', { access_token: item.access, webhook_code: code })
  expect(listener.received).toEqual([])
  await act('release', { reversed: true })
  expect(codesAt(listener)).toEqual(['NEW_ACCOUNTS_AVAILABLE', 'LOGIN_REPAIRED'])
  const { events } = await plaid.sim('GET', '/__sim/plaid/webhooks')
  await act('repeat', { id: events.at(-1).id })
  expect(codesAt(listener)).toHaveLength(3)
  await act('corrupt', { flaws: { alteredBody: true } })
  const access = { access_token: item.access }
  const fired = { ...access, webhook_code: 'LOGIN_REPAIRED' }
  await plaid.ask('/sandbox/item/fire_webhook', fired)
  await plaid.ask('/sandbox/item/fire_webhook', fired)
  await settled()
  expect(await refusalOf(plaid, listener.received[3]!)).toBe('digest')
  expect(await refusalOf(plaid, listener.received[4]!)).toBeNull()
})

test.each([
  'DEFAULT_UPDATE',
  'NEW_ACCOUNTS_AVAILABLE',
  'USER_PERMISSION_REVOKED',
  'USER_ACCOUNT_REVOKED',
  'PENDING_DISCONNECT',
  'RECURRING_TRANSACTIONS_UPDATE',
  'LOGIN_REPAIRED',
  'SYNC_UPDATES_AVAILABLE',
  'ERROR',
])('%s can be fired as in the own sandbox of Plaid', async (code) => {
  const item = await linked()
  await plaid.ask('/sandbox/item/fire_webhook', { access_token: item.access, webhook_code: code })
  expect(await codes()).toEqual([code])
})

test('a new address of an Item is acknowledged, and no stranger is ever called', async () => {
  const own = await openListener()
  const alone = await openPlaid()
  const item = await alone.link('Happy Bank', { webhook: 'https://elsewhere.example/hook' })
  await alone.ask('/item/webhook/update', {
    access_token: item.access,
    webhook: `${own.url}/hooks/plaid`,
  })
  await alone.sim('POST', '/__sim/plaid/webhooks', { action: 'release' })
  expect(codesAt(own)).toEqual(['WEBHOOK_UPDATE_ACKNOWLEDGED'])
  const { events } = await alone.sim('GET', '/__sim/plaid/webhooks')
  expect(events.filter(({ url }: Json) => url !== null)).toHaveLength(1)
  await alone.stop()
  await own.stop()
  expect(alone.conformance.problems()).toEqual([])
})
