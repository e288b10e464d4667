/** Adds the staged lines of a statement to its account, some in each SQL transaction. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import { fingerprintVersion } from '../../domain/statement-line.ts'
import { count } from '../row.ts'
import { currentTenant } from '../tenant.ts'
import { keyOf } from './import-pairing.ts'
import { joinAtOnce } from './import-staging.ts'
import { storedWords } from './line-words.ts'

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

/** Notes the number of the feed's last entry. */
export const countTo = async (tx: Tx, accountId: string, seq: number): Promise<void> => {
  await tx.query(sql.unsafe`UPDATE account SET last_seq = ${seq} WHERE id = ${accountId}`)
}

/** A statement whose account is locked, and the feed's last number. */
export interface Adding {
  importId: string
  accountId: string
  statement: number
  seq: number
  /** How many lines are settled at most. */
  max?: number
}

/** Settled lines of a statement, from its first. */
export interface Added {
  added: number
  present: number
  near: number
  /** The feed's last number. */
  seq: number
  /** All lines of the statement are settled. */
  isDone: boolean
}

/** Lines of a statement behind one number and up to another. */
interface Range {
  importId: string
  accountId: string
  statement: number
  after: number
  upTo: number
}

/**
 * Settles the next lines of a statement: adds those that nothing stored was found for, each with the next number of the
 * feed, and notes how far it came; with its last line the statement is imported. Null where it was imported before.
 */
export const addSome = async (tx: Tx, adding: Adding): Promise<Added | null> => {
  const { importId, accountId, statement, seq, max = batchMax } = adding
  await joinAtOnce(tx)
  const place = await maybeOnePlace(tx, adding)
  if (place === null) return null
  const { settledTo: after } = place
  const next = await lookAtNext(tx, { ...adding, after, max })
  const range = { importId, accountId, statement, after, upTo: next.upTo ?? after }
  const last = next.upTo === null ? seq : await settle(tx, range, seq)
  if (last !== seq) await countTo(tx, accountId, last)
  const isDone = next.lines < max
  const settled = await tx.one(sql.type(settledRow)`
    UPDATE import_statement SET settled_to = ${range.upTo},
      settled_added = settled_added + ${next.added},
      settled_present = settled_present + ${next.present},
      settled_near = settled_near + ${next.near}
    WHERE import_id = ${importId} AND number = ${statement}
    RETURNING settled_added AS added, settled_present AS present, settled_near AS near`)
  if (isDone) await close(tx, adding)
  await tx.query(sql.unsafe`
    UPDATE statement_import SET lines_added = lines_added + ${next.added},
      lines_done = lines_done + ${next.added + next.present}
    WHERE id = ${importId}`)
  return { ...settled, seq: last, isDone }
}

const settledRow = z.object({ added: z.int(), present: z.int(), near: z.int() })

const placeRow = z.object({ settledTo: z.int() })

const maybeOnePlace = (
  tx: Tx,
  { importId, statement }: Adding,
): Promise<z.infer<typeof placeRow> | null> =>
  tx.maybeOne(sql.type(placeRow)`
    SELECT settled_to AS "settledTo" FROM import_statement
    WHERE import_id = ${importId} AND number = ${statement} AND added IS NULL FOR UPDATE`)

const nextRow = z.object({
  lines: z.int(),
  added: z.int(),
  present: z.int(),
  near: z.int(),
  upTo: z.int().nullable(),
})

const lookAtNext = (
  tx: Tx,
  { importId, statement, after, max }: Adding & { after: number; max: number },
): Promise<z.infer<typeof nextRow>> =>
  tx.one(sql.type(nextRow)`
    SELECT count(*)::int AS lines, (count(*) FILTER (WHERE stored_key IS NULL))::int AS added,
      count(stored_key)::int AS present,
      (count(near_key) FILTER (WHERE stored_key IS NULL))::int AS near, max(number) AS "upTo"
    FROM (
      SELECT number, stored_key, near_key FROM statement_import_line
      WHERE import_id = ${importId} AND statement = ${statement} AND number > ${after}
      ORDER BY number LIMIT ${max}
    ) AS next`)

