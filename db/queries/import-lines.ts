/** Adds the staged lines of a statement to its account, and takes back what an import added. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import { fingerprintVersion } from '../../domain/statement-line.ts'
import { count } from '../row.ts'
import { currentTenant } from '../tenant.ts'
import { keyOf } from './import-matching.ts'
import { joinAtOnce } from './import-staging.ts'
import { before } from './line-corrections.ts'

type Tx = DatabaseTransactionConnection
type Fragment = ReturnType<typeof sql.fragment>

/** How many lines one SQL statement writes, so that each ends long before its timeout. */
const batchMax = 5_000

const lockRow = z.object({ lastSeq: count })

/** Locks an account until the end of the transaction; returns the number of the feed's last entry. */
export const lockAccount = async (tx: Tx, accountId: string): Promise<number> => {
  const { lastSeq } = await tx.one(sql.type(lockRow)`
    SELECT last_seq AS "lastSeq" FROM account WHERE id = ${accountId} FOR UPDATE`)
  return lastSeq
}

const countTo = async (tx: Tx, accountId: string, seq: number): Promise<void> => {
  await tx.query(sql.unsafe`UPDATE account SET last_seq = ${seq} WHERE id = ${accountId}`)
}

/** A statement whose account is locked, and the feed's last number. */
export interface Adding {
  importId: string
  accountId: string
  statement: number
  seq: number
}

const addedRow = z.object({ added: z.int(), present: z.int(), near: z.int() })
export type Added = z.infer<typeof addedRow>

/**
 * Adds the lines of a statement that nothing stored was found for, each with the next number of the feed, and notes that
 * the statement is imported. Returns the counts, and the feed's last number; null where it was imported before.
 */
export const addStatement = async (
  tx: Tx,
  adding: Adding,
): Promise<(Added & { seq: number }) | null> => {
  const { importId, accountId, statement } = adding
  await joinAtOnce(tx)
  const counted = await tx.maybeOne(sql.type(addedRow)`
    UPDATE import_statement SET added = counted.added, already_present = counted.present,
      possible_duplicates = counted.near
    FROM (
      SELECT count(*) FILTER (WHERE stored_key IS NULL) AS added, count(stored_key) AS present,
        count(near_key) FILTER (WHERE stored_key IS NULL) AS near
      FROM statement_import_line WHERE import_id = ${importId} AND statement = ${statement}
    ) AS counted
    WHERE import_id = ${importId} AND number = ${statement} AND import_statement.added IS NULL
    RETURNING import_statement.added, already_present AS present, possible_duplicates AS near`)
  if (counted === null) return null
  await notePresent(tx, adding)
  const seq = await addOpen(tx, adding)
  await noteDoubtful(tx, adding)
  if (seq !== adding.seq) await countTo(tx, accountId, seq)
  await tx.query(sql.unsafe`
    UPDATE statement_import SET lines_added = lines_added + ${counted.added},
      lines_done = lines_done + ${counted.added + counted.present}
    WHERE id = ${importId}`)
  return { ...counted, seq }
}

const notePresent = async (tx: Tx, { importId, accountId, statement }: Adding): Promise<void> => {
  await tx.query(sql.unsafe`
    INSERT INTO imported_line (tenant_id, import_id, account_id, line_key, was_added)
    SELECT ${currentTenant}, ${importId}, ${accountId}, stored_key, FALSE
    FROM statement_import_line
    WHERE import_id = ${importId} AND statement = ${statement} AND stored_key IS NOT NULL
    ON CONFLICT DO NOTHING`)
}

const noteDoubtful = async (tx: Tx, { importId, accountId, statement }: Adding): Promise<void> => {
  await tx.query(sql.unsafe`
    INSERT INTO possible_duplicate (tenant_id, account_id, line_key, other_key, import_id)
    SELECT ${currentTenant}, ${accountId}, stored_key, near_key, ${importId}
    FROM statement_import_line
    WHERE import_id = ${importId} AND statement = ${statement} AND near_key IS NOT NULL
    ON CONFLICT DO NOTHING`)
}

