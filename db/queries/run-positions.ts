import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import { currentTenant } from '../tenant.ts'

export interface RunPosition {
  runId: string
  providerAccountId: string
  /** Opaque position inside the run; null once the account is read. */
  position: string | null
  done: boolean
  /** Lines of the account that the page added, changed or removed. */
  lines: number
}

const totalRow = z.object({ lines: z.int() })

/** Notes how far a run has read an account; returns how many lines of it the run has touched so far. */
export const store = async (
  tx: DatabaseTransactionConnection,
  { runId, providerAccountId, position, done, lines: touched }: RunPosition,
): Promise<number> => {
  const { lines } = await tx.one(sql.type(totalRow)`
    INSERT INTO run_position (tenant_id, sync_run_id, provider_account_id, position, done, lines)
    VALUES (${currentTenant}, ${runId}, ${providerAccountId}, ${position}, ${done}, ${touched})
    ON CONFLICT (tenant_id, sync_run_id, provider_account_id) DO UPDATE
    SET position = CASE WHEN run_position.done THEN NULL ELSE EXCLUDED.position END,
      done = run_position.done OR EXCLUDED.done, lines = run_position.lines + EXCLUDED.lines
    RETURNING lines`)
  return lines
}
