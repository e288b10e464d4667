import type { CommonQueryMethods } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import { migrationNames } from './migration-files.ts'

const appliedRow = z.object({ name: z.string() })
const existsRow = z.object({ isThere: z.boolean() })

/** Names of the migrations this version needs and the database does not have; empty = ready to serve. */
export const pendingMigrations = async (pool: CommonQueryMethods): Promise<string[]> => {
  const names = await migrationNames()
  const { isThere } = await pool.one(sql.type(existsRow)`
    SELECT to_regclass('public.migration') IS NOT NULL AS "isThere"`)
  if (!isThere) return names
  const applied = await pool.any(sql.type(appliedRow)`SELECT name FROM migration`)
  return names.filter((name) => !applied.some((row) => row.name === name))
}
