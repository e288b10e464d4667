import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { glob, readFile } from 'node:fs/promises'
import type { AddressInfo, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import pg from 'pg'
import { SchemaValidationError, sql } from 'slonik'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { createDatabasePool } from '../../db/pool.ts'
import { withTenant } from '../../db/tenant.ts'
import type { Arranged } from './arrange.ts'
import { arrange } from './arrange.ts'

let arranged: Arranged
beforeAll(async () => {
  arranged = await arrange()
})
afterAll(() => arranged.end())

test('money and big numbers arrive as text, days as days, instants as ISO text', async () => {
  const row = await arranged.pool.one(sql.type(z.record(z.string(), z.unknown()))`
    SELECT 123456789012345678901234567890.12345::numeric AS money, 9007199254740993::int8 AS big,
      '2026-03-02'::date AS day, '2026-03-02 10:00:00.5+01'::timestamptz AS at,
      ARRAY[0.10, 2]::numeric[] AS amounts`)
  expect(row).toEqual({
    money: '123456789012345678901234567890.12345',
    big: '9007199254740993',
    day: '2026-03-02',
    at: '2026-03-02T09:00:00.500Z',
    amounts: ['0.10', '2'],
  })
})

test('a row that does not fit its schema stops the query', async () => {
  const query = arranged.pool.one(sql.type(z.object({ one: z.string() }))`SELECT 1 AS one`)
  await expect(query).rejects.toThrow(SchemaValidationError)
})

test('a statement that runs too long is ended by the server', async () => {
  const pool = await createDatabasePool(arranged.appUrl, { statementTimeoutMs: 50 })
  await expect(pool.query(sql.unsafe`SELECT pg_sleep(30)`)).rejects.toThrow(/statement_timeout/)
  await pool.end()
})

const tenantRow = z.object({ tenantId: z.string().nullable() })

test('a pooled connection keeps nothing of the tenant it worked for, whether the work succeeded or failed', async () => {
  const pool = await createDatabasePool(arranged.appUrl, { maxPoolSize: 1 })
  const tenantId = randomUUID()
  const told = () =>
    pool.one(sql.type(tenantRow)`
      SELECT nullif(current_setting('app.tenant_id', TRUE), '') AS "tenantId"`)
  await withTenant(pool, tenantId, () => Promise.resolve())
  expect(await told()).toEqual({ tenantId: null })
  const failing = withTenant(pool, tenantId, (tx) => tx.query(sql.unsafe`SELECT 1 / 0`))
  await expect(failing).rejects.toThrow()
  expect(await told()).toEqual({ tenantId: null })
  await pool.end()
})

test('no setting is meant to outlive its transaction', async () => {
  for await (const file of glob('{db,activities,api}/**/*.ts')) {
    // migrations have a connection of their own, which ends with them
    if (file === 'db/migrate.ts') continue
    const text = await readFile(file, 'utf8')
    const lasting = [
      ...[...text.matchAll(/set_config\([^`]*?, (?:true|false)\)/gi)].filter(
        ([call]) => !/, true\)$/i.test(call),
      ),
      ...text.matchAll(/`\s*(?:SET|PREPARE|LISTEN|DECLARE|CREATE TEMP)\s+(?!LOCAL)/gi),
      ...text.matchAll(/pg_(?:try_)?advisory_lock(?:_shared)?\(/gi),
    ]
    expect([file, lasting.map(([found]) => found)]).toEqual([file, []])
  }
})

test('a server that stops answering fails the query instead of keeping it for ever', async () => {
  const { hostname, port } = new URL(arranged.appUrl)
  const sockets: Socket[] = []
  let isMute = false
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    sockets.push(client, upstream)
    for (const socket of [client, upstream]) socket.on('error', () => undefined)
    client.on('data', (bytes) => void upstream.write(bytes))
    upstream.on('data', (bytes) => {
      if (!isMute) client.write(bytes)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(arranged.appUrl)
  // oxlint-disable-next-line no-unsafe-type-assertion -- a TCP server has an address of this shape
  url.port = String((server.address() as AddressInfo).port)
  const usual = pg.defaults.query_timeout
  pg.defaults.query_timeout = 0
  const pool = await createDatabasePool(url.href, { statementTimeoutMs: 100 })
  try {
    // one connection for both, because a new one would fail for another reason
    const query = pool.connect(async (connection) => {
      await connection.query(sql.unsafe`SELECT 1`)
      isMute = true
      await connection.query(sql.unsafe`SELECT 1`)
    })
    await expect(query).rejects.toThrow('Query read timeout')
  } finally {
    pg.defaults.query_timeout = usual
    isMute = false
    for (const socket of sockets) socket.destroy()
    server.close()
    await pool.end()
  }
})
