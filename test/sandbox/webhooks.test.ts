import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Client, Json } from './client.ts'
import { openClient } from './client.ts'
import type { Received } from './listener.ts'
import { openListener } from './listener.ts'
import { hasReference, referenceFolder } from './reference.ts'
import { refusalOf } from './verify-webhook.ts'

let client: Client
const listener = await openListener()
const { received } = listener

const signatureOf = ({ headers }: Received): string => String(headers['signature'])

beforeAll(async () => {
  client = await openClient({ webhookUrl: `${listener.url}/hook` })
})
afterAll(async () => {
  await client.stop()
  await listener.stop()
})
beforeEach(async () => {
  await quiet()
  listener.forget()
})

/** A rotation waits for nothing, an event for all before it: when it is answered, the line is empty. */
const quiet = () => client.sim('POST', '/__sim/webhooks', { action: 'release' })

const keys = async (): Promise<Json[]> => (await client.call(null, '/webhooks/keys')).body.keys

const verdict = async (event: Received) =>
  refusalOf(event.body, signatureOf(event), {
    keys: await keys(),
    audience: 'sandbox-application',
    nowSeconds: Date.now() / 1000,
  })

const typesSeen = async () => {
  await quiet()
  return received.map(({ body }) => JSON.parse(body).data.type)
}

const fire = async (flaws = {}) => {
  await client.link()
  await quiet()
  listener.forget()
  await client.sim('POST', '/__sim/webhooks', {
    action: 'fire',
    type: 'account.transactionsCreated',
    attributes: { count: 3 },
    flaws,
  })
  return received[0]!
}

test('an event is signed so that a receiver can trust it', async () => {
  expect(await verdict(await fire())).toBeNull()
})

test.each([
  ['audience', { audience: 'somebody-else' }],
  ['issuer', { issuer: 'https://evil.example' }],
  ['time', { ageSeconds: 200 }],
  ['digest', { alteredBody: true }],
  ['signature', { foreignKey: true }],
  ['kid', { unknownKid: true }],
  ['algorithm', { algorithm: 'none' }],
])('an event with a wrong %s can be sent on purpose', async (reason, flaws) => {
  expect(await verdict(await fire(flaws))).toBe(reason)
})

test('a link, a synchronization and a loss are announced', async () => {
  const { access } = await client.link('Twins Bank')
  const [account] = await client.accounts(access)
  expect(await typesSeen()).toEqual([
    'pontoConnect.integration.created',
    'pontoConnect.synchronization.succeededWithoutChange',
    'pontoConnect.integration.accountAdded',
  ])
  listener.forget()
  await client.sim('POST', '/__sim/lines', { account: account.id, lines: [{ amount: '5.00' }] })
  await client.synchronize(access, account.id)
  expect(await typesSeen()).toEqual(['pontoConnect.account.transactionsCreated'])
  expect(JSON.parse(received[0]!.body).data).toMatchObject({
    attributes: { count: 1, synchronizationSubtype: 'accountTransactions' },
    relationships: { account: { data: { id: account.id } } },
  })
  listener.forget()
  await client.sim('POST', '/__sim/drop', { what: 'consent', account: account.id })
  await client.sim('POST', '/__sim/drop', { what: 'account', account: account.id })
  expect(await typesSeen()).toEqual([
    'pontoConnect.synchronization.failed',
    'pontoConnect.integration.accountRevoked',
  ])
  expect((await client.call(access, `/ponto-connect/accounts/${account.id}`)).status).toBe(404)
})

test('a change is announced by one synchronization and not by the next', async () => {
  const { access } = await client.link('Twins Bank')
  const [account] = await client.accounts(access)
  await client.sim('POST', '/__sim/lines', { account: account.id, lines: [{ amount: '5.00' }] })
  await client.synchronize(access, account.id)
  await quiet()
  listener.forget()
  await client.sim('POST', '/__sim/advance', { ms: 6 * 60_000 })
  await client.synchronize(access, account.id)
  expect(await typesSeen()).toEqual(['pontoConnect.synchronization.succeededWithoutChange'])
})

