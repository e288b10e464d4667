/** What the workflow of an import writes: one state after the other, each once. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import type {
  ImportOptions,
  ImportPreview,
  ImportSnapshot,
  ImportState,
} from '../../domain/statement-import.ts'
import { toInstant, word } from '../row.ts'
import * as staging from './import-staging.ts'

type Tx = DatabaseTransactionConnection

const snapshotRow = z.object({
  state: word<ImportState>(),
  revision: z.int(),
  previewedRevision: z.int().nullable(),
  questions: z.int(),
  importable: z.int(),
  hasBegun: z.boolean(),
})

/** What the workflow goes on with; null where there is no such import. */
export const maybeOneSnapshot = (tx: Tx, id: string): Promise<ImportSnapshot | null> =>
  tx.maybeOne(sql.type(snapshotRow)`
    SELECT state, revision, previewed_revision AS "previewedRevision",
      coalesce((preview -> 'totals' ->> 'questions')::int, 0) AS questions,
      coalesce((preview -> 'totals' ->> 'importable')::int, 0) AS importable,
      begun_at IS NOT NULL AS "hasBegun"
    FROM statement_import WHERE id = ${id}`)

const begunRow = z.object({
  revision: z.int(),
  options: z.custom<ImportOptions>((value) => typeof value === 'object' && value !== null),
  fileId: z.string(),
})
export type BegunPreview = z.infer<typeof begunRow>

/** Begins a preview by one attempt, whatever an earlier one staged, whose lines are to be cleared; null where nothing may be previewed any more. */
export const beginPreview = async (
  tx: Tx,
  id: string,
  attempt: string,
): Promise<BegunPreview | null> => {
  const begun = await tx.maybeOne(sql.type(begunRow)`
    UPDATE statement_import SET state = 'previewing', attempt = ${attempt}, lines_done = 0,
      lines_total = 0, failure_reference = NULL, expires_at = NULL
    WHERE id = ${id} AND begun_at IS NULL
      AND state IN ('uploaded', 'previewing', 'preview', 'failed')
    RETURNING revision, options, file_id AS "fileId"`)
  if (begun !== null) await staging.clearStatements(tx, id)
  return begun
}

/** Counts staged lines; false where another attempt has begun since, and this one must stop. */
export const countStaged = async (
  tx: Tx,
  id: string,
  { attempt, lines }: { attempt: string; lines: number },
): Promise<boolean> => {
  const { rowCount } = await tx.query(sql.unsafe`
    UPDATE statement_import SET lines_done = lines_done + ${lines}
    WHERE id = ${id} AND attempt = ${attempt} AND state = 'previewing'`)
  return rowCount === 1
}

export interface FinishedPreview {
  preview: Omit<ImportPreview, 'statements'>
  revision: number
  source: string | null
  expiresAtMs: number
}

/** Keeps what was understood; the import waits for somebody from now on. */
export const finishPreview = async (
  tx: Tx,
  id: string,
  { preview, revision, source, expiresAtMs }: FinishedPreview,
): Promise<void> => {
  const { lines } = preview.totals
  await tx.query(sql.unsafe`
    UPDATE statement_import SET state = 'preview', preview = ${JSON.stringify(preview)}::jsonb,
      previewed_revision = ${revision}, format = ${preview.format}, source = ${source},
      lines_done = ${lines}, lines_total = ${lines}, attempt = NULL,
      expires_at = ${toInstant(expiresAtMs)}::timestamptz
    WHERE id = ${id}`)
}

const importingRow = z.object({ source: z.string().nullable() })

/** Begins the import by one attempt, or goes on with it; null where it is over or was never previewed. */
export const beginImport = (
  tx: Tx,
  id: string,
  attempt: string,
): Promise<z.infer<typeof importingRow> | null> =>
  tx.maybeOne(sql.type(importingRow)`
    UPDATE statement_import SET state = 'importing', attempt = ${attempt}, begun_at = coalesce(begun_at, now()),
      lines_done = CASE WHEN begun_at IS NULL THEN 0 ELSE lines_done END,
      lines_total = CASE WHEN begun_at IS NULL THEN (
        SELECT count(*) FROM statement_import_line WHERE import_id = ${id}
      ) ELSE lines_total END,
      failure_reference = NULL, expires_at = NULL
    WHERE id = ${id} AND previewed_revision IS NOT NULL
      AND (preview -> 'totals' ->> 'questions')::int = 0
      AND (state IN ('preview', 'importing') OR (state = 'failed' AND begun_at IS NOT NULL))
    RETURNING source`)

