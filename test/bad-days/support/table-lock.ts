/** Holds a program at the SQL statement that needs a table, by taking the table away from it. */
import { Client } from 'pg'
import { until } from '../../../scripts/until.ts'
import type { Stage } from './stage.ts'

export interface TableLock {
  /** Resolves when a statement that contains this text waits for the table. */
  someoneWaits: (statement: string) => Promise<void>
  release: () => Promise<void>
}

const limitMs = 30_000

/** Reads go on; whatever would write into the table waits. */
export const lockTable = async ({ stack }: Stage, table: string): Promise<TableLock> => {
  const connectionString = stack.env['MIGRATION_DATABASE_URL'] ?? ''
  const holder = new Client({ connectionString })
  // where a test fails, the server stops while we still hold the table
  holder.on('error', () => {})
  await holder.connect()
  await holder.query(`BEGIN; LOCK TABLE ${table} IN EXCLUSIVE MODE`)
  return {
    async someoneWaits(statement) {
      await until(
        async () => {
          // what others do is shown as it was at the first look of a transaction
          await holder.query('SELECT pg_stat_clear_snapshot()')
          const { rowCount } = await holder.query(
            "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND strpos(query, $1) > 0",
            [statement],
          )
          return (rowCount ?? 0) > 0 ? true : undefined
        },
        { what: `Somebody waiting with ${statement}`, limitMs },
      )
    },
    release: () => holder.end(),
  }
}
