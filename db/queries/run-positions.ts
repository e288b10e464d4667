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
  /** What the page brought, for the sums of the run. */
  counts: PageCounts
}

export interface PageCounts {
  pages: number
  added: number
  changed: number
  removed: number
  /** Lines of which more is known now; a run says what the bank did, and this it did not. */
  filled: number
}

/** 1 for a run that goes on, 0 for one that has ended. */
const isGoing = sql.fragment`(phase <> 'done')::int`

const totalRow = z.object({ lines: z.int() })

/**
 * Notes how far a run has read an account and adds what the page brought to the run; returns how many lines of the account
 * the run has touched so far. A run that has ended keeps the counts that were told, so that an attempt that wakes up late
 * does not change them.
 */
export const store = async (
  tx: DatabaseTransactionConnection,
  { runId, providerAccountId, position, done, counts }: RunPosition,
): Promise<number> => {
  const { pages, added, changed, removed, filled } = counts
  const { lines } = await tx.one(sql.type(totalRow)`
    WITH counted AS (
      UPDATE sync_run SET pages = pages + ${pages} * ${isGoing},
        lines_added = lines_added + ${added} * ${isGoing},
        lines_changed = lines_changed + ${changed} * ${isGoing},
        lines_removed = lines_removed + ${removed} * ${isGoing}
      WHERE id = ${runId}
    )
    INSERT INTO run_position (tenant_id, sync_run_id, provider_account_id, position, done, lines)
    VALUES (${currentTenant}, ${runId}, ${providerAccountId}, ${position}, ${done},
      ${added + changed + removed + filled})
    ON CONFLICT (tenant_id, sync_run_id, provider_account_id) DO UPDATE
    SET position = CASE WHEN run_position.done THEN NULL ELSE EXCLUDED.position END,
      done = run_position.done OR EXCLUDED.done, lines = run_position.lines + EXCLUDED.lines
    RETURNING lines`)
  return lines
}
