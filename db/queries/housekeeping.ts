/** What is done for all tenants at once. */
import type { CommonQueryMethods } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import { count } from '../row.ts'

const sweptRow = z.object({ swept: count })

/** Deletes at most `rowsMax` rows of each table whose time is over; returns how many went in all. */
export const sweepExpired = async (pool: CommonQueryMethods, rowsMax: number): Promise<number> => {
  const { swept } = await pool.one(sql.type(sweptRow)`SELECT sweep_expired(${rowsMax}) AS swept`)
  return swept
}

const overdueRow = z.object({ tenantId: z.string(), connectionId: z.string() })

interface Overdue {
  lateSeconds: number
  /** Connections behind this id, in the order of their ids. */
  after: string
  limit: number
}

/** Connections that planned a synchronization and let it pass. */
export const listOverdue = (
  pool: CommonQueryMethods,
  { lateSeconds, after, limit }: Overdue,
): Promise<readonly z.infer<typeof overdueRow>[]> =>
  pool.any(sql.type(overdueRow)`
    SELECT tenant_id AS "tenantId", connection_id AS "connectionId"
    FROM overdue_connections(${lateSeconds}, ${after}::uuid, ${limit})`)
