import { sql } from 'slonik'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listOverdue } from '../../db/queries/housekeeping.ts'
import { withTenant } from '../../db/tenant.ts'
import type { Arranged } from './arrange.ts'
import { aConnection, aTenant, arrange } from './arrange.ts'

let arranged: Arranged
beforeAll(async () => {
  arranged = await arrange()
})
afterAll(() => arranged.end())

const lowestId = '00000000-0000-0000-0000-000000000000'

/** A connection of a tenant of its own that planned to synchronize so many minutes ago. */
const planned = async (state: string, minutesAgo: number | null): Promise<string> => {
  const tenantId = await aTenant(arranged.pool)
  return withTenant(arranged.pool, tenantId, async (tx) => {
    const id = await aConnection(tx)
    await tx.query(sql.unsafe`
      UPDATE connection SET state = ${state},
        next_sync_at = now() - make_interval(mins => ${minutesAgo}::int) WHERE id = ${id}`)
    return id
  })
}

test('connections of all tenants that let their slot pass are found, page by page, and no others', async () => {
  const late = [await planned('connected', 90), await planned('error', 2_000)]
  await planned('connected', 30)
  await planned('connected', -600)
  await planned('connected', null)
  await planned('not_connected', 90)
  const found: string[] = []
  for (let after = lowestId; ;) {
    const page = await listOverdue(arranged.pool, { lateSeconds: 3_600, after, limit: 1 })
    if (page[0] === undefined) break
    after = page[0].connectionId
    found.push(after)
  }
  expect(found).toEqual(late.toSorted())
})
