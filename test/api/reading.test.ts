import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as events from '../../db/queries/events.ts'
import { withTenant } from '../../db/tenant.ts'
import { aConnection, aMessage, anAccount, aRun, storeInstitution } from './support/builders.ts'
import type { World } from './support/world.ts'
import { createWorld } from './support/world.ts'

interface Page<Item> {
  data: Item[]
  nextCursor: string | null
}

let world: World

beforeAll(async () => {
  world = await createWorld()
  await storeInstitution(world)
})
afterAll(() => world.close())

const read = async <Item>(
  path: string,
  headers: Record<string, string> = {},
): Promise<Page<Item>> => {
  const answer = await world.call<Page<Item>>('GET', path, { headers })
  expect(answer.status, answer.text).toBe(200)
  return answer.body
}

describe('institutions', () => {
  test('are found without accents and case, with what the provider offers', async () => {
    const { data } = await read('/v1/institutions?q=GENERALE&country=be')
    expect(data).toEqual([
      {
        id: expect.any(String),
        name: 'Banque Générale',
        countries: ['BE'],
        bic: null,
        website: null,
        logoUrl: null,
        offers: [
          {
            provider: 'ponto',
            providerName: 'Ponto',
            providerInstitutionId: 'happy-bank',
            price: '€4 a month',
            renewalDays: 180,
            consentDays: 180,
            supportSpeed: 'fast',
            beta: true,
            mfa: 'page',
            unattended: true,
            historyDays: 90,
            status: 'available',
            sandbox: true,
          },
        ],
      },
    ])
  })

  test('are read one by one, and an unknown one is not there', async () => {
    const [listed] = (await read<{ id: string }>('/v1/institutions?q=banque')).data
    const one = await world.call('GET', `/v1/institutions/${listed!.id}`)
    expect(one.status).toBe(200)
    expect(one.body).toEqual(listed)
    expect((await world.call('GET', `/v1/institutions/${randomUUID()}`)).status).toBe(404)
    expect((await world.call('GET', '/v1/institutions/%00')).status).toBe(400)
  })

  test('come page by page, and a cursor of nobody’s is refused', async () => {
    const first = await world.call('GET', '/v1/institutions?limit=1')
    expect(first.body['nextCursor']).toBeNull()
    expect((await world.call('GET', '/v1/institutions?after=nonsense')).status).toBe(400)
  })

  test('of a provider that is not offered here are not shown', async () => {
    expect((await read('/v1/institutions?provider=nobody')).data).toEqual([])
  })

  test('of another country are not shown', async () => {
    expect((await read('/v1/institutions?country=FR')).data).toEqual([])
  })
})

describe('lists', () => {
  test('are read to the end by cursor, each item once and in order', async () => {
    const ids: string[] = []
    for (let i = 0; i < 5; i += 1) ids.push(await aConnection(world))
    const seen: string[] = []
    let after = ''
    for (let pages = 0; pages < 10; pages += 1) {
      const page = await read<{ id: string }>(`/v1/connections?limit=2${after}`)
      seen.push(...page.data.map(({ id }) => id))
      if (page.nextCursor === null) break
      after = `&after=${page.nextCursor}`
    }
    expect(seen).toEqual(ids)
  })

  test('are filtered by state', async () => {
    const id = await aConnection(world, world.a, { state: 'error', failureCode: 'defect' })
    const { data } = await read<{ id: string }>('/v1/connections?state=error')
    expect(data.map((connection) => connection.id)).toEqual([id])
  })

  test.each([
    ['/v1/connections?after=nonsense', '/query/after'],
    ['/v1/connections?limit=0', '/query/limit'],
    ['/v1/connections?limit=501', '/query/limit'],
    ['/v1/connections?offset=3', '/query/offset'],
    ['/v1/connections?state=broken', '/query/state'],
    ['/v1/connections/nonsense', '/params/connectionId'],
    ['/v1/events?after=-1', '/query/after'],
  ])('%s is refused at %s', async (path, pointer) => {
    const answer = await world.call('GET', path)
    expect(answer.status).toBe(400)
    expect(answer.body['errors']).toMatchObject([{ pointer }])
  })

  test('runs come latest first', async () => {
    const id = await aConnection(world)
    const first = await aRun(world, id)
    const second = await aRun(world, id)
    const page = await read<{ id: string }>(`/v1/connections/${id}/runs?limit=1`)
    expect(page.data.map((run) => run.id)).toEqual([second])
    const rest = await read<{ id: string }>(`/v1/connections/${id}/runs?after=${page.nextCursor}`)
    expect(rest.data.map((run) => run.id)).toEqual([first])
  })
})