test('the loss of an integration is announced and its tokens are dead', async () => {
  const { access, refresh } = await client.link('Twins Bank')
  const { sub } = (await client.call(access, '/ponto-connect/userinfo')).body
  await quiet()
  listener.forget()
  await client.sim('POST', '/__sim/drop', { what: 'integration', organization: sub })
  expect(await typesSeen()).toEqual(['pontoConnect.integration.revoked'])
  expect((await client.refresh(refresh)).body.error).toBe('invalid_grant')
})

test('a line that is announced arrives with its event at once', async () => {
  const { access } = await client.link('Slow Bank')
  const [account] = await client.accounts(access)
  await quiet()
  listener.forget()
  const lines = [{ amount: '5.00' }]
  await client.sim('POST', '/__sim/lines', { account: account.id, lines, seen: 'announced' })
  expect(await typesSeen()).toContain('pontoConnect.account.transactionsCreated')
})

test('events can be repeated, and be held back and released in reverse order', async () => {
  const first = await fire()
  const { id } = JSON.parse(first.body).data
  await client.sim('POST', '/__sim/webhooks', { action: 'repeat', id })
  expect(received.map(({ body }) => JSON.parse(body).data.id)).toEqual([id, id])
  listener.forget()
  await client.sim('POST', '/__sim/webhooks', { action: 'hold' })
  for (const type of ['one', 'two', 'three'])
    await client.sim('POST', '/__sim/webhooks', { action: 'fire', type })
  expect(received).toEqual([])
  await client.sim('POST', '/__sim/webhooks', { action: 'release', reversed: true })
  expect(await typesSeen()).toEqual(['pontoConnect.three', 'pontoConnect.two', 'pontoConnect.one'])
})

test('after a rotation events are signed with a new key, and old events stay good while it is kept', async () => {
  const old = await fire()
  const before = await keys()
  await client.sim('POST', '/__sim/webhooks', { action: 'rotate' })
  expect(await verdict(await fire())).toBeNull()
  expect(await verdict(old)).toBeNull()
  expect(await keys()).toHaveLength(before.length + 1)
  await client.sim('POST', '/__sim/webhooks', { action: 'rotate', keepOld: false })
  expect(await verdict(old)).toBe('kid')
  expect(await verdict(await fire())).toBeNull()
})

describe.runIf(hasReference('the signed event that Ponto published'))(
  'the signed event that Ponto published',
  () => {
    const vector = (name: string) =>
      readFileSync(
        join(referenceFolder, 'specs/ponto/ibanity-ruby-webhook-vector', name),
        'utf8',
      ).trim()
    const refusalAt = (instant: string) =>
      refusalOf(vector('example_payload.json'), vector('example_signature.sig'), {
        keys: JSON.parse(vector('jwks.json')).keys,
        audience: 'e643b5be-ccb1-4a38-b7b6-36689853bef5',
        nowSeconds: Date.parse(instant) / 1000,
      })

    test('passes the same checks as the events of the sandbox, at its time only', () => {
      expect(refusalAt('2023-08-10T12:35:25Z')).toBeNull()
      expect(refusalAt('2023-08-10T12:45:25Z')).toBe('time')
    })

    test('has the form of the events of the sandbox', async () => {
      const { access } = await client.link('Twins Bank')
      const [account] = await client.accounts(access)
      await quiet()
      listener.forget()
      await client.synchronize(access, account.id)
      await quiet()
      const shapeOf = (value: Json): Json =>
        typeof value === 'object' && value !== null
          ? Object.fromEntries(
              Object.keys(value)
                .toSorted()
                .map((key) => [key, shapeOf(value[key])]),
            )
          : typeof value
      expect(shapeOf(JSON.parse(received[0]!.body))).toEqual(
        shapeOf(JSON.parse(vector('example_payload.json'))),
      )
      const claimsOf = (signature: string) =>
        Object.keys(JSON.parse(Buffer.from(signature.split('.')[1]!, 'base64url').toString()))
      expect(claimsOf(signatureOf(received[0]!)).toSorted()).toEqual(
        claimsOf(vector('example_signature.sig')).toSorted(),
      )
    })
  },
)