/** Adds what is open of a statement, some lines at a time; returns the feed's last number. */
const addOpen = async (tx: Tx, adding: Adding): Promise<number> => {
  let { seq } = adding
  for (;;) {
    const { lines, last, taken } = await addBatch(tx, adding, { seq, key: keyOf(staged) })
    if (lines === 0 || last === null) return seq
    seq += lines
    if (taken.length > 0) seq += await addBeside(tx, adding, { seq, taken })
    await settleUpTo(tx, adding, last)
  }
}

const staged = sql.fragment`staged`

const openOf = ({ importId, statement }: Adding) => sql.fragment`
  staged.import_id = ${importId} AND staged.statement = ${statement} AND staged.stored_key IS NULL`

const settleUpTo = async (tx: Tx, adding: Adding, last: number): Promise<void> => {
  await tx.query(sql.unsafe`
    UPDATE statement_import_line AS staged SET stored_key = ${keyOf(staged)}
    WHERE ${openOf(adding)} AND staged.number <= ${last}`)
}

/** Lines whose key is held by another line that was known by something else: they stand beside it. */
const addBeside = async (
  tx: Tx,
  adding: Adding,
  { seq, taken }: { seq: number; taken: readonly number[] },
): Promise<number> => {
  const key = sql.fragment`${keyOf(staged)} || ${`.${adding.importId}`}`
  const among = sql.fragment`staged.number = ANY(${sql.array(taken, 'int4')})`
  const { lines } = await addBatch(tx, adding, { seq, key, among })
  await tx.query(sql.unsafe`
    UPDATE statement_import_line AS staged SET stored_key = ${key}
    WHERE ${openOf(adding)} AND ${among}`)
  return lines
}

const batchRow = z.object({
  lines: z.int(),
  /** Number of the last of them. */
  last: z.int().nullable(),
  /** Numbers of those whose key was there. */
  taken: z.array(z.int()),
})

interface Batch {
  seq: number
  key: Fragment
  among?: Fragment
}

/** A line whose import was taken back comes again under its key; any other line under that key stays as it is. */
const addBatch = (
  tx: Tx,
  adding: Adding,
  { seq, key, among = sql.fragment`TRUE` }: Batch,
): Promise<z.infer<typeof batchRow>> =>
  tx.one(sql.type(batchRow)`
    WITH chosen AS MATERIALIZED (
      SELECT staged.*, ${key} AS line_key,
        ${seq}::bigint + row_number() OVER (ORDER BY staged.number) AS seq
      FROM statement_import_line AS staged
      WHERE ${openOf(adding)} AND ${among}
      ORDER BY staged.number LIMIT ${batchMax}
    ), written AS (
      INSERT INTO statement_line AS stored (tenant_id, account_id, line_key, seq, added_seq,
        booked_on, value_on, amount, currency, text, counterparty, counterparty_account, reference,
        bank_reference, end_to_end_id, content_hash, fingerprint, fingerprint_version, import_id,
        raw)
      SELECT ${currentTenant}, account_id, line_key, seq, seq, booked_on, value_on, amount,
        currency, text, counterparty, counterparty_account, reference, bank_reference,
        end_to_end_id, content_hash, fingerprint, ${fingerprintVersion}, import_id, raw
      FROM chosen
      ON CONFLICT (tenant_id, account_id, line_key) DO UPDATE
      -- what it says is equal, or its key would be another
      SET seq = EXCLUDED.seq, bank_reference = EXCLUDED.bank_reference,
        end_to_end_id = EXCLUDED.end_to_end_id, import_id = EXCLUDED.import_id,
        raw = EXCLUDED.raw, removed_at = NULL, is_reverted = FALSE
      WHERE stored.is_reverted
      -- a row just inserted has never been locked or replaced
      RETURNING stored.*, xmax = 0 AS is_new
    ), restored AS (
      INSERT INTO line_change (tenant_id, account_id, seq, line_key, kind, before)
      SELECT tenant_id, account_id, seq, line_key, 'restored', ${before}
      FROM written AS stored WHERE NOT is_new
    ), held AS (
      INSERT INTO imported_line (tenant_id, import_id, account_id, line_key, was_added)
      SELECT tenant_id, import_id, account_id, line_key, TRUE FROM written
    )
    SELECT count(*)::int AS lines, max(chosen.number) AS last,
      coalesce(array_agg(chosen.number) FILTER (WHERE written.line_key IS NULL), '{}') AS taken
    FROM chosen LEFT JOIN written USING (line_key)`)

