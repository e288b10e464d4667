import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SaltEdge } from './client.ts'
import { openSaltEdge } from './client.ts'

let client: SaltEdge
beforeAll(async () => {
  client = await openSaltEdge()
})
afterAll(async () => {
  await client.stop()
})

const connectWith = async (change: object) => {
  const asked = { ...(await client.wish()), customer_id: await client.customer(), ...change }
  return (await client.call('POST', '/connections/connect', { data: asked })).refused
}

test('a person links a bank and comes back with the connection', async () => {
  const { id, customerId, accounts } = await client.link()
  expect(accounts.map(({ nature }) => nature)).toEqual(['account', 'savings'])
  expect(await client.connection(id)).toMatchObject({
    customer_id: customerId,
    provider_name: 'Happy Bank',
    status: 'active',
    last_attempt: { finished: true, user_present: true, custom_fields: { ref: 'a' } },
  })
})

test('a person who chooses the bank on the page logs in and ticks an account', async () => {
  const bank = await client.newBank()
  const { accounts } = await client.sim('GET', `/__sim/banks/${bank}`)
  const { connect_url: url } = await client.invite(null)
  const choice = await (await fetch(`${url}&search=${bank.slice(0, 8)}`)).text()
  expect(choice).toContain(await client.codeOf(bank))
  await client.submit(url, [['provider', await client.codeOf(bank)]])
  const { location } = await client.submit(url, [
    ['decision', 'login'],
    ['login', 'username'],
    ['password', 'secret'],
    ['accounts', accounts[0].id],
  ])
  const id = location?.searchParams.get('connection_id') ?? ''
  expect(location?.searchParams.get('state')).toBe('opaque')
  expect(await client.accounts(id)).toHaveLength(1)
})

test.each([
  ['wrong-password', 'InvalidCredentials'],
  ['deny', 'ProviderAccessNotGranted'],
  ['timeout', 'ExecutionTimeout'],
])('a person who presses %s comes back with %s', async (decision, errorClass) => {
  const bank = await client.newBank()
  const { connect_url: url } = await client.invite(bank)
  const sent = await client.press(url, decision)
  expect(sent?.searchParams.get('error_class')).toBe(errorClass)
  expect(sent?.searchParams.has('connection_id')).toBe(false)
  expect((await fetch(url)).status).toBe(410)
})

test('a wrong password leaves a connection that never worked', async () => {
  const bank = await client.newBank()
  const { connect_url: url, customer_id: id } = await client.invite(bank)
  await client.submit(url, [
    ['decision', 'login'],
    ['login', 'username'],
    ['password', 'guess'],
  ])
  const [connection] = await client.ok('GET', `/connections?customer_id=${id}`)
  expect(connection).toMatchObject({
    status: 'inactive',
    next_refresh_possible_at: null,
    last_attempt: { fail_error_class: 'InvalidCredentials', success_at: null },
  })
})

test('a closed tab changes nothing and the page works until it expires', async () => {
  const bank = await client.newBank()
  const { connect_url: url, customer_id: id } = await client.invite(bank)
  expect(await client.press(url, 'close')).toBeNull()
  expect(await client.ok('GET', `/connections?customer_id=${id}`)).toEqual([])
  expect((await fetch(url)).status).toBe(200)
  await client.advance(61)
  expect((await fetch(url)).status).toBe(410)
})

test('the same login at the same bank is a duplicate, another login is not', async () => {
  const bank = await client.newBank()
  const identifier = 'twice'
  const { id } = await client.link(bank, { identifier })
  const { connect_url: url } = await client.invite(bank, { identifier })
  const sent = await client.press(url, 'ok')
  expect(sent?.searchParams.get('error_class')).toBe('ConnectionDuplicated')
  const { connect_url: other } = await client.invite(bank, { identifier })
  const { location } = await client.submit(other, [
    ['decision', 'login'],
    ['login', 'username2'],
    ['password', 'secret'],
  ])
  expect(location?.searchParams.get('connection_id')).not.toBe(id)
})

test('the connection can be missing on return', async () => {
  const bank = await client.newBank({ hidesConnectionId: true })
  const { connect_url: url } = await client.invite(bank)
  const sent = await client.press(url, 'ok')
  expect([...(sent?.searchParams.keys() ?? [])]).toEqual(['state'])
})

test.each([
  ['WrongRequestFormat', { consent: { scopes: ['account_details'], from_date: '2026-01-01' } }],
  ['WrongRequestFormat', { consent: { scopes: ['accounts'] } }],
  ['WrongRequestFormat', { attempt: { fetch_scopes: ['transactions_details'] } }],
  ['WrongRequestFormat', { provider_code: 'a_bank_be' }],
  ['CustomFieldsSizeTooBig', { attempt: { custom_fields: { text: 'x'.repeat(1100) } } }],
  ['CustomFieldsFormatInvalid', { attempt: { custom_fields: 'text' } }],
  ['ReturnURLTooLong', { attempt: { return_to: `https://a.example/${'x'.repeat(2040)}` } }],
  ['ReturnURLInvalid', { attempt: { return_to: 'nowhere' } }],
  ['CustomerNotFound', { customer_id: '1' }],
  ['ProviderNotFound', { provider: { code: 'no_such_bank' } }],
])('a request for a page is refused as %s', async (errorClass, change) => {
  expect(await connectWith(change)).toBe(errorClass)
})

