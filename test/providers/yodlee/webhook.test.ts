import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ProviderEvent, RawWebhook } from '../../../activities/providers/provider.ts'
import { WebhookRefused } from '../../../activities/providers/provider.ts'
import { callOptions } from '../support/caller.ts'
import type { LinkedYodlee } from '../support/linked-yodlee.ts'
import {
  linkFrame,
  openLinkedYodlee,
  webhookToken,
  yodleeAt,
  yodleeEnvironment,
} from '../support/linked-yodlee.ts'

const environment = yodleeEnvironment('http://127.0.0.1:9')
const provider = yodleeAt(environment)
const nowMs = Date.parse('2026-11-21T10:00:00Z')
const url = `/hooks/yodlee/${webhookToken}`

const verify = (raw: Partial<RawWebhook>): Promise<ProviderEvent[]> =>
  provider.verifyWebhook(
    { headers: { 'content-type': 'application/json' }, body: Buffer.from('{}'), url, ...raw },
    { ...callOptions(), nowMs },
  )
const told = (event: object) =>
  verify({ body: Buffer.from(JSON.stringify({ event: { notificationId: 'n1', ...event } })) })

const refreshed = (additionalStatus: string, status: string, step = 'PROCESS_COMPLETED') =>
  told({
    info: `REFRESH.${step}`,
    loginName: 'u1',
    data: {
      providerAccount: [
        {
          id: 9_007_199_254_740_991,
          status,
          dataset: [{ name: 'BASIC_AGG_DATA', additionalStatus }],
        },
      ],
    },
  })

describe('whose word it is', () => {
  test.each([
    ['/hooks/yodlee'],
    ['/hooks/yodlee/'],
    ['/hooks/yodlee/another-token'],
    [`/hooks/ponto/${webhookToken}`],
    [`/hooks/yodlee/${webhookToken}x`],
    [`/hooks/yodlee/x?token=${webhookToken}`],
  ])('an address that ends otherwise than ours is refused: %s', async (strange) => {
    await expect(verify({ url: strange })).rejects.toThrow(WebhookRefused)
  })

  test('without a token of ours nothing is accepted, not even an empty one', async () => {
    const { YODLEE_WEBHOOK_TOKEN: _token, ...rest } = environment
    const raw = { headers: {}, body: Buffer.from('{}'), url: '/hooks/yodlee/' }
    const verifying = yodleeAt(rest).verifyWebhook(raw, { ...callOptions(), nowMs })
    await expect(verifying).rejects.toThrow(WebhookRefused)
  })
})

