/** Deletes what is over, for all tenants at once. */
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
