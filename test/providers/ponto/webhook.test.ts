import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createKeyCache } from '../../../activities/providers/jwks.ts'
import { readPontoConfig } from '../../../activities/providers/ponto/config.ts'
import { createPontoClient } from '../../../activities/providers/ponto/client.ts'
import { verifyPontoWebhook } from '../../../activities/providers/ponto/webhook.ts'
import type { Provider } from '../../../activities/providers/provider.ts'
import { ProviderError, WebhookRefused } from '../../../activities/providers/provider.ts'
import { callOptions } from '../support/caller.ts'
import type { Linked } from '../support/linked-ponto.ts'
import { openLinked, pontoAt, pontoEnvironment } from '../support/linked-ponto.ts'
import { describeWithReference } from '../support/reference.ts'

const nowMs = Date.parse('2026-11-01T12:00:00Z')
const nowS = nowMs / 1_000
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
const body = Buffer.from(
  JSON.stringify({
    data: {
      id: 'event-1',
      type: 'pontoConnect.account.transactionsCreated',
      attributes: { createdAt: '2026-11-01T11:59:58.123Z', count: 2 },
      relationships: {
        account: { data: { id: 'account-1', type: 'account' } },
        organization: { data: { id: 'organization-1', type: 'organization' } },
      },
    },
  }),
)

const digestOf = (bytes: Uint8Array) => createHash('sha512').update(bytes).digest('base64')
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

const signed = (claims: object = {}, header: object = {}): string => {
  const rightClaims = { aud: 'app', iss: 'https://issuer.example', iat: nowS, exp: nowS + 60 }
  const head = encoded({ alg: 'RS512', kid: 'k1', ...header })
  const content = encoded({ ...rightClaims, digest: digestOf(body), jti: 'j', ...claims })
  const signature = sign('sha512', Buffer.from(`${head}.${content}`), pair.privateKey)
  return `${head}.${content}.${signature.toString('base64url')}`
}

const config = readPontoConfig({
  ...pontoEnvironment('http://127.0.0.1:1'),
  PONTO_APPLICATION_ID: 'app',
  PONTO_WEBHOOK_ISSUER: 'https://issuer.example',
})
const client = {
  ...createPontoClient(config),
  published: (schema: { parse: (value: unknown) => unknown }) => {
    const jwk = { ...pair.publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig' }
    return Promise.resolve(schema.parse({ keys: [jwk] }))
  },
} as ReturnType<typeof createPontoClient>

const verifying = (signature: string | undefined, bytes: Uint8Array = body, more: object = {}) =>
  verifyPontoWebhook(
    { config: { ...config, ...more }, client, keys: createKeyCache() },
    { headers: { signature }, body: bytes, url: '/hooks/ponto' },
    { ...callOptions(), nowMs },
  )

const refused = (signature: string | undefined, bytes?: Uint8Array, more?: object) =>
  expect(verifying(signature, bytes, more)).rejects.toThrow(WebhookRefused)

describe('a signed webhook', () => {
  test('says where to look', async () => {
    expect(await verifying(signed())).toEqual([
      {
        kind: 'lines_available',
        providerConnectionId: 'organization-1',
        providerAccountId: 'account-1',
        at: '2026-11-01T11:59:58.123Z',
        dedupeKey: 'event-1',
      },
    ])
  })

  test('is refused with one byte changed, also where the JSON stays the same', async () => {
    await refused(signed(), Buffer.concat([body, Buffer.from('\n')]))
    await refused(signed({ digest: digestOf(Buffer.from('{}')) }))
    await refused(signed({ digest: '' }))
  })

  test('is refused when meant for another application, or by another issuer', async () => {
    await refused(signed({ aud: 'another' }))
    await refused(signed({ aud: ['another'] }))
    await refused(signed({ iss: 'https://issuer.example.evil' }))
    expect(await verifying(signed({ aud: ['another', 'app'] }))).toHaveLength(1)
  })

  test('is refused while no application id is configured, whatever it claims', async () => {
    await refused(signed({ aud: '' }), body, { applicationId: '' })
  })

  test('is believed half a minute before and after its life, no longer', async () => {
    expect(await verifying(signed({ iat: nowS + 30 }))).toHaveLength(1)
    expect(await verifying(signed({ exp: nowS - 30 }))).toHaveLength(1)
    await refused(signed({ iat: nowS + 31 }))
    await refused(signed({ exp: nowS - 31 }))
    await refused(signed({ exp: undefined }))
    await refused(signed({ iat: 'now' }))
  })

  test('is refused when signed by another algorithm or an unknown key, or not at all', async () => {
    for (const alg of ['none', 'HS512', 'RS256', 'PS512', 'rs512', undefined])
      await refused(signed({}, { alg }))
    await refused(signed({}, { kid: 'k2' }))
    const [head, claims, signature] = signed().split('.')
    await refused(`${head}.${claims}.`)
    await refused(`${head}.${claims}`)
    await refused(`${head}.${claims}.${signature}.x`)
    await refused(`${head}.${claims}.${signature!.slice(0, -8)}AAAAAAAA`)
    for (const odd of [undefined, '', '...', 'a.b.c', `${'a'.repeat(9_000)}.b.c`])
      await refused(odd)
  })
})

describe('the kinds of events', () => {
  const kindOf = async (content: unknown) => {
    const bytes = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content))
    const [event] = await verifying(signed({ digest: digestOf(bytes) }), bytes)
    return event!.kind
  }

  test.each([
    ['account.transactionsCreated', 'lines_available'],
    ['account.transactionsUpdated', 'lines_available'],
    ['synchronization.succeededWithoutChange', 'lines_available'],
    ['synchronization.failed', 'failed'],
    ['account.detailsUpdated', 'balances_available'],
    ['account.pendingTransactionsCreated', 'ignored'],
    ['account.pendingTransactionsUpdated', 'ignored'],
    ['account.reauthorized', 'consent_renewed'],
    ['integration.created', 'link_finished'],
    ['integration.accountAdded', 'accounts_changed'],
    ['integration.accountRevoked', 'account_gone'],
    ['integration.revoked', 'connection_gone'],
    ['organization.blocked', 'failed'],
    ['organization.unblocked', 'repaired'],
    ['paymentRequest.closed', 'ignored'],
    ['somebody.inventedThis', 'ignored'],
    ['constructor', 'ignored'],
  ])('%s means %s', async (type, kind) => {
    expect(await kindOf({ data: { id: 'e', type: `pontoConnect.${type}` } })).toBe(kind)
  })

  test('signed news in a form that is not known is ignored, not refused', async () => {
    for (const content of ['not JSON', '[]', '{"data":null}', { data: { id: 'e', type: 7 } }])
      expect(await kindOf(content)).toBe('ignored')
  })
})