describe('a connection', () => {
  test('says what a person must do and until when', async () => {
    const soon = Date.now() + 3 * 86_400_000
    const expiring = await aConnection(world, world.a, { consentExpiresAtMs: soon })
    const { body } = await world.call('GET', `/v1/connections/${expiring}`)
    expect(body).toMatchObject({
      actionRequired: { code: 'consent.expiring', deadline: new Date(soon).toISOString() },
      clientId: world.a.clientId,
      institution: { id: 'happy-bank', name: 'Banque Générale' },
      syncIntervalSeconds: 43_200,
    })
    const broken = await aConnection(world, world.a, { state: 'error', awaiting: 'credentials' })
    expect(await world.call('GET', `/v1/connections/${broken}`)).toMatchObject({
      body: { actionRequired: { code: 'credentials.invalid' } },
    })
    const attended = await aConnection(world, world.a, { unattendedAllowed: false })
    expect(await world.call('GET', `/v1/connections/${attended}`)).toMatchObject({
      body: { actionRequired: { code: 'auto.not_supported', deadline: null } },
    })
  })
})

describe('accounts and their lines', () => {
  test('show balances as exact text with their currency', async () => {
    const id = await aConnection(world)
    const accountId = await anAccount(world, id)
    const account = {
      id: accountId,
      currency: 'EUR',
      balances: [{ kind: 'booked', amount: '120.45', currency: 'EUR', asOf: '2026-11-20' }],
    }
    expect(await world.call('GET', `/v1/accounts/${accountId}`)).toMatchObject({
      status: 200,
      body: account,
    })
    const { data } = await read(`/v1/connections/${id}/accounts`)
    expect(data).toMatchObject([{ ...account, chosen: false, decided: false, gone: false }])
  })

  test('the feed is resumed by its cursor, and its end stays a place to go on from', async () => {
    const accountId = await anAccount(world, await aConnection(world), { lines: 5 })
    const first = await read<{ seq: number; op: string; lineKey: string }>(
      `/v1/accounts/${accountId}/lines?limit=3`,
    )
    expect(first.data).toHaveLength(3)
    expect(first.data[0]).toMatchObject({
      op: 'added',
      line: { currency: 'EUR', bookedOn: '2026-11-19' },
    })
    const second = await read<{ lineKey: string }>(
      `/v1/accounts/${accountId}/lines?after=${first.nextCursor}`,
    )
    expect([...first.data, ...second.data].map(({ lineKey }) => lineKey).toSorted()).toEqual(
      [0, 1, 2, 3, 4].map((index) => `ponto:${index}`),
    )
    const end = await read(`/v1/accounts/${accountId}/lines?after=${second.nextCursor}`)
    expect(end).toEqual({ data: [], nextCursor: second.nextCursor })
  })

  test('an account without lines is an empty page, an unknown one is not there', async () => {
    const accountId = await anAccount(world, await aConnection(world))
    expect(await read(`/v1/accounts/${accountId}/lines`)).toEqual({ data: [], nextCursor: '0' })
  })
})