/** The statement is imported: its counts are those of its settled lines. */
const close = async (tx: Tx, { importId, statement }: Adding): Promise<void> => {
  await tx.query(sql.unsafe`
    UPDATE import_statement SET added = settled_added, already_present = settled_present,
      possible_duplicates = settled_near
    WHERE import_id = ${importId} AND number = ${statement}`)
}

const ofRange = (line: Fragment, { importId, statement, after, upTo }: Range) => sql.fragment`
  ${line}.import_id = ${importId} AND ${line}.statement = ${statement}
  AND ${line}.number > ${after} AND ${line}.number <= ${upTo}`

const notePresent = async (tx: Tx, range: Range): Promise<void> => {
  const { importId, accountId } = range
  await tx.query(sql.unsafe`
    INSERT INTO imported_line (tenant_id, import_id, account_id, line_key, was_added)
    SELECT ${currentTenant}, ${importId}, ${accountId}, stored_key, FALSE
    FROM statement_import_line AS staged
    WHERE ${ofRange(staged, range)} AND stored_key IS NOT NULL
    ON CONFLICT DO NOTHING`)
}

const noteDoubtful = async (tx: Tx, range: Range): Promise<void> => {
  const { importId, accountId } = range
  await tx.query(sql.unsafe`
    INSERT INTO possible_duplicate (tenant_id, account_id, line_key, other_key, import_id)
    SELECT ${currentTenant}, ${accountId}, stored_key, near_key, ${importId}
    FROM statement_import_line AS staged
    WHERE ${ofRange(staged, range)} AND near_key IS NOT NULL
    ON CONFLICT DO NOTHING`)
}

const staged = sql.fragment`staged`

const openOf = (range: Range) =>
  sql.fragment`${ofRange(staged, range)} AND staged.stored_key IS NULL`

/** Settles the lines of a range; returns the feed's last number. */
const settle = async (tx: Tx, range: Range, seq: number): Promise<number> => {
  await notePresent(tx, range)
  const { lines, taken } = await addBatch(tx, range, { seq, key: keyOf(staged) })
  let last = seq + lines
  if (taken.length > 0) last += await addBeside(tx, range, { seq: last, taken })
  await tx.query(sql.unsafe`
    UPDATE statement_import_line AS staged SET stored_key = ${keyOf(staged)}
    WHERE ${openOf(range)}`)
  await noteDoubtful(tx, range)
  return last
}

/** Lines whose key is held by another line that was known by something else: they stand beside it. */
const addBeside = async (
  tx: Tx,
  range: Range,
  { seq, taken }: { seq: number; taken: readonly number[] },
): Promise<number> => {
  const key = sql.fragment`${keyOf(staged)} || ${`.${range.importId}`}`
  const among = sql.fragment`staged.number = ANY(${sql.array(taken, 'int4')})`
  const { lines } = await addBatch(tx, range, { seq, key, among })
  await tx.query(sql.unsafe`
    UPDATE statement_import_line AS staged SET stored_key = ${key}
    WHERE ${openOf(range)} AND ${among}`)
  return lines
}

const batchRow = z.object({
  lines: z.int(),
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
  range: Range,
  { seq, key, among = sql.fragment`TRUE` }: Batch,
): Promise<z.infer<typeof batchRow>> =>
  tx.one(sql.type(batchRow)`
    WITH chosen AS MATERIALIZED (
      SELECT staged.*, ${key} AS line_key,
        ${seq}::bigint + row_number() OVER (ORDER BY staged.number) AS seq
      FROM statement_import_line AS staged
      WHERE ${openOf(range)} AND ${among}
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
      SELECT tenant_id, account_id, seq, line_key, 'restored', ${storedWords}
      FROM written AS stored WHERE NOT is_new
    ), held AS (
      INSERT INTO imported_line (tenant_id, import_id, account_id, line_key, was_added)
      SELECT tenant_id, import_id, account_id, line_key, TRUE FROM written
    )
    SELECT count(*)::int AS lines,
      coalesce(array_agg(chosen.number) FILTER (WHERE written.line_key IS NULL), '{}') AS taken
    FROM chosen LEFT JOIN written USING (line_key)`)

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
