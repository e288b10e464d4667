import { sql } from 'slonik'
import { z } from 'zod'
import type { Linked } from '../../db/arrange.ts'

const row = z.object({ done: z.boolean(), staged: z.coerce.number() })

/** Where the run of an account stands, and how many pages still wait. */
export const runPositions = (account: Linked) =>
  account.within((tx) =>
    tx.any(sql.type(row)`
      SELECT done, (SELECT count(*) FROM staged_page
        WHERE staged_page.sync_run_id = run_position.sync_run_id) AS staged
      FROM run_position WHERE sync_run_id = ${account.syncRunId}`),
  )
