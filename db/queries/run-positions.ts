import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'

const totalRow = z.strictObject({ lines: z.int() })

/**
 * Stores how far a run has read one account, in the SQL transaction of the page; returns how many lines of the account
 * the run has touched so far.
 */
export const store = async (
  tx: DatabaseTransactionConnection,
  at: {
    runId: string
    providerAccountId: string
    position: string | null
    done: boolean
    lines: number
  },
): Promise<number> => {
  const { lines } = await tx.one(sql.type(totalRow)`
    INSERT INTO run_position (tenant_id, sync_run_id, provider_account_id, position, done, lines)
    VALUES (
      current_setting('app.tenant_id')::uuid, ${at.runId}::uuid, ${at.providerAccountId}, ${at.position}, ${at.done}, ${at.lines}
    )
    ON CONFLICT (tenant_id, sync_run_id, provider_account_id)
    DO UPDATE SET position = excluded.position, done = excluded.done, lines = run_position.lines + excluded.lines
    RETURNING lines`)
  return lines
}
