import { sign } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Json } from '../client.ts'
import type { SaltEdge } from './client.ts'
import { openSaltEdge } from './client.ts'

let client: SaltEdge
beforeAll(async () => {
  client = await openSaltEdge()
})
afterAll(async () => {
  await client.stop()
})

const soon = (seconds: number) => String(Math.floor(Date.now() / 1000) + seconds)

const signature = (url: string, expiresAt: string): string => {
  const text = Buffer.from(`${expiresAt}|GET|${url}|`)
  return sign('RSA-SHA256', text, client.keys.clientPrivateKey).toString('base64')
}

const refusedWith = async (headers: Record<string, string>) =>
  (await client.call('GET', '/countries', { headers })).refused

test.each([
  ['AppIdNotProvided', { 'app-id': '' }],
  ['SecretNotProvided', { secret: '' }],
  ['ApiKeyNotFound', { secret: 'another' }],
  ['MissingExpiresAt', { 'expires-at': '' }],
  ['RequestExpired', { 'expires-at': soon(-5) }],
  ['ExpiresAtInvalid', { 'expires-at': soon(3700) }],
  ['ExpiresAtInvalid', { 'expires-at': `${soon(60)}.5` }],
  ['MissingSignature', { signature: '' }],
  ['SignatureNotMatch', { signature: 'bm90aGluZw==' }],
])('a call is refused as %s', async (errorClass, headers) => {
  expect(await refusedWith(headers as Record<string, string>)).toBe(errorClass)
})

test('the signature covers the query exactly as it was sent', async () => {
  const expiresAt = soon(60)
  const url = `${client.urls.saltedge}/api/v6/countries`
  const signed = { 'expires-at': expiresAt, signature: signature(url, expiresAt) }
  expect((await client.call('GET', '/countries', { headers: signed })).status).toBe(200)
  const other = await client.call('GET', '/countries?include_sandboxes=true', { headers: signed })
  expect(other.refused).toBe('SignatureNotMatch')
})

test('signatures are not looked at once the switch is off, and a client without a key is told', async () => {
  const unsigned = { signature: '', 'expires-at': '' }
  await client.sim('PATCH', '/__sim/saltedge/settings', { checkSignatures: false })
  expect(await refusedWith(unsigned)).toBeUndefined()
  await client.sim('PATCH', '/__sim/saltedge/settings', {
    checkSignatures: true,
    clientPublicKey: 'no key at all',
  })
  expect(await refusedWith({})).toBe('PublicKeyNotProvided')
  await client.sim('PATCH', '/__sim/saltedge/settings', { clientPublicKey: null })
  expect(await refusedWith({})).toBeUndefined()
})

test('keys stay the same over a reset', async () => {
  await client.sim('POST', '/__sim/reset')
  expect(await client.sim('GET', '/__sim/saltedge/keys')).toEqual(client.keys)
})

test('a route that does not exist and an error on purpose come in the same envelope', async () => {
  const none = await client.call('PUT', '/connections/1/interactive', { data: {} })
  expect(none).toMatchObject({ status: 404, refused: 'RouteNotFound' })
  await client.sim('POST', '/__sim/fail-next', {
    endpoint: 'saltedge/countries',
    code: 'ClientPending',
  })
  expect(await client.call('GET', '/countries')).toMatchObject({
    status: 400,
    refused: 'ClientPending',
  })
  await client.sim('POST', '/__sim/fail-next', {
    endpoint: 'saltedge/countries',
    status: 400,
    body: { error: 'pending' },
  })
  expect((await client.call('GET', '/countries')).body).toEqual({ error: 'pending' })
})

test('a customer exists once', async () => {
  const first = await client.call('POST', '/customers', { data: { identifier: 'once' } })
  const again = await client.call('POST', '/customers', { data: { identifier: 'once' } })
  expect(again).toMatchObject({ status: 409, refused: 'DuplicatedCustomer' })
  const [found] = await client.ok('GET', '/customers?identifier=once')
  expect(found.customer_id).toBe(first.body.data.customer_id)
  expect(BigInt(found.customer_id)).toBeGreaterThan(2n ** 53n)
  await client.customer('another')
  const fromHere = await client.ok('GET', `/customers?from_id=${found.customer_id}`)
  expect(fromHere.map(({ identifier }: Json) => identifier)).toEqual(['once', 'another'])
})

test('institutions are read page by page and found by their code', async () => {
  const first = await client.call('GET', '/providers?per_page=7')
  expect(first.body.data).toHaveLength(7)
  const all = await client.rows('/providers?per_page=100')
  expect(new Set(all.map(({ code }) => code)).size).toBe(all.length)
  expect(all.slice(0, 7)).toEqual(first.body.data)
  const code = await client.codeOf('Happy Bank')
  expect(await client.ok('GET', `/providers/${code}`)).toMatchObject({ code, name: 'Happy Bank' })
  const belgian = await client.rows('/providers?country_code=BE&per_page=1000')
  expect(new Set(belgian.map(({ country_code: country }) => country))).toEqual(new Set(['BE']))
  expect((await client.call('GET', '/providers?per_page=1001')).refused).toBe('ValueOutOfRange')
})

test('a disabled institution disappears from the list and cannot be linked', async () => {
  const bank = await client.newBank({ status: 'disabled' })
  const code = await client.codeOf(bank)
  const codes = (await client.rows('/providers?per_page=1000')).map((each) => each.code)
  expect(codes).not.toContain(code)
  const asked = {
    ...(await client.wish()),
    customer_id: await client.customer(),
    provider: { code },
  }
  const { refused } = await client.call('POST', '/connections/connect', { data: asked })
  expect(refused).toBe('ProviderDisabled')
})

test('nothing on the wire was otherwise than described', () => {
  expect(client.conformance.problems()).toEqual([])
  expect(client.conformance.count()).toBeGreaterThan(20)
})