describe('what it says', () => {
  test.each([
    ['AVAILABLE_DATA_RETRIEVED', 'SUCCESS', 'lines_available'],
    ['PARTIAL_DATA_RETRIEVED', 'PARTIAL_SUCCESS', 'lines_available'],
    ['INCORRECT_CREDENTIALS', 'FAILED', 'failed'],
    ['LOGIN_IN_PROGRESS', 'USER_INPUT_REQUIRED', 'mfa_waiting'],
  ])('a refresh that came to %s is %s', async (data, status, kind) => {
    expect(await refreshed(data, status)).toEqual([
      {
        kind,
        providerConnectionId: '9007199254740991',
        customerRef: 'u1',
        at: '2026-11-21T10:00:00.000Z',
        dedupeKey: 'n1',
      },
    ])
  })

  test('a step in the middle of a refresh is progress', async () => {
    const [event] = await refreshed('DATA_RETRIEVAL_IN_PROGRESS', 'IN_PROGRESS', 'LOGIN_SUCCESS')
    expect(event?.kind).toBe('progress')
  })

  test('new data of several users are one piece of news each, with keys of their own', async () => {
    const data = { userData: [{ user: { loginName: 'u1' } }, { user: { loginName: 'u2' } }] }
    expect(await told({ info: 'DATA_UPDATES.USER_DATA', data })).toMatchObject([
      { kind: 'lines_available', customerRef: 'u1', dedupeKey: 'n1' },
      { kind: 'lines_available', customerRef: 'u2', dedupeKey: 'n1:1' },
    ])
  })

  test('a nightly refresh that stops has failed, one that goes on is repaired', async () => {
    const data = ['REAL_TIME_MFA_REQUIRED', 'SCHEDULED'].map((additionalStatus, index) => ({
      loginName: 'u1',
      providerAccountId: index,
      autoRefresh: { additionalStatus },
    }))
    expect(await told({ info: 'AUTO_REFRESH_UPDATES', data })).toMatchObject([
      { kind: 'failed', providerConnectionId: '0' },
      { kind: 'repaired', providerConnectionId: '1' },
    ])
  })

  test('new balances name their accounts', async () => {
    const data = {
      providerAccountId: 1,
      latestBalanceEvent: [{ accountId: 11, status: 'SUCCESS' }],
    }
    expect(await told({ info: 'LATEST_BALANCE_UPDATES', data })).toMatchObject([
      { kind: 'balances_available', providerConnectionId: '1', providerAccountId: '11' },
    ])
  })

  test('a form that carries the same content is read as well', async () => {
    const payload = JSON.stringify({
      event: {
        notificationId: 'n2',
        info: 'DATA_UPDATES.USER_DATA',
        data: { userData: [{ user: { loginName: 'u1' } }] },
      },
    })
    const events = await verify({
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: Buffer.from(new URLSearchParams({ payload }).toString()),
    })
    expect(events).toMatchObject([{ kind: 'lines_available', dedupeKey: 'n2' }])
  })

  test.each(['', 'no json', '{}', '{"event":{"info":"SOMETHING_NEW"}}'])(
    'content of an unknown kind is ignored, not an error: %s',
    async (text) => {
      const [event] = await verify({ body: Buffer.from(text) })
      expect(event?.kind).toBe('ignored')
      expect(event?.dedupeKey).toMatch(/^[0-9a-f]{64}$/)
    },
  )

  test('the same notification keeps its key, so that a repetition is recognised', async () => {
    const [one] = await refreshed('AVAILABLE_DATA_RETRIEVED', 'SUCCESS')
    const [two] = await refreshed('AVAILABLE_DATA_RETRIEVED', 'SUCCESS')
    expect(two?.dedupeKey).toBe(one?.dedupeKey)
  })
})

describe('events of the sandbox', () => {
  const arrived: RawWebhook[] = []
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const headers = { 'content-type': incoming.headers['content-type'] }
      arrived.push({ headers, body: Buffer.concat(chunks), url: incoming.url ?? '' })
      response.end()
    })
  })
  let linked: LinkedYodlee
  beforeAll(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    linked = await openLinkedYodlee({
      webhookUrls: { yodlee: `http://127.0.0.1:${port}/hooks/yodlee/${webhookToken}` },
    })
  })
  afterAll(async () => {
    await linked.stop()
    server.close()
  })
  beforeEach(() => {
    arrived.length = 0
  })

  test.each(['json', 'form'])('are understood as %s', async (eventForm) => {
    await linked.sim('PATCH', '/__sim/yodlee/settings', { eventForm })
    const { providerConnectionId } = await linked.linkBank('Happy Bank')
    for (const event of [
      'REFRESH',
      'DATA_UPDATES',
      'AUTO_REFRESH_UPDATES',
      'LATEST_BALANCE_UPDATES',
    ])
      await linked.sim('POST', '/__sim/yodlee/webhooks', { action: 'fire', event })
    const events = (
      await Promise.all(
        arrived.map((raw) => linked.provider.verifyWebhook(raw, { ...callOptions(), nowMs })),
      )
    ).flat()
    const about = (kind: string) => events.filter((event) => event.kind === kind)
    expect(about('lines_available')).toContainEqual(
      expect.objectContaining({ providerConnectionId }),
    )
    expect(about('lines_available')).toContainEqual(
      expect.objectContaining({ customerRef: linkFrame.customerRef }),
    )
    expect(about('repaired')).toContainEqual(expect.objectContaining({ providerConnectionId }))
    expect(about('balances_available')).toContainEqual(
      expect.objectContaining({ providerConnectionId }),
    )
    expect(about('ignored')).toEqual([])
  })
})