test('a consent is not longer than the bank allows', async () => {
  const code = await client.codeOf(await client.newBank({}, { consentDays: 1 }))
  const consent = { ...(await client.consent()), period_days: 2 }
  expect(await connectWith({ consent, provider: { code } })).toBe('InvalidAispConsentPeriod')
})

test('a code is asked on the page, and a wrong or late one ends the attempt', async () => {
  const bank = await client.newBank({ interactive: true })
  const right = await client.invite(bank)
  expect(
    (await client.press(right.connect_url, 'ok', 'ok'))?.searchParams.has('connection_id'),
  ).toBe(true)
  const wrong = await client.invite(bank)
  const sent = await client.press(wrong.connect_url, 'ok', 'wrong-code')
  expect(sent?.searchParams.get('error_class')).toBe('InvalidInteractiveCredentials')
  const late = await client.invite(bank)
  await client.press(late.connect_url, 'ok')
  const [waiting] = await client.ok('GET', `/connections?customer_id=${late.customer_id}`)
  expect(waiting.last_attempt).toMatchObject({
    finished: false,
    last_stage: { name: 'interactive', interactive_fields_names: ['sms'] },
  })
  await client.advance(9)
  expect((await client.connection(waiting.id)).last_attempt.fail_error_class).toBe(
    'InteractiveTimeout',
  )
})

test('at a bank with a page of its own nothing is typed', async () => {
  const bank = await client.newBank({ mode: 'oauth' })
  const { connect_url: url } = await client.invite(bank)
  expect(await (await fetch(url)).text()).not.toContain('type="password"')
  expect((await client.press(url, 'login'))?.searchParams.has('connection_id')).toBe(true)
})

test('a consent ends, nothing can be read, and a reconnect keeps the connection and its ids', async () => {
  const bank = await client.newBank({}, { consentDays: 1 })
  const linked = await client.link(bank)
  const before = await client.transactions(linked)
  await client.advance(25 * 60)
  const [consent] = await client.ok('GET', `/consents?connection_id=${linked.id}`)
  expect(consent.status).toBe('expired')
  expect((await client.background(linked.id)).refused).toBe('ConsentExpired')
  const reading = await client.call('GET', `/accounts?connection_id=${linked.id}`)
  expect(reading.refused).toBe('ConsentExpired')
  const data = await client.wish()
  const { connect_url: url } = await client.ok('POST', `/connections/${linked.id}/reconnect`, data)
  expect((await client.press(url, 'ok'))?.searchParams.get('connection_id')).toBe(linked.id)
  const consents = await client.ok('GET', `/consents?connection_id=${linked.id}`)
  expect(consents.map(({ status }: { status: string }) => status)).toEqual(['expired', 'active'])
  expect(await client.transactions(linked)).toEqual(before)
})

test('a reconnect that is abandoned half-way changes nothing', async () => {
  const bank = await client.newBank({ interactive: true })
  const { id } = await client.link(bank)
  const { last_consent_id: before } = await client.connection(id)
  const data = await client.wish()
  const { connect_url: url } = await client.ok('POST', `/connections/${id}/reconnect`, data)
  await client.press(url, 'ok', 'close')
  expect((await client.connection(id)).last_consent_id).toBe(before)
})

test('a consent taken away at the provider and a removed connection are told apart', async () => {
  const linked = await client.link(await client.newBank({ aispClasses: true }))
  const query = `?connection_id=${linked.id}`
  await client.sim('POST', '/__sim/saltedge/drop', { what: 'consent', connection: linked.id })
  expect((await client.call('GET', `/accounts${query}`)).refused).toBe('AispConsentRevoked')
  expect(await client.ok('DELETE', `/connections/${linked.id}`)).toEqual({
    id: linked.id,
    removed: true,
  })
  expect((await client.call('GET', `/connections/${linked.id}`)).refused).toBe('ConnectionNotFound')
  expect((await client.call('DELETE', `/connections/${linked.id}`)).status).toBe(404)
})

test('an account taken away at the provider is no longer listed', async () => {
  const linked = await client.link(await client.newBank())
  const [account] = linked.accounts
  await client.sim('POST', '/__sim/saltedge/drop', { what: 'account', account: account.id })
  expect(await client.accounts(linked.id)).toHaveLength(1)
  const query = `?connection_id=${linked.id}&account_id=${account.id}`
  expect((await client.call('GET', `/transactions${query}`)).refused).toBe('AccountNotFound')
})

test('nothing on the wire was otherwise than described', () => {
  expect(client.conformance.problems()).toEqual([])
})