describe('against the sandbox', () => {
  let linked: Linked
  let provider: Provider
  beforeAll(async () => {
    linked = await openLinked()
  })
  afterAll(() => linked.stop())
  beforeEach(async () => {
    await linked.sim('POST', '/__sim/reset')
    provider = pontoAt(pontoEnvironment(linked.pontoUrl))
  })

  const fired = async (flaws: object = {}) => {
    const wish = { action: 'fire', type: 'account.transactionsCreated', flaws }
    const { body: text, signature } = await linked.sim('POST', '/__sim/webhooks', wish)
    const raw = { headers: { signature }, body: Buffer.from(text), url: '/hooks/ponto' }
    return () => provider.verifyWebhook(raw, { ...callOptions(), nowMs: Date.now() })
  }

  test('an event is believed, also after the keys were rotated between two of them', async () => {
    await linked.link()
    expect(await (await fired())()).toMatchObject([{ kind: 'lines_available' }])
    await linked.sim('POST', '/__sim/webhooks', { action: 'rotate', keepOld: false })
    expect(await (await fired())()).toMatchObject([{ kind: 'lines_available' }])
  })

  test.each([
    { ageSeconds: 120 },
    { audience: 'another' },
    { issuer: 'https://another.example' },
    { alteredBody: true },
    { foreignKey: true },
    { unknownKid: true },
    { algorithm: 'RS256' },
  ])('an event with the flaw %o is refused', async (flaws) => {
    await linked.link()
    await expect((await fired(flaws))()).rejects.toThrow(WebhookRefused)
  })

  test('keys that cannot be read are a failure of the provider, not a wrong signature', async () => {
    await linked.link()
    const verify = await fired()
    await linked.sim('POST', '/__sim/fail-next', { endpoint: 'jwks', status: 503 })
    await expect(verify()).rejects.toThrow(ProviderError)
    expect(await verify()).toHaveLength(1)
  })
})

describeWithReference('a recorded webhook', (folder) => {
  const file = (name: string) =>
    readFileSync(join(folder, 'specs/ponto/ibanity-ruby-webhook-vector', name), 'utf8')

  const check = (at: string, aud: string, bytes = Buffer.from(file('example_payload.json'))) => {
    const recorded = {
      ...client,
      published: (schema: { parse: (value: unknown) => unknown }) =>
        Promise.resolve(schema.parse(JSON.parse(file('jwks.json')))),
    } as typeof client
    const applied = { ...config, applicationId: aud, webhookIssuer: 'https://api.ibanity.com' }
    return verifyPontoWebhook(
      { config: applied, client: recorded, keys: createKeyCache() },
      { headers: { signature: file('example_signature.sig').trim() }, body: bytes, url: '/' },
      { ...callOptions(), nowMs: Date.parse(at) },
    )
  }
  const aud = 'e643b5be-ccb1-4a38-b7b6-36689853bef5'

  test('verifies at its own time', async () => {
    expect(await check('2023-08-10T12:35:25Z', aud)).toEqual([
      {
        kind: 'lines_available',
        providerConnectionId: '9315d6b3-129a-481a-9604-e2a95e0f967d',
        providerAccountId: '1d89d411-e310-4802-bbb7-aad7d98371e7',
        at: '2023-08-10T12:24:42.224Z',
        dedupeKey: '3465fd2f-6c9a-484e-971e-56bf44c9181a',
      },
    ])
    expect(await check('2023-08-10T12:36:55Z', aud)).toHaveLength(1)
  })

  test('is refused at another time, for another application, or altered', async () => {
    await expect(check('2023-08-10T12:36:56Z', aud)).rejects.toThrow('too old')
    await expect(check('2023-08-10T12:34:54Z', aud)).rejects.toThrow('from the future')
    await expect(check('2023-08-10T12:35:25Z', 'another')).rejects.toThrow('another application')
    const altered = Buffer.from(`${file('example_payload.json')}\n`)
    await expect(check('2023-08-10T12:35:25Z', aud, altered)).rejects.toThrow('altered')
  })
})
