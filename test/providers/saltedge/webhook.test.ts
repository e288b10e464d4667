import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { WebhookRefused } from '../../../activities/providers/provider.ts'
import { readSaltEdgeConfig } from '../../../activities/providers/saltedge/config.ts'
import { verifySaltEdgeWebhook } from '../../../activities/providers/saltedge/webhook.ts'

const nowMs = Date.parse('2026-11-01T12:00:00Z')
const newPair = () => generateKeyPairSync('rsa', { modulusLength: 2048 })
const [pair, older, foreign] = [newPair(), newPair(), newPair()]
const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString()
const callbackUrl = 'https://erp.example/hooks/saltedge'

const configOf = (more: Record<string, string> = {}) =>
  readSaltEdgeConfig({
    SALTEDGE_APP_ID: 'app',
    SALTEDGE_SECRET: 'secret',
    SALTEDGE_CALLBACK_URL: `${callbackUrl}/`,
    SALTEDGE_CALLBACK_PUBLIC_KEY: pem(pair.publicKey) + pem(older.publicKey),
    ...more,
  })

const bodyOf = (data: object = {}, meta: object = {}) =>
  Buffer.from(
    JSON.stringify({
      data: { connection_id: '80', customer_id: '70', stage: 'finish', ...data },
      meta: { version: '6', time: '2026-11-01T11:59:58.000Z', ...meta },
    }),
  )

interface Sending {
  type?: string
  body?: Buffer
  key?: KeyObject
  url?: string
  algorithm?: string
  config?: ReturnType<typeof configOf>
  sent?: Buffer
  signature?: string | undefined
}

const receive = (sending: Sending = {}) => {
  const { type = 'success', body = bodyOf(), key = pair.privateKey } = sending
  const signed = Buffer.concat([Buffer.from(`${sending.url ?? `${callbackUrl}/${type}`}|`), body])
  const signature = sign(sending.algorithm ?? 'sha256', signed, key).toString('base64')
  const headers = { signature: 'signature' in sending ? sending.signature : signature }
  return verifySaltEdgeWebhook(
    sending.config ?? configOf(),
    { headers, body: sending.sent ?? body, url: `/hooks/saltedge/${type}?x=1` },
    nowMs,
  )
}
const refused = (sending: Sending) => expect(() => receive(sending)).toThrow(WebhookRefused)

describe('a callback', () => {
  test('says where to look', () => {
    expect(receive()).toEqual([
      {
        kind: 'lines_available',
        providerConnectionId: '80',
        at: '2026-11-01T11:59:58.000Z',
        dedupeKey: 'success:80:finish:2026-11-01T11:59:58.000Z',
      },
    ])
  })

  test('names the flow that it ends, also before anybody knows the connection', () => {
    const body = bodyOf({ custom_fields: { flow: 'tag' }, connection_id: null })
    const [event] = receive({ type: 'failure', body })
    expect(event).toMatchObject({ kind: 'failed', eventRef: 'tag' })
    expect(event).not.toHaveProperty('providerConnectionId')
    expect(receive({ body: bodyOf({ custom_fields: { flow: 'tag' } }) })[0]).toMatchObject({
      kind: 'link_finished',
      eventRef: 'tag',
      providerConnectionId: '80',
    })
  })

  test('is refused with one byte changed, also where the JSON stays the same', () => {
    refused({ sent: Buffer.concat([bodyOf(), Buffer.from('\n')]) })
  })

  test('is refused when signed for another address, as a proxy would rebuild it, or over the body alone', () => {
    refused({ url: 'http://127.0.0.1:3000/hooks/saltedge/success' })
    refused({ url: `${callbackUrl}/failure` })
    refused({ url: '' })
  })

  test('is refused when signed by another key, with another hash, or not at all', () => {
    refused({ key: foreign.privateKey })
    refused({ algorithm: 'sha1' })
    for (const signature of [undefined, '', 'AAAA', 'é', 'A'.repeat(5_000)]) refused({ signature })
  })

  test('is believed with any of the keys that are configured, while one replaces another', () => {
    expect(receive({ key: older.privateKey })).toHaveLength(1)
  })

  test('is refused while nothing is configured', () => {
    refused({ config: configOf({ SALTEDGE_CALLBACK_URL: '' }) })
    refused({ config: configOf({ SALTEDGE_CALLBACK_PUBLIC_KEY: '' }) })
  })

  test('is believed for five minutes, no longer', () => {
    const sentAt = (time: string) => ({ body: bodyOf({}, { time }) })
    expect(receive(sentAt('2026-11-01T11:55:00Z'))).toHaveLength(1)
    refused(sentAt('2026-11-01T11:54:59Z'))
    refused(sentAt('2026-11-01T12:05:01Z'))
  })

  test('of a type without an address is refused', () => {
    for (const type of ['', 'toString', 'success/x', 'neverSeen']) refused({ type })
  })

  test('in a form that is not known is ignored, not refused, and never acted on', () => {
    for (const text of ['not JSON', '[]', '{"data":null}', '{"data":{},"meta":{"time":"now"}}'])
      expect(receive({ body: Buffer.from(text) })[0]!.kind).toBe('ignored')
  })

  test('twice has one key, and two callbacks have two', () => {
    const keyOf = (sending: Sending) => receive(sending)[0]!.dedupeKey
    expect(keyOf({})).toBe(keyOf({}))
    const others: Sending[] = [
      { type: 'notify' },
      { body: bodyOf({ connection_id: '81' }) },
      { body: bodyOf({ stage: 'start' }) },
      { body: bodyOf({}, { time: '2026-11-01T11:59:59.000Z' }) },
    ]
    expect(new Set([{}, ...others].map(keyOf)).size).toBe(5)
  })
})

test.each([
  ['success', { stage: 'fetch_recent' }, 'progress'],
  ['success', { stage: null }, 'lines_available'],
  ['failure', {}, 'failed'],
  ['notify', { stage: 'fetch_accounts' }, 'progress'],
  ['notify', { stage: 'interactive' }, 'mfa_waiting'],
  ['interactive', {}, 'mfa_waiting'],
  ['destroy', {}, 'connection_gone'],
  ['provider', {}, 'institution_changed'],
  ['service', { reason: 'x' }, 'institution_changed'],
])('%s with %o means %s', (type, data, kind) => {
  expect(receive({ type, body: bodyOf(data) })[0]!.kind).toBe(kind)
})
