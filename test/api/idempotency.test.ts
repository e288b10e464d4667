import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { asAdministrator } from '../support/template-database.ts'
import { aConnection, storeInstitution } from './support/builders.ts'
import type { World } from './support/world.ts'
import { createWorld } from './support/world.ts'

let world: World

beforeAll(async () => {
  world = await createWorld()
  await storeInstitution(world)
})
afterAll(() => world.close())

const note = (id: string, key: string, text = 'called the bank') =>
  world.call<{ seq: number; code?: string }>('POST', `/v1/connections/${id}/notes`, {
    body: { text },
    headers: { 'idempotency-key': key },
  })

const notesOf = async (id: string): Promise<number> => {
  const { body } = await world.call<{ data: unknown[] }>('GET', `/v1/connections/${id}/messages`)
  return body.data.length
}

test('fifty equal requests at once act once; the others are told the same or to wait', async () => {
  const id = await aConnection(world)
  const key = randomUUID()
  const answers = await Promise.all(Array.from({ length: 50 }, () => note(id, key)))
  const done = answers.filter(({ status }) => status === 201)
  const waiting = answers.filter(({ status }) => status === 409)
  expect(done.length + waiting.length).toBe(50)
  expect(done.length).toBeGreaterThan(0)
  expect(new Set(waiting.map(({ body }) => body.code))).toEqual(
    waiting.length === 0 ? new Set() : new Set(['idempotency-key-in-progress']),
  )
  expect(done.filter(({ headers }) => headers.get('idempotency-replayed') === null)).toHaveLength(1)
  expect(await notesOf(id)).toBe(1)
})

test('a repetition is answered as the first time, whatever the order of its fields', async () => {
  const id = await aConnection(world, world.a)
  const headers = { 'idempotency-key': randomUUID() }
  const body = '{"label":"a","scope":"readonly"}'
  const first = await world.call('POST', '/v1/api-keys', { body, headers })
  const second = await world.call('POST', '/v1/api-keys', {
    body: '{ "scope": "readonly", "label": "a" }',
    headers,
  })
  expect(second.status).toBe(201)
  expect(second.headers.get('idempotency-replayed')).toBe('true')
  expect(second.body).toEqual({ ...first.body, key: null })
  expect(id).toBeTruthy()
})

test('a secret shown once is not even stored for repetitions', async () => {
  const headers = { 'idempotency-key': randomUUID() }
  const { body } = await world.call<{ key: string }>('POST', '/v1/api-keys', { body: {}, headers })
  expect(body.key).toMatch(/^bsk_live_/)
  const rows = await asAdministrator(world.adminUrl, (client) =>
    client.query(
      'SELECT i::text AS row FROM idempotency i UNION ALL SELECT k::text FROM api_key k',
    ),
  )
  expect(JSON.stringify(rows.rows)).not.toContain(body.key)
})

test('the same key for another request is refused', async () => {
  const id = await aConnection(world)
  const key = randomUUID()
  expect((await note(id, key)).status).toBe(201)
  expect(await note(id, key, 'something else')).toMatchObject({
    status: 422,
    body: { code: 'idempotency-key-reused' },
  })
  const other = await aConnection(world)
  expect((await note(other, key)).status).toBe(422)
})

test('the same key of another tenant, or on another route, is another key', async () => {
  const id = await aConnection(world)
  const theirs = await aConnection(world, world.b)
  const key = randomUUID()
  expect((await note(id, key)).status).toBe(201)
  const headers = { 'idempotency-key': key }
  const answer = await world.call('POST', `/v1/connections/${theirs}/notes`, {
    key: world.b.key,
    body: { text: 'other' },
    headers,
  })
  expect(answer.status).toBe(201)
  const message = await world.call('POST', `/v1/connections/${id}/messages`, {
    body: { text: 'hello' },
    headers,
  })
  expect(message.status).toBe(201)
  expect(await notesOf(id)).toBe(2)
})

test('a request that was refused frees its key, so that the corrected one may use it', async () => {
  const key = randomUUID()
  const body = { provider: 'ponto', institutionId: 'none', returnUrl: 'https://erp.test/' }
  const headers = { 'idempotency-key': key }
  expect((await world.call('POST', '/v1/connections', { body, headers })).status).toBe(400)
  const corrected = { ...body, institutionId: 'happy-bank' }
  expect((await world.call('POST', '/v1/connections', { body: corrected, headers })).status).toBe(
    202,
  )
})

test('after the answer was lost on the way, the same key carries on with the same connection', async () => {
  const body = { provider: 'ponto', institutionId: 'happy-bank', returnUrl: 'https://erp.test/' }
  const headers = { 'idempotency-key': randomUUID() }
  const first = await world.call<{ connection: { id: string } }>('POST', '/v1/connections', {
    body,
    headers,
  })
  // the process died before the answer was stored
  await asAdministrator(world.adminUrl, (client) => client.query('DELETE FROM idempotency'))
  const second = await world.call<{ connection: { id: string } }>('POST', '/v1/connections', {
    body,
    headers,
  })
  expect(second.status).toBe(202)
  expect(second.body.connection.id).toBe(first.body.connection.id)
})

test.each(['', 'x'.repeat(256), 'with space', 'é'])('the key %j is refused', async (key) => {
  const id = await aConnection(world)
  const answer = await world.call('POST', `/v1/connections/${id}/notes`, {
    body: { text: 'x' },
    headers: { 'idempotency-key': key },
  })
  expect(answer.status).toBe(400)
  expect(answer.body['errors']).toMatchObject([{ pointer: '/headers/idempotency-key' }])
})

test('a key in the quotes of a structured header is the same key', async () => {
  const id = await aConnection(world)
  const key = randomUUID()
  await note(id, key)
  await note(id, `"${key}"`)
  expect(await notesOf(id)).toBe(1)
})
