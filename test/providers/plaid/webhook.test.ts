import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createKeyCache } from '../../../activities/providers/jwks.ts'
import { verifyPlaidWebhook } from '../../../activities/providers/plaid/webhook.ts'
import { ProviderError, WebhookRefused } from '../../../activities/providers/provider.ts'
import { callOptions } from '../support/caller.ts'
import type { Reply } from '../support/fake-plaid.ts'
import { openFake, refused } from '../support/fake-plaid.ts'

const nowMs = Date.parse('2026-11-01T12:00:00Z')
const iat = nowMs / 1_000
const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })

const event = {
  webhook_type: 'TRANSACTIONS',
  webhook_code: 'SYNC_UPDATES_AVAILABLE',
  item_id: 'item-1',
  initial_update_complete: true,
  historical_update_complete: false,
  environment: 'sandbox',
}
const bytesOf = (content: unknown) =>
  Buffer.from(typeof content === 'string' ? content : JSON.stringify(content, null, 2))
const body = bytesOf(event)

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

const signed = (claims: object = {}, header: object = {}, key = pair.privateKey): string => {
  const head = encoded({ alg: 'ES256', kid: 'k1', typ: 'JWT', ...header })
  const content = encoded({ iat, request_body_sha256: sha256(body), ...claims })
  const signature = sign('sha256', Buffer.from(`${head}.${content}`), {
    key,
    dsaEncoding: 'ieee-p1363',
  })
  return `${head}.${content}.${signature.toString('base64url')}`
}

const published = (more: object = {}, kid = 'k1') => ({
  key: {
    ...pair.publicKey.export({ format: 'jwk' }),
    alg: 'ES256',
    kid,
    use: 'sig',
    created_at: 1_560_466_150,
    expired_at: null,
    ...more,
  },
  request_id: 'r',
})

const arrange = (reply: Reply = ({ key_id: kid }) => published({}, kid as string)) => {
  const fake = openFake({ '/webhook_verification_key/get': reply })
  const keys = createKeyCache(() => nowMs, 'one_by_one')
  const verify = (token: string | undefined, bytes: Uint8Array = body) =>
    verifyPlaidWebhook(
      { ...fake.plaid, keys },
      { headers: { 'plaid-verification': token }, body: bytes, url: '/hooks/plaid' },
      { ...callOptions(), nowMs },
    )
  return { ...fake, verify }
}

const refusedFor = (token: string | undefined, bytes?: Uint8Array) =>
  expect(arrange().verify(token, bytes)).rejects.toThrow(WebhookRefused)

describe('a signed webhook', () => {
  test('says where to look', async () => {
    expect(await arrange().verify(signed())).toEqual([
      {
        kind: 'lines_available',
        providerConnectionId: 'item-1',
        at: '2026-11-01T12:00:00.000Z',
        dedupeKey: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      },
    ])
  })

  test('is refused with one byte changed, also where the JSON stays the same', async () => {
    await refusedFor(signed(), bytesOf(JSON.stringify(event)))
    await refusedFor(signed(), Buffer.concat([body, Buffer.from('\n')]))
    for (const hash of ['', 'x', sha256('')])
      await refusedFor(signed({ request_body_sha256: hash }))
  })

  test('is refused when it is older than five minutes, or from the future', async () => {
    await refusedFor(signed({ iat: iat - 301 }))
    await refusedFor(signed({ iat: iat + 31 }))
    await refusedFor(signed({ iat: 'now' }))
    expect(await arrange().verify(signed({ iat: iat - 300 }))).toHaveLength(1)
    expect(await arrange().verify(signed({ iat: iat + 30 }))).toHaveLength(1)
  })

  test('is refused under any other algorithm, key or form', async () => {
    for (const alg of ['none', 'HS256', 'RS256', 'ES384', 'es256', undefined])
      await refusedFor(signed({}, { alg }))
    await refusedFor(signed({}, {}, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey))
    const [head, claims, signature] = signed().split('.')
    for (const odd of [`${head}.${claims}.`, `${head}.${claims}`, `${signed()}.x`])
      await refusedFor(odd)
    await refusedFor(`${head}.${claims}.${signature!.slice(0, -8)}AAAAAAAA`)
    for (const odd of [undefined, '', '...', 'a.b.c', `${'a'.repeat(9_000)}.b.c`])
      await refusedFor(odd)
  })

  test('is refused when its key is unknown, has ended, is another one or is of another curve', async () => {
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey
    for (const reply of [
      refused('INVALID_INPUT', 'INVALID_WEBHOOK_VERIFICATION_KEY_ID'),
      published({ expired_at: 1_600_000_000 }),
      published({}, 'k2'),
      published({ use: 'enc' }),
      published(p384.export({ format: 'jwk' })),
    ])
      await expect(arrange(reply).verify(signed())).rejects.toThrow(WebhookRefused)
  })

  test('waits for the next try when its key cannot be read', async () => {
    const { verify, replies } = arrange(refused('API_ERROR', 'INTERNAL_SERVER_ERROR'))
    await expect(verify(signed())).rejects.toThrow(ProviderError)
    replies['/webhook_verification_key/get'] = published()
    expect(await verify(signed())).toHaveLength(1)
  })

  test('asks for each key once, also while two are in use', async () => {
    const { verify, paths } = arrange()
    for (const kid of ['k1', 'k2', 'k1', 'k2']) await verify(signed({}, { kid }))
    expect(paths()).toHaveLength(2)
  })
})

