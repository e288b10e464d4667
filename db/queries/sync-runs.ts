/** Attempts to bring a connection up to date. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import { currentTenant } from '../tenant.ts'

type Tx = DatabaseTransactionConnection

const runRow = z.object({
  id: z.string(),
  connectionId: z.string(),
  cause: z.enum(['first', 'scheduled', 'person', 'event', 'retry', 'renewal']),
  phase: z.enum(['accepted', 'refreshing', 'mfa', 'reading', 'done']),
  outcome: z.enum(['ok', 'failed', 'stopped']).nullable(),
  failureCode: z.string().nullable(),
  reference: z.string(),
  pages: z.int(),
  linesAdded: z.int(),
  linesChanged: z.int(),
  linesRemoved: z.int(),
  refresh: z.string().nullable(),
  refreshUntil: z.string().nullable(),
  until: z.string().nullable(),
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
})

export type SyncRun = z.infer<typeof runRow>

const columns = sql.fragment`
  id, connection_id AS "connectionId", cause, phase, outcome, failure_code AS "failureCode",
  reference, pages, lines_added AS "linesAdded", lines_changed AS "linesChanged",
  lines_removed AS "linesRemoved", refresh, refresh_until AS "refreshUntil", until,
  started_at AS "startedAt", finished_at AS "finishedAt"`

export interface NewSyncRun {
  id: string
  connectionId: string
  cause: SyncRun['cause']
  /** Kept from the first of the two who add the run. */
  reference: string
}

/** Adds a run that was promised to somebody; nothing happens where the run is there already. */
export const accept = async (tx: Tx, run: NewSyncRun): Promise<void> => {
  const { id, connectionId, cause, reference } = run
  // whole milliseconds, because the instant is handed out and comes back as a position in lists
  await tx.query(sql.unsafe`
    INSERT INTO sync_run (tenant_id, id, connection_id, cause, reference, started_at)
    VALUES (${currentTenant}, ${id}, ${connectionId}, ${cause}, ${reference},
      date_trunc('milliseconds', now()))
    ON CONFLICT (tenant_id, id) DO NOTHING`)
}

/** Adds the run if needed, says that it reads now unless it has ended, and returns it. */
export const begin = async (tx: Tx, run: NewSyncRun): Promise<SyncRun> => {
  await accept(tx, run)
  await tx.query(sql.unsafe`
    UPDATE sync_run SET phase = 'reading' WHERE id = ${run.id} AND phase <> 'done'`)
  return oneById(tx, run.id)
}

/** Says that a run waits for the bank's refresh; `until` is the instant up to which it waits. */
export const noteRefresh = async (
  tx: Tx,
  id: string,
  { refresh, until }: { refresh: string; until: string | null },
): Promise<void> => {
  await tx.query(sql.unsafe`
    UPDATE sync_run SET phase = 'refreshing', refresh = ${refresh},
      refresh_until = ${until}::timestamptz
    WHERE id = ${id} AND phase <> 'done'`)
}

/** Says that a run waits for a person to answer the institution. */
export const park = async (tx: Tx, id: string): Promise<void> => {
  await tx.query(sql.unsafe`
    UPDATE sync_run SET phase = 'mfa', refresh = 'challenge', refresh_until = NULL
    WHERE id = ${id} AND phase <> 'done'`)
}

export type RunEnd =
  | { outcome: 'ok' }
  /** A person closed the connection meanwhile. */
  | { outcome: 'stopped' }
  | {
      outcome: 'failed'
      failureCode: string
      /** Instant before which trying again is pointless. */
      until?: string
    }

/** Ends a run; false when it has ended before, which stands. */
export const finish = async (tx: Tx, id: string, end: RunEnd): Promise<boolean> => {
  const failureCode = end.outcome === 'failed' ? end.failureCode : null
  const until = end.outcome === 'failed' ? (end.until ?? null) : null
  const { rowCount } = await tx.query(sql.unsafe`
    UPDATE sync_run SET phase = 'done', outcome = ${end.outcome}, failure_code = ${failureCode},
      until = ${until}::timestamptz, finished_at = now()
    WHERE id = ${id} AND phase <> 'done'`)
  return rowCount === 1
}

/** One run; throws `NotFoundError` where there is none. */
export const oneById = (tx: Tx, id: string): Promise<SyncRun> =>
  tx.one(sql.type(runRow)`SELECT ${columns} FROM sync_run WHERE id = ${id}`)

/** One run; null where there is none. */
export const maybeOneById = (tx: Tx, id: string): Promise<SyncRun | null> =>
  tx.maybeOne(sql.type(runRow)`SELECT ${columns} FROM sync_run WHERE id = ${id}`)

/** Runs of a connection, the latest first, before a position. */
export const listByConnection = (
  tx: Tx,
  connectionId: string,
  { before, limit }: { before?: Pick<SyncRun, 'startedAt' | 'id'>; limit: number },
): Promise<readonly SyncRun[]> =>
  tx.any(sql.type(runRow)`
    SELECT ${columns} FROM sync_run
    WHERE ${sql.and([
      sql.fragment`connection_id = ${connectionId}`,
      before &&
        sql.fragment`(started_at, id) < (${before.startedAt}::timestamptz, ${before.id}::uuid)`,
    ])}
    ORDER BY started_at DESC, id DESC LIMIT ${limit}`)
