import { verify } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Received } from '../listener.ts'
import { openListener } from '../listener.ts'
import type { SaltEdge } from './client.ts'
import { openSaltEdge } from './client.ts'

let client: SaltEdge
const listener = await openListener()
const { received } = listener
const hook = `${listener.url}/hooks/saltedge`
beforeAll(async () => {
  client = await openSaltEdge({ webhookUrls: { saltedge: hook } })
})
afterAll(async () => {
  await client.stop()
  await listener.stop()
})

const sim = (wish: object) => client.sim('POST', '/__sim/saltedge/webhooks', wish)
/** The list is answered once every callback before it was sent. */
const quiet = () => client.sim('GET', '/__sim/saltedge/webhooks')
beforeEach(async () => {
  await quiet()
  listener.forget()
})

const typeOf = ({ path }: Received): string => path.split('/').at(-1) ?? ''

/** Whether an event is signed for an address; the one it came to, unless another one was configured. */
const isTrusted = (event: Received, url = `${hook}/${typeOf(event)}`): boolean =>
  verify(
    'RSA-SHA256',
    Buffer.from(`${url}|${event.body}`),
    client.keys.callbackPublicKey,
    Buffer.from(String(event.headers['signature']), 'base64'),
  )

const typesSeen = async () => {
  await quiet()
  return received.map(typeOf)
}

test('an attempt tells its stages and its success, each at the address of its type', async () => {
  const { id, customerId } = await client.link(await client.newBank())
  const stages = ['notify', 'notify', 'notify', 'notify', 'notify', 'notify']
  expect(await typesSeen()).toEqual([...stages, 'success'])
  const last = received.at(-1)!
  expect(isTrusted(last)).toBe(true)
  const { data, meta } = JSON.parse(last.body)
  expect(data).toEqual({
    connection_id: id,
    customer_id: customerId,
    custom_fields: { ref: 'a' },
    stage: 'finish',
  })
  expect(meta.version).toBe('6')
  expect(Math.abs(Date.parse(meta.time) - Date.now())).toBeLessThan(60_000)
})

test('the time of a callback is that of the wall, however far the clock was moved', async () => {
  await client.advance(60 * 24 * 30)
  await client.link(await client.newBank())
  await quiet()
  const { meta } = JSON.parse(received[0]!.body)
  expect(Math.abs(Date.parse(meta.time) - Date.now())).toBeLessThan(60_000)
})

test('a failed attempt tells its class, and a denial has no connection to tell', async () => {
  const bank = await client.newBank()
  const { connect_url: url } = await client.invite(bank)
  await client.press(url, 'wrong-password')
  await quiet()
  const failed = JSON.parse(received.at(-1)!.body).data
  expect(failed).toMatchObject({
    error_class: 'InvalidCredentials',
    error_message: 'Invalid credentials.',
  })
  expect(failed.connection_id).toMatch(/^\d+$/)
  const { connect_url: other } = await client.invite(bank)
  await client.press(other, 'deny')
  await quiet()
  const denied = JSON.parse(received.at(-1)!.body).data
  expect(denied).toMatchObject({
    error_class: 'ProviderAccessNotGranted',
    custom_fields: { ref: 'a' },
  })
  expect(denied.connection_id).toBeUndefined()
})

test('new lines are announced by a refresh of the provider itself', async () => {
  const linked = await client.link(await client.newBank())
  const before = await client.transactions(linked)
  await quiet()
  listener.forget()
  const { connections } = await client.sim('GET', '/__sim/saltedge/connections')
  const { account } = connections.find(({ id }: { id: string }) => id === linked.id).accounts[0]
  const lines = [{ amount: '5.00' }]
  await client.sim('POST', '/__sim/lines', { account, lines, seen: 'announced' })
  expect((await typesSeen()).at(-1)).toBe('success')
  expect(await client.transactions(linked)).toHaveLength(before.length + 1)
})

test('a removed connection is told, whoever removed it', async () => {
  const [one, other] = [
    await client.link(await client.newBank()),
    await client.link(await client.newBank()),
  ]
  await quiet()
  listener.forget()
  await client.ok('DELETE', `/connections/${one.id}`)
  await client.sim('POST', '/__sim/saltedge/drop', { what: 'connection', connection: other.id })
  await quiet()
  expect(received.map(({ body }) => JSON.parse(body).data.connection_id)).toEqual([
    one.id,
    other.id,
  ])
  expect(await typesSeen()).toEqual(['destroy', 'destroy'])
})

test.each([
  [{ alteredBody: true }],
  [{ foreignKey: true }],
  [{ bodyOnly: true }],
  [{ algorithm: 'RSA-SHA1' }],
  [{ signedUrl: 'https://elsewhere.example/success' }],
])('a callback with %j is not to be trusted', async (flaws) => {
  await sim({ action: 'fire', type: 'success', flaws })
  expect(received).toHaveLength(1)
  expect(isTrusted(received[0]!)).toBe(false)
})

test('a callback can be old, of another key version, or about a connection that does not exist', async () => {
  await sim({ action: 'fire', type: 'success', flaws: { ageSeconds: 600 } })
  await sim({ action: 'fire', type: 'success', flaws: { keyVersion: '5.0' } })
  await sim({ action: 'fire', type: 'success', connection: '809999999999999999' })
  await sim({ action: 'corrupt' })
  const [old, versioned, early, corrupt] = received
  expect(Date.now() - Date.parse(JSON.parse(old!.body).meta.time)).toBeGreaterThan(590_000)
  expect(versioned!.headers['signature-key-version']).toBe('5.0')
  expect(JSON.parse(early!.body).data.connection_id).toBe('809999999999999999')
  expect([old, versioned, early, corrupt].map((each) => isTrusted(each!))).toEqual([
    true,
    true,
    true,
    false,
  ])
})

test('callbacks are kept back, let go in reverse, and repeated', async () => {
  await sim({ action: 'hold' })
  await client.link(await client.newBank())
  expect(received).toEqual([])
  const { released } = await sim({ action: 'release', reversed: true })
  expect(released).toBe(7)
  expect((await typesSeen())[0]).toBe('success')
  const { events } = await quiet()
  const [first] = received
  await sim({ action: 'repeat', id: events.at(-1).id })
  expect(received.at(-1)).toEqual(first)
})

test('a type can have an address of its own, which is what is signed', async () => {
  const url = `${hook.replace('saltedge', 'elsewhere')}/success`
  await client.sim('PATCH', '/__sim/saltedge/settings', { callbackUrls: { success: url } })
  await sim({ action: 'fire', type: 'success' })
  expect(isTrusted(received[0]!, url)).toBe(true)
  await client.sim('PATCH', '/__sim/saltedge/settings', { callbackUrls: {} })
})

test('nothing on the wire was otherwise than described', () => {
  expect(client.conformance.problems()).toEqual([])
})