describe('two webhooks', () => {
  const keyOf = async (claims: object, bytes: Buffer = body) => {
    const token = signed({ request_body_sha256: sha256(bytes), ...claims })
    return (await arrange().verify(token, bytes))[0]!.dedupeKey
  }

  test('are one when they are the same to the second, else two: the same news may come again', async () => {
    const first = await keyOf({})
    expect(await keyOf({})).toBe(first)
    expect(await keyOf({ iat: iat - 60 })).not.toBe(first)
    expect(await keyOf({}, bytesOf({ ...event, item_id: 'item-2' }))).not.toBe(first)
  })
})

describe('the kinds of events', () => {
  const eventOf = async (content: unknown) => {
    const bytes = bytesOf(content)
    const [one] = await arrange().verify(signed({ request_body_sha256: sha256(bytes) }), bytes)
    return one!
  }

  test.each([
    ['TRANSACTIONS', 'SYNC_UPDATES_AVAILABLE', 'lines_available'],
    ['TRANSACTIONS', 'INITIAL_UPDATE', 'ignored'],
    ['TRANSACTIONS', 'HISTORICAL_UPDATE', 'ignored'],
    ['TRANSACTIONS', 'DEFAULT_UPDATE', 'ignored'],
    ['TRANSACTIONS', 'TRANSACTIONS_REMOVED', 'ignored'],
    ['TRANSACTIONS', 'RECURRING_TRANSACTIONS_UPDATE', 'ignored'],
    ['ITEM', 'ERROR', 'failed'],
    ['ITEM', 'LOGIN_REPAIRED', 'repaired'],
    ['ITEM', 'PENDING_EXPIRATION', 'consent_expiring'],
    ['ITEM', 'PENDING_DISCONNECT', 'consent_expiring'],
    ['ITEM', 'USER_PERMISSION_REVOKED', 'connection_gone'],
    ['ITEM', 'USER_ACCOUNT_REVOKED', 'account_gone'],
    ['ITEM', 'NEW_ACCOUNTS_AVAILABLE', 'accounts_changed'],
    ['ITEM', 'WEBHOOK_UPDATE_ACKNOWLEDGED', 'ignored'],
    ['LINK', 'SESSION_FINISHED', 'link_finished'],
    ['LINK', 'ITEM_ADD_RESULT', 'link_finished'],
    ['LINK', 'EVENTS', 'link_finished'],
    ['LINK', 'ERROR', 'ignored'],
    ['constructor', 'constructor', 'ignored'],
  ])('%s %s means %s', async (type, code, kind) => {
    expect((await eventOf({ webhook_type: type, webhook_code: code })).kind).toBe(kind)
  })

  test('an account and a flow are named, the flow not by its token', async () => {
    const gone = { webhook_type: 'ITEM', webhook_code: 'USER_ACCOUNT_REVOKED', item_id: 'i' }
    expect(await eventOf({ ...gone, account_id: 'a' })).toMatchObject({
      providerConnectionId: 'i',
      providerAccountId: 'a',
    })
    const finished = { webhook_type: 'LINK', webhook_code: 'SESSION_FINISHED' }
    const told = await eventOf({ ...finished, link_token: 'link-sandbox-1', public_tokens: ['p'] })
    expect(told.eventRef).toBe(sha256('link-sandbox-1'))
    expect(JSON.stringify(told)).not.toContain('link-sandbox-1')
  })

  test('signed news in a form that is not known is ignored, not refused', async () => {
    for (const content of ['not JSON', '[]', '{"webhook_type":7}', 'null'])
      expect((await eventOf(content)).kind).toBe('ignored')
  })
})