/**
 * Whether an attempt may still add lines: no reversal and no other attempt has begun. Held until the end of the
 * transaction, so that those come after it.
 */
export const isImporting = async (tx: Tx, id: string, attempt: string): Promise<boolean> => {
  const row = await tx.maybeOne(sql.type(importingAttemptRow)`
    SELECT state = 'importing' AND attempt = ${attempt} AS "isCurrent"
    FROM statement_import WHERE id = ${id} FOR UPDATE`)
  return row?.isCurrent ?? false
}

const importingAttemptRow = z.object({ isCurrent: z.boolean().nullable() })

const finishedRow = z.object({
  fileName: z.string(),
  requestedBy: z.string(),
  options: z.custom<ImportOptions>((value) => typeof value === 'object' && value !== null),
  headerFingerprint: z.string().nullable(),
  linesAdded: z.int(),
  linesRemoved: z.int(),
})
export type FinishedImport = z.infer<typeof finishedRow>

const finished = sql.fragment`
  (SELECT name FROM statement_file WHERE statement_file.id = file_id) AS "fileName",
  requested_by AS "requestedBy", options,
  preview -> 'layout' ->> 'headerFingerprint' AS "headerFingerprint",
  lines_added AS "linesAdded", lines_removed AS "linesRemoved"`

/** Ends an import whose statements are all added; null where it has ended before. */
export const finishImport = (tx: Tx, id: string): Promise<FinishedImport | null> =>
  tx.maybeOne(sql.type(finishedRow)`
    UPDATE statement_import SET state = 'imported', imported_at = now(), attempt = NULL
    WHERE id = ${id} AND state = 'importing'
    RETURNING ${finished}`)

/** Begins to take an import back, or goes on with it; false where there is nothing to take back. */
export const beginRevert = async (tx: Tx, id: string): Promise<boolean> => {
  const { rowCount } = await tx.query(sql.unsafe`
    UPDATE statement_import SET state = 'reverting', attempt = NULL, failure_reference = NULL
    WHERE id = ${id} AND begun_at IS NOT NULL
      AND state IN ('importing', 'imported', 'failed', 'reverting')`)
  return rowCount === 1
}

/** Ends it; null where it has ended before. */
export const finishRevert = (tx: Tx, id: string): Promise<FinishedImport | null> =>
  tx.maybeOne(sql.type(finishedRow)`
    UPDATE statement_import SET state = 'reverted', reverted_at = now()
    WHERE id = ${id} AND state = 'reverting'
    RETURNING ${finished}`)

/** Throws a preview away, whose lines are to be cleared; its file goes with the next sweep. */
export const discard = async (tx: Tx, id: string): Promise<void> => {
  await tx.query(sql.unsafe`
    UPDATE statement_import SET state = 'discarded', attempt = NULL, expires_at = NULL
    WHERE id = ${id} AND begun_at IS NULL
      AND state IN ('uploaded', 'previewing', 'preview', 'failed')`)
}

/** Notes that the work in hand failed through no fault of the file. */
export const fail = async (tx: Tx, id: string, reference: string): Promise<void> => {
  await tx.query(sql.unsafe`
    UPDATE statement_import SET state = 'failed', attempt = NULL, failure_reference = ${reference}
    WHERE id = ${id} AND state IN ('uploaded', 'previewing', 'preview', 'importing', 'reverting')`)
}

const earlierRow = z.object({ importedAt: z.string(), requestedBy: z.string() })

/** The latest import of a file with the same bytes that still stands; null where there is none. */
export const maybeOneEarlier = (tx: Tx, id: string): Promise<z.infer<typeof earlierRow> | null> =>
  tx.maybeOne(sql.type(earlierRow)`
    SELECT earlier.imported_at AS "importedAt", earlier.requested_by AS "requestedBy"
    FROM statement_import AS this
    JOIN statement_file AS file ON file.id = this.file_id AND file.tenant_id = this.tenant_id
    JOIN statement_file AS same ON same.sha256 = file.sha256 AND same.tenant_id = file.tenant_id
    JOIN statement_import AS earlier ON earlier.file_id = same.id
      AND earlier.tenant_id = same.tenant_id AND earlier.id <> this.id
    WHERE this.id = ${id} AND earlier.state = 'imported'
    ORDER BY earlier.imported_at DESC LIMIT 1`)
