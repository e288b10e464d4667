import { randomBytes, randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { makeOperatorKey } from '../../api/make-operator-key.ts'
import type { RunningApi } from '../../api/server.ts'
import { startApi } from '../../api/server.ts'
import { readConfig } from '../../config.ts'
import { createDatabasePool } from '../../db/pool.ts'
import * as connections from '../../db/queries/connections.ts'
import { withTenant } from '../../db/tenant.ts'
import { bootstrapTenant } from '../../scripts/bootstrap.ts'
import { until } from '../../scripts/until.ts'
import type { TestDatabase } from '../support/database.ts'
import { createTestDatabase } from '../support/database.ts'
import type { TestNamespace } from '../support/temporal.ts'
import { createTestNamespace } from '../support/temporal.ts'

let database: TestDatabase
let namespace: TestNamespace

beforeAll(async () => {
  database = await createTestDatabase()
  namespace = await createTestNamespace()
})
afterAll(async () => {
  await namespace.close()
  await database.drop()
})

const start = (drainMs = 20_000): Promise<RunningApi> =>
  startApi(
    readConfig({
      DATABASE_URL: database.appUrl,
      TEMPORAL_ADDRESS: namespace.address,
      TEMPORAL_NAMESPACE: namespace.namespace,
      VAULT_KEYS: `k1:${randomBytes(32).toString('base64')}`,
      PUBLIC_URL: 'http://localhost:3000',
      PORT: '0',
      LOG_LEVEL: 'silent',
      PONTO_CLIENT_ID: 'sandbox-client',
      PONTO_CLIENT_SECRET: 'sandbox-secret',
      PONTO_APPLICATION_ID: 'sandbox-application',
      PONTO_SANDBOX: 'true',
    }),
    { noticeMs: 0, drainMs },
  )

test('a fresh installation: an operator’s key is made by hand, adds a tenant, and that tenant’s key works', async () => {
  const api = await start()
  try {
    const send = async (key: string, path: string, body?: object) => {
      const response = await fetch(`${api.url}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return { status: response.status, body: JSON.parse(await response.text()) }
    }
    const operator = await makeOperatorKey(database.appUrl, 'Anna')
    const made = await send(operator, '/v1/tenants', { name: 'Bakery', clientId: 'bakery' })
    expect(made.status).toBe(201)
    expect(await send(made.body.apiKey.key, '/v1/tenant')).toMatchObject({
      status: 200,
      body: { clientId: 'bakery' },
    })
    expect((await send(operator, '/v1/connections')).status).toBe(403)
  } finally {
    await api.stop()
  }
})

test('a proxy of the environment does not come between the API and Temporal', async () => {
  vi.stubEnv('http_proxy', 'http://127.0.0.1:9')
  const api = await start()
  try {
    expect((await fetch(`${api.url}/readyz`)).status).toBe(200)
  } finally {
    await api.stop()
    vi.unstubAllEnvs()
  }
})

/** A connection whose row somebody else holds, so that a change of it waits. */
const heldConnection = async (): Promise<{
  path: string
  key: string
  release: () => Promise<void>
}> => {
  const { tenantId, apiKey: key } = await bootstrapTenant(database.appUrl, 'Bakery')
  const pool = await createDatabasePool(database.appUrl)
  const id = randomUUID()
  await withTenant(pool, tenantId, (tx) =>
    connections.create(tx, {
      id,
      provider: 'ponto',
      providerInstitutionId: 'x',
      institutionName: 'X',
    }),
  )
  await pool.end()
  const holder = new Client({ connectionString: database.adminUrl })
  await holder.connect()
  await holder.query('BEGIN')
  await holder.query('SELECT FROM connection WHERE id = $1 FOR UPDATE', [id])
  return {
    path: `/v1/connections/${id}`,
    key,
    release: async () => {
      await holder.query('COMMIT')
      await holder.end()
    },
  }
}

const change = (url: string, { path, key }: { path: string; key: string }): Promise<Response> =>
  fetch(`${url}${path}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ label: 'changed' }),
  })

const waitsForLock = () =>
  until(
    async () => {
      const client = new Client({ connectionString: database.adminUrl })
      await client.connect()
      const { rows } = await client.query(
        "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'",
      )
      await client.end()
      return rows.length > 0
    },
    { what: 'a request that waits', limitMs: 20_000 },
  )

test('a stop finishes the request in flight, takes no new one, and then everything is closed', async () => {
  const api = await start()
  expect((await fetch(`${api.url}/readyz`)).status).toBe(200)
  const held = await heldConnection()
  const inFlight = change(api.url, held)
  await waitsForLock()
  const stopped = api.stop()
  await until(
    () =>
      fetch(`${api.url}/livez`).then(
        () => false,
        () => true,
      ),
    {
      what: 'the door to be closed',
      limitMs: 20_000,
    },
  )
  await held.release()
  expect((await inFlight).status).toBe(200)
  await stopped
})

test('a request that takes too long is cut off when the time to stop is over', async () => {
  const api = await start(200)
  const held = await heldConnection()
  const inFlight = change(api.url, held)
  const outcome = inFlight.then(
    () => 'answered',
    () => 'cut off',
  )
  await waitsForLock()
  const stopped = api.stop()
  expect(await outcome).toBe('cut off')
  await held.release()
  await stopped
})

test('stopping twice is stopping once', async () => {
  const api = await start()
  await Promise.all([api.stop(), api.stop()])
})