/** Lines that another import holds as well go over to it. */
const handOver = async (tx: Tx, importId: string, accountId: string): Promise<void> => {
  await tx.query(sql.unsafe`
    UPDATE statement_line AS stored SET import_id = heir.import_id
    FROM (
      SELECT DISTINCT ON (other.line_key) other.line_key, other.import_id
      FROM imported_line AS other
      JOIN statement_import AS later ON later.id = other.import_id
        AND later.tenant_id = other.tenant_id
      WHERE other.account_id = ${accountId} AND other.import_id <> ${importId}
        AND later.state NOT IN ('reverting', 'reverted')
      ORDER BY other.line_key, later.created_at, later.id
    ) AS heir
    WHERE stored.account_id = ${accountId} AND stored.import_id = ${importId}
      AND stored.removed_at IS NULL AND stored.line_key = heir.line_key`)
}

/**
 * Removes some of the lines that an import added and that nobody has taken over, numbered in the feed. Returns how many
 * were removed; 0 when all are.
 */
export const removeSome = async (tx: Tx, importId: string, accountId: string): Promise<number> => {
  const seq = await lockAccount(tx, accountId)
  await joinAtOnce(tx)
  await handOver(tx, importId, accountId)
  const { rowCount } = await tx.query(sql.unsafe`
    WITH gone AS (
      SELECT line_key, ${seq}::bigint + row_number() OVER (ORDER BY line_key) AS number
      FROM (
        SELECT line_key FROM statement_line
        WHERE account_id = ${accountId} AND import_id = ${importId}
          AND removed_at IS NULL AND connection_id IS NULL
        ORDER BY line_key LIMIT ${batchMax}
      ) AS batch
    ), noted AS (
      INSERT INTO line_change (tenant_id, account_id, seq, line_key, kind, before)
      SELECT ${currentTenant}, ${accountId}, number, line_key, 'removed', ${before}
      FROM gone JOIN statement_line AS stored USING (line_key)
      WHERE stored.account_id = ${accountId}
    ), settled AS (
      DELETE FROM possible_duplicate
      WHERE account_id = ${accountId} AND (line_key IN (SELECT line_key FROM gone)
        OR other_key IN (SELECT line_key FROM gone))
    )
    UPDATE statement_line AS stored SET removed_at = now(), is_reverted = TRUE, seq = gone.number
    FROM gone WHERE stored.account_id = ${accountId} AND stored.line_key = gone.line_key`)
  if (rowCount > 0) await countTo(tx, accountId, seq + rowCount)
  await tx.query(sql.unsafe`
    UPDATE statement_import SET lines_removed = lines_removed + ${rowCount} WHERE id = ${importId}`)
  return rowCount
}

/** Counts what stays of an import and why, and forgets which lines its file holds. */
export const countKept = async (tx: Tx, importId: string): Promise<void> => {
  await joinAtOnce(tx)
  await tx.query(sql.unsafe`
    UPDATE statement_import SET kept_by_connection = kept.by_connection,
      kept_by_import = kept.by_import
    FROM (
      SELECT count(*) FILTER (WHERE stored.connection_id IS NOT NULL) AS by_connection,
        count(*) FILTER (WHERE stored.connection_id IS NULL) AS by_import
      FROM imported_line AS held
      JOIN statement_line AS stored ON stored.tenant_id = held.tenant_id
        AND stored.account_id = held.account_id AND stored.line_key = held.line_key
      WHERE held.import_id = ${importId} AND held.was_added AND stored.removed_at IS NULL
    ) AS kept
    WHERE id = ${importId}`)
  await tx.query(sql.unsafe`DELETE FROM imported_line WHERE import_id = ${importId}`)
}

const pairRow = z.object({ lineKey: z.string(), otherKey: z.string(), importId: z.string() })

/** Pairs of lines of an account that may be one, the latest first. */
export const listPossibleDuplicates = (
  tx: Tx,
  accountId: string,
  limit: number,
): Promise<readonly z.infer<typeof pairRow>[]> =>
  tx.any(sql.type(pairRow)`
    SELECT line_key AS "lineKey", other_key AS "otherKey", import_id AS "importId"
    FROM possible_duplicate WHERE account_id = ${accountId}
    ORDER BY found_at DESC, line_key LIMIT ${limit}`)
