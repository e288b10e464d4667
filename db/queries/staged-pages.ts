/** Pages of a run that the provider may still take back; they wait until the last one has come. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import { currentTenant } from '../tenant.ts'

type Tx = DatabaseTransactionConnection

export interface StagedRun {
  runId: string
  providerAccountId: string
}

const ofRun = ({ runId, providerAccountId }: StagedRun) => sql.fragment`
  sync_run_id = ${runId} AND provider_account_id = ${providerAccountId}`

/** Puts a page behind those that wait already. */
export const add = async (tx: Tx, run: StagedRun, content: string): Promise<void> => {
  await tx.query(sql.unsafe`
    INSERT INTO staged_page (tenant_id, sync_run_id, provider_account_id, number, content)
    SELECT ${currentTenant}, ${run.runId}, ${run.providerAccountId}, coalesce(max(number), 0) + 1,
      ${content}
    FROM staged_page WHERE ${ofRun(run)}`)
}

const takenRow = z.object({ content: z.string() })

/** Takes the first page away; null when none waits. One at a time, so that memory holds one page whatever the history. */
export const takeFirst = async (tx: Tx, run: StagedRun): Promise<string | null> => {
  const row = await tx.maybeOne(sql.type(takenRow)`
    DELETE FROM staged_page
    WHERE ${ofRun(run)} AND number = (SELECT min(number) FROM staged_page WHERE ${ofRun(run)})
    RETURNING content`)
  return row?.content ?? null
}

/** Forgets the pages: the provider took them back. */
export const discard = async (tx: Tx, run: StagedRun): Promise<void> => {
  await tx.query(sql.unsafe`DELETE FROM staged_page WHERE ${ofRun(run)}`)
}