describe('the chatter', () => {
  test('is written in the reader’s language', async () => {
    const id = await aConnection(world)
    await aMessage(world, id)
    const text = async (language: string): Promise<string | undefined> =>
      (
        await read<{ text: string }>(`/v1/connections/${id}/messages`, {
          'accept-language': language,
        })
      ).data[0]?.text
    expect(await text('en')).toBe('3 new transactions in 1 account')
    expect(await text('de, nl-BE;q=0.8, fr;q=0.7')).toBe('3 nieuwe transacties op 1 rekening')
    expect(await text('fr-FR')).toBe('3 nouvelles transactions sur 1 compte')
  })

  test('takes messages and notes of people, named and without characters that hide text', async () => {
    const id = await aConnection(world)
    const headers = { 'x-acting-user': 'Anna' }
    const body = { text: ' The bank called\u0000 \u202eback ' }
    const posted = await world.call('POST', `/v1/connections/${id}/messages`, { body, headers })
    expect(posted).toMatchObject({
      status: 201,
      body: {
        kind: 'message',
        code: null,
        text: 'The bank called back',
        author: { kind: 'user', name: 'Anna' },
      },
    })
    const support = await world.makeKey(world.a.tenantId, 'support')
    const note = await world.call('POST', `/v1/connections/${id}/notes`, {
      key: support,
      body: { text: 'seen' },
    })
    expect(note).toMatchObject({ status: 201, body: { kind: 'note', author: { kind: 'support' } } })
    const { data } = await read<{ text: string }>(`/v1/connections/${id}/messages`)
    expect(data.map(({ text }) => text)).toEqual(['The bank called back', 'seen'])
    const told = await read<{ type: string; connectionId: string }>('/v1/events')
    expect(told.data.filter((event) => event.connectionId === id).map(({ type }) => type)).toEqual([
      'message.posted',
      'message.posted',
    ])
  })

  test('takes no empty text and none that is too long', async () => {
    const id = await aConnection(world)
    for (const text of ['', ' \u200e ', 'x'.repeat(10_001)])
      expect(
        (await world.call('POST', `/v1/connections/${id}/notes`, { body: { text } })).status,
      ).toBe(400)
  })
})

test('events are read by number', async () => {
  await withTenant(world.pool, world.b.tenantId, (tx) =>
    events.append(tx, [
      { dedupeKey: 'one', type: 'lines.added', content: { n: 2 } },
      { dedupeKey: 'two', type: 'run.failed', content: { code: 'transient' } },
    ]),
  )
  const first = await world.call<Page<{ seq: number }>>('GET', '/v1/events?limit=1', {
    key: world.b.key,
  })
  expect(first.body.data).toMatchObject([{ type: 'lines.added', content: { n: 2 } }])
  const second = await world.call<Page<{ seq: number }>>(
    'GET',
    `/v1/events?after=${first.body.nextCursor}`,
    { key: world.b.key },
  )
  expect(second.body.data).toMatchObject([{ type: 'run.failed' }])
})

test('keys are listed with their last use and never with their value', async () => {
  await world.call('GET', '/v1/connections')
  const { body, text } = await world.call<{ data: { id: string }[] }>('GET', '/v1/api-keys')
  expect(body.data.map(({ id }) => id)).toContain(world.a.key.slice(9, 17))
  expect(text).not.toContain(world.a.key.slice(18))
})

describe('tenants', () => {
  test('an operator adds one, and its first key works', async () => {
    const operator = await world.makeKey(null, 'operator')
    const body = { name: 'Butcher', clientId: 'butcher-1' }
    const added = await world.call<{ tenant: { id: string }; apiKey: { key: string } }>(
      'POST',
      '/v1/tenants',
      { key: operator, body },
    )
    expect(added).toMatchObject({
      status: 201,
      body: { tenant: { clientId: 'butcher-1', state: 'active' } },
    })
    const own = await world.call('GET', '/v1/tenant', { key: added.body.apiKey.key })
    expect(own).toMatchObject({ status: 200, body: { clientId: 'butcher-1' } })
    const again = await world.call('POST', '/v1/tenants', { key: operator, body })
    expect(again).toMatchObject({ status: 409, body: { code: 'conflict' } })
  })
})
