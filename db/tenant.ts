import type { DatabasePool, DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { isUuid } from '../domain/ids.ts'

const tenantIds = new WeakMap<DatabaseTransactionConnection, string>()

/**
 * Runs work in one SQL transaction that sees and writes the rows of one tenant only. The work may run again after a
 * serialization failure, so it holds SQL and nothing else.
 */
export const withTenant = <T>(
  pool: DatabasePool,
  tenantId: string,
  work: (tx: DatabaseTransactionConnection) => Promise<T>,
): Promise<T> => {
  if (!isUuid(tenantId)) throw new TypeError('a tenant id is a uuid')
  return pool.transaction(async (tx) => {
    tenantIds.set(tx, tenantId.toLowerCase())
    await tx.query(sql.unsafe`SELECT set_config('app.tenant_id', ${tenantId}, TRUE)`)
    return work(tx)
  })
}

/** The tenant for whom a transaction was opened; throws for one that `withTenant` did not open. */
export const tenantOf = (tx: DatabaseTransactionConnection): string => {
  const tenantId = tenantIds.get(tx)
  if (tenantId === undefined)
    throw new Error('Tenant rows are reached through withTenant(pool, tenantId, work).')
  return tenantId
}

/** The tenant of the transaction, for rows that are inserted. */
export const currentTenant = sql.fragment`current_setting('app.tenant_id')::uuid`
