import { randomUUID } from 'node:crypto'
import { Client, Connection } from '@temporalio/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asAdministrator } from '../support/template-database.ts'
import { aConnection, storeInstitution } from './support/builders.ts'
import type { World } from './support/world.ts'
import { createWorld } from './support/world.ts'

const quick = { commandDeadlineMs: 700, linkWaitMs: 300, hookDeadlineMs: 500 }

describe('while no worker runs', () => {
  let world: World

  beforeAll(async () => {
    world = await createWorld({ withoutWorker: true, deps: { limits: quick } })
    await storeInstitution(world)
  })
  afterAll(() => world.close())

  test('a command says so in time, is not remembered, and may be repeated with its key', async () => {
    const id = await aConnection(world)
    const headers = { 'idempotency-key': randomUUID() }
    for (let tries = 0; tries < 2; tries += 1) {
      const answer = await world.call('POST', `/v1/connections/${id}/syncs`, { body: {}, headers })
      expect(answer).toMatchObject({
        status: 503,
        body: { code: 'service-unavailable', retryAfter: 5 },
      })
      expect(answer.headers.get('retry-after')).toBe('5')
    }
    expect(await world.call('GET', `/v1/connections/${id}/runs`)).toMatchObject({
      body: { data: [] },
    })
  })

  test('reading goes on', async () => {
    expect((await world.call('GET', '/v1/connections')).status).toBe(200)
  })

  test('a connection begun twice with one key is one connection', async () => {
    const headers = { 'idempotency-key': randomUUID() }
    const body = { provider: 'ponto', institutionId: 'happy-bank', returnUrl: 'https://erp.test/' }
    const before = await count(world)
    await world.call('POST', '/v1/connections', { body, headers })
    await world.call('POST', '/v1/connections', { body, headers })
    expect(await count(world)).toBe(before + 1)
  })

  test('a person coming back is asked to reload, and nothing is lost', async () => {
    const body = { provider: 'ponto', institutionId: 'happy-bank', returnUrl: 'https://erp.test/' }
    await world.call('POST', '/v1/connections', { body })
    const flowId = await newestFlow(world)
    const state = world.deps.vault.hmac('link-state', flowId).toString('base64url')
    const comeBack = () =>
      world.call('GET', `/callbacks/ponto?state=${state}&code=x`, { key: null, redirect: 'manual' })
    const first = await comeBack()
    expect(first.status).toBe(503)
    expect(first.headers.get('content-type')).toContain('text/html')
    expect((await comeBack()).status).toBe(503)
  })
})

const count = async (world: World): Promise<number> =>
  asAdministrator(world.adminUrl, async (client) => {
    const { rows } = await client.query<{ n: string }>('SELECT count(*) AS n FROM connection')
    return Number(rows[0]?.n)
  })

const newestFlow = (world: World): Promise<string> =>
  asAdministrator(world.adminUrl, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      'SELECT id FROM link_flow ORDER BY created_at DESC LIMIT 1',
    )
    return rows[0]?.id ?? ''
  })

describe('while Temporal cannot be reached', () => {
  let world: World

  beforeAll(async () => {
    const connection = Connection.lazy({ address: '127.0.0.1:1', connectTimeout: 300 })
    const temporal = new Client({ connection, namespace: 'default' })
    world = await createWorld({ withoutWorker: true, deps: { temporal, limits: quick } })
  })
  afterAll(() => world.close())

  test('a command is 503 and changes nothing', async () => {
    const id = await aConnection(world)
    const answer = await world.call('POST', `/v1/connections/${id}/disconnections`, { body: {} })
    expect(answer).toMatchObject({ status: 503, body: { code: 'service-unavailable' } })
    expect(await world.call('GET', `/v1/connections/${id}`)).toMatchObject({
      body: { state: 'connected' },
    })
  })

  test('a change whose workflow cannot be told is 503, and repeating it is harmless', async () => {
    const id = await aConnection(world)
    const change = () =>
      world.call('PATCH', `/v1/connections/${id}`, { body: { syncIntervalSeconds: 7200 } })
    expect(await change()).toMatchObject({ status: 503, body: { code: 'service-unavailable' } })
    expect((await change()).status).toBe(503)
  })

  test('readiness is red and says why; liveness stays green', async () => {
    const ready = await world.call('GET', '/readyz?verbose', { key: null })
    expect(ready).toMatchObject({
      status: 503,
      body: {
        status: 'failing',
        checks: { postgresql: 'ok', schema: 'ok', temporal: 'no answer' },
      },
    })
    expect((await world.call('GET', '/livez', { key: null })).status).toBe(200)
  })
})

describe('health', () => {
  test('an instance that has everything is ready, one that stops is not', async () => {
    let isStopping = false
    const world = await createWorld({ withoutWorker: true, deps: { isStopping: () => isStopping } })
    expect(await world.call('GET', '/readyz?verbose', { key: null })).toMatchObject({
      status: 200,
      body: { status: 'ok', checks: { postgresql: 'ok', schema: 'ok', temporal: 'ok' } },
    })
    isStopping = true
    expect(await world.call('GET', '/readyz', { key: null })).toMatchObject({
      status: 503,
      body: { status: 'stopping' },
    })
    await world.close()
  })

  test('a database without the newest migration is not ready', async () => {
    const world = await createWorld({ withoutWorker: true })
    await asAdministrator(world.adminUrl, (client) =>
      client.query('DELETE FROM migration WHERE name = (SELECT max(name) FROM migration)'),
    )
    expect(await world.call('GET', '/readyz?verbose', { key: null })).toMatchObject({
      status: 503,
      body: { checks: { schema: 'migrations missing: 1' } },
    })
    await world.close()
  })
})
