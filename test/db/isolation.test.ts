import { randomUUID } from 'node:crypto'
import { sql } from 'slonik'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { createDatabasePool } from '../../db/pool.ts'
import * as accounts from '../../db/queries/accounts.ts'
import * as connections from '../../db/queries/connections.ts'
import { tenantOf, withTenant } from '../../db/tenant.ts'
import type { Arranged } from './arrange.ts'
import { aConnection, aLine, aLinkedAccount, arrange, aTenant } from './arrange.ts'

let arranged: Arranged
beforeAll(async () => {
  arranged = await arrange()
})
afterAll(() => arranged.end())

const nameRow = z.object({ name: z.string() })
const totalRow = z.object({ total: z.string() })

/** Read before a tenant is known; they hold ids and hashes only. */
const globalTables = ['api_key', 'link_return', 'webhook_route']

test('every table with a tenant has row-level security, but for those that are read before a tenant is known', async () => {
  const unprotected = await arranged.pool.any(sql.type(nameRow)`
    SELECT relname AS name FROM pg_class
    JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'tenant_id' AND NOT attisdropped
    WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND NOT relrowsecurity
    ORDER BY relname`)
  expect(unprotected.map(({ name }) => name)).toEqual(globalTables)
})

test('every protected table has exactly the one policy, for reading and for writing', async () => {
  const odd = await arranged.pool.any(sql.type(nameRow)`
    SELECT relname AS name FROM pg_class
    LEFT JOIN pg_policies ON tablename = relname AND schemaname = 'public'
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relrowsecurity
    GROUP BY relname
    HAVING count(*) FILTER (WHERE policyname = 'tenant_isolation' AND cmd = 'ALL'
      AND qual = with_check AND roles = '{public}') <> 1 OR count(policyname) <> 1`)
  expect(odd).toEqual([])
})

test('the primary key of every protected table begins with the tenant', async () => {
  const odd = await arranged.pool.any(sql.type(nameRow)`
    SELECT relname AS name FROM pg_class
    JOIN pg_index ON indrelid = pg_class.oid AND indisprimary
    JOIN pg_attribute ON attrelid = pg_class.oid AND attnum = indkey[0]
    WHERE relrowsecurity AND attname <> 'tenant_id'`)
  expect(odd).toEqual([])
})

test('the application owns nothing, bypasses nothing and cannot become the owner', async () => {
  const owned = await arranged.pool.any(sql.type(nameRow)`
    SELECT relname AS name FROM pg_class WHERE relowner = 'app'::regrole
    UNION ALL SELECT rolname FROM pg_roles
    WHERE rolname = current_user AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)
    UNION ALL SELECT rolname FROM pg_roles
    WHERE rolname <> 'app' AND pg_has_role('app', oid, 'MEMBER')
    UNION ALL SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relowner <> 'owner'::regrole`)
  expect(owned).toEqual([])
})

test('without a tenant there is nothing to see', async () => {
  await aLinkedAccount(arranged.pool)
  const tables = await arranged.pool.any(sql.type(nameRow)`
    SELECT relname AS name FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relrowsecurity`)
  expect(tables.length).toBeGreaterThan(15)
  for (const { name } of tables) {
    const { total } = await arranged.pool.one(
      sql.type(totalRow)`SELECT count(*) AS total FROM ${sql.identifier([name])}`,
    )
    expect([name, total]).toEqual([name, '0'])
  }
})

test('a tenant neither sees nor changes what belongs to another', async () => {
  const mine = await aLinkedAccount(arranged.pool)
  await mine.store([aLine()])
  const other = await aTenant(arranged.pool)
  await withTenant(arranged.pool, other, async (tx) => {
    expect(await connections.lockById(tx, mine.connectionId)).toBeNull()
    expect(await connections.maybeOneView(tx, mine.connectionId)).toBeNull()
    expect(await connections.setLabel(tx, mine.connectionId, 'theirs')).toBe(false)
    expect(await accounts.maybeOneById(tx, mine.accountId)).toBeNull()
    await connections.remove(tx, mine.connectionId)
  })
  expect(await mine.within((tx) => connections.lockById(tx, mine.connectionId))).not.toBeNull()
})

test('a row for another tenant is refused', async () => {
  const [mine, other] = [await aTenant(arranged.pool), await aTenant(arranged.pool)]
  const insert = withTenant(arranged.pool, mine, (tx) =>
    tx.query(sql.unsafe`
      INSERT INTO connection (tenant_id, id, provider, provider_institution_id, institution_name)
      VALUES (${other}, ${randomUUID()}, 'ponto', 'bank-1', 'Bank One')`),
  )
  await expect(insert).rejects.toThrow(/row-level security/)
})

test('a transaction that fails leaves no tenant behind, nor does one that sets it for the session', async () => {
  const pool = await createDatabasePool(arranged.appUrl, { maxPoolSize: 1 })
  try {
    const tenantId = await aTenant(pool)
    await expect(
      withTenant(pool, tenantId, async (tx) => {
        await aConnection(tx)
        throw new Error('stop')
      }),
    ).rejects.toThrow('stop')
    await withTenant(pool, tenantId, (tx) =>
      tx.query(sql.unsafe`SELECT set_config('app.tenant_id', ${tenantId}, FALSE)`),
    )
    const { total } = await pool.one(sql.type(totalRow)`SELECT count(*) AS total FROM tenant`)
    expect(total).toBe('0')
  } finally {
    await pool.end()
  }
})

test('many tenants at once on few connections, some of them failing, see their own rows only', async () => {
  const pool = await createDatabasePool(arranged.appUrl, { maxPoolSize: 3 })
  try {
    const tenantIds = await Promise.all(Array.from({ length: 5 }, () => aTenant(pool)))
    const seen = await Promise.allSettled(
      Array.from({ length: 200 }, (_, i) => {
        const tenantId = tenantIds[i % 5] ?? ''
        return withTenant(pool, tenantId, async (tx) => {
          if (i % 17 === 0) throw new Error('stop')
          const rows = await tx.any(sql.type(nameRow)`SELECT tenant_id::text AS name FROM tenant`)
          return rows.every(({ name }) => name === tenantId) && rows.length === 1
        })
      }),
    )
    const outcomes = seen.map((each) => (each.status === 'fulfilled' ? each.value : 'failed'))
    expect(new Set(outcomes)).toEqual(new Set([true, 'failed']))
  } finally {
    await pool.end()
  }
})

test('tenant rows cannot be written through a transaction that was opened for nobody', async () => {
  await expect(arranged.pool.transaction(async (tx) => tenantOf(tx))).rejects.toThrow(/withTenant/)
  await expect(arranged.pool.transaction((tx) => aConnection(tx))).rejects.toThrow()
})
