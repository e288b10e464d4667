/** Imports of statement files, as people and the API see them; what the work itself writes is in `import-*.ts`. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import type {
  ImportOptions,
  ImportPreview,
  ImportState,
  StatementPreview,
  Verdict,
} from '../../domain/statement-import.ts'
import { count, word } from '../row.ts'
import { currentTenant } from '../tenant.ts'

type Tx = DatabaseTransactionConnection

/** How many statements of a file are listed; its totals count all of them. */
const statementsMax = 1_000

/** Adds an import of a finished file; the same id again changes nothing. */
export const create = async (
  tx: Tx,
  made: { id: string; fileId: string; options: ImportOptions; requestedBy: string },
): Promise<void> => {
  const { id, fileId, options, requestedBy } = made
  // whole milliseconds, because the instant is handed out and comes back as a position in lists
  await tx.query(sql.unsafe`
    INSERT INTO statement_import (tenant_id, id, file_id, options, requested_by, created_at)
    VALUES (${currentTenant}, ${id}, ${fileId}, ${JSON.stringify(options)}::jsonb, ${requestedBy},
      date_trunc('milliseconds', now()))
    ON CONFLICT (tenant_id, id) DO NOTHING`)
}

const revisionRow = z.object({ revision: z.int() })

/**
 * Replaces the options of an import that has not begun; the same options again change nothing. Returns the revision to
 * send with `correctImport`, or null where nothing can be corrected any more.
 */
export const correct = async (
  tx: Tx,
  id: string,
  options: ImportOptions,
): Promise<number | null> => {
  const given = JSON.stringify(options)
  const row = await tx.maybeOne(sql.type(revisionRow)`
    UPDATE statement_import SET options = ${given}::jsonb,
      revision = revision + CASE WHEN options = ${given}::jsonb THEN 0 ELSE 1 END
    WHERE id = ${id} AND (state IN ('uploaded', 'previewing', 'preview')
      OR (state = 'failed' AND begun_at IS NULL))
    RETURNING revision`)
  return row?.revision ?? null
}

// these two are written by our own code only, and read by it
const kept = <Value>() =>
  z.custom<Value>((value) => typeof value === 'object' && value !== null && !Array.isArray(value))

const importRow = z.object({
  id: z.string(),
  fileId: z.string(),
  state: word<ImportState>(),
  fileName: z.string(),
  sizeBytes: count.nullable(),
  /** Hex. */
  sha256: z.string().nullable(),
  requestedBy: z.string(),
  options: kept<ImportOptions>(),
  revision: z.int(),
  /** The revision that the preview shows; a smaller one than `revision` is about to be replaced. */
  previewedRevision: z.int().nullable(),
  format: z.string().nullable(),
  /** How far the work in hand is: lines read while previewing, lines settled while importing. */
  linesDone: z.int(),
  linesTotal: z.int(),
  linesAdded: z.int(),
  linesRemoved: z.int(),
  /** Lines that stay after it was reverted, because a connection shows them too, or another import. */
  keptByConnection: z.int(),
  keptByImport: z.int(),
  /** Its lines were begun to be added, so that there may be something to take back. */
  hasBegun: z.boolean(),
  failureReference: z.string().nullable(),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  importedAt: z.string().nullable(),
  revertedAt: z.string().nullable(),
})
export type ImportView = z.infer<typeof importRow>

const columns = sql.fragment`
  statement_import.id, file_id AS "fileId", state, statement_file.name AS "fileName",
  statement_file.size_bytes AS "sizeBytes", encode(statement_file.sha256, 'hex') AS sha256,
  requested_by AS "requestedBy", options, revision, previewed_revision AS "previewedRevision",
  format, lines_done AS "linesDone", lines_total AS "linesTotal", lines_added AS "linesAdded",
  lines_removed AS "linesRemoved", kept_by_connection AS "keptByConnection",
  kept_by_import AS "keptByImport", begun_at IS NOT NULL AS "hasBegun",
  failure_reference AS "failureReference", statement_import.created_at AS "createdAt",
  expires_at AS "expiresAt", imported_at AS "importedAt", reverted_at AS "revertedAt"`

const withFile = sql.fragment`
  statement_import JOIN statement_file ON statement_file.id = statement_import.file_id
    AND statement_file.tenant_id = statement_import.tenant_id`

/** One import without its preview; null where there is none. */
export const maybeOneById = (tx: Tx, id: string): Promise<ImportView | null> =>
  tx.maybeOne(sql.type(importRow)`
    SELECT ${columns} FROM ${withFile} WHERE statement_import.id = ${id}`)

/** The same, and nobody else changes it until the end of the transaction. */
export const lockById = (tx: Tx, id: string): Promise<ImportView | null> =>
  tx.maybeOne(sql.type(importRow)`
    SELECT ${columns} FROM ${withFile} WHERE statement_import.id = ${id}
    FOR UPDATE OF statement_import`)

/** Imports of the tenant, the latest first, before a position. */
export const list = (
  tx: Tx,
  { before, limit }: { before?: Pick<ImportView, 'createdAt' | 'id'>; limit: number },
): Promise<readonly ImportView[]> =>
  tx.any(sql.type(importRow)`
    SELECT ${columns} FROM ${withFile}
    WHERE ${sql.and([
      sql.fragment`TRUE`,
      before &&
        sql.fragment`(statement_import.created_at, statement_import.id)
          < (${before.createdAt}::timestamptz, ${before.id}::uuid)`,
    ])}
    ORDER BY statement_import.created_at DESC, statement_import.id DESC LIMIT ${limit}`)

const previewRow = z.object({ preview: kept<Omit<ImportPreview, 'statements'>>().nullable() })

type Summary = Omit<
  StatementPreview,
  'number' | 'accountId' | 'verdict' | 'alreadyPresent' | 'possibleDuplicates' | 'added'
>
const statementRow = z.object({
  number: z.int(),
  accountId: z.string().nullable(),
  verdict: word<Verdict>(),
  alreadyPresent: z.int(),
  possibleDuplicates: z.int(),
  added: z.int().nullable(),
  summary: kept<Summary>(),
})

/** What was understood of an import's file; null while nobody has looked at it. */
export const maybeOnePreview = async (tx: Tx, id: string): Promise<ImportPreview | null> => {
  const row = await tx.maybeOne(
    sql.type(previewRow)`SELECT preview FROM statement_import WHERE id = ${id}`,
  )
  if (!row?.preview) return null
  const statements = await tx.any(sql.type(statementRow)`
    SELECT number, account_id AS "accountId", verdict, already_present AS "alreadyPresent",
      possible_duplicates AS "possibleDuplicates", added, summary
    FROM import_statement WHERE import_id = ${id} ORDER BY number LIMIT ${statementsMax}`)
  return {
    ...row.preview,
    statements: statements.map(({ summary, ...statement }) => ({ ...summary, ...statement })),
  }
}
