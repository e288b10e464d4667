/** Lines of a statement file between its preview and its import. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import type { Line } from '../../domain/statement-line.ts'
import type { StatementPreview, Verdict } from '../../domain/statement-import.ts'
import { binaryRows } from '../binary-rows.ts'
import { currentTenant } from '../tenant.ts'
import type { Slice, StagedAccount } from './import-slices.ts'
import { inSlice } from './import-slices.ts'
import { hashes, lineColumns, lineTypes, storable, toRow } from './line-rows.ts'

type Tx = DatabaseTransactionConnection

/** A line of a file with the place it has there; its key is made when it is stored. */
export interface StagedLine {
  /** Place in the file, from 1. */
  number: number
  /** Number of its statement. */
  statement: number
  accountId: string
  line: Omit<Line, 'lineKey'>
  /** An id of the bank that may tell lines apart; null where the format does not let it count. */
  bankReference: string | null
  endToEndId: string | null
}

/** PostgreSQL takes no NUL in JSON either, however it is written. */
const withoutNul = (_name: string, value: unknown): unknown =>
  typeof value === 'string' ? storable(value) : value

const stored = (text: string | null): string | null => (text === null ? null : storable(text))

/** Stages lines in one statement; a repeated batch changes nothing. */
export const stage = async (
  tx: Tx,
  importId: string,
  lines: readonly StagedLine[],
): Promise<void> => {
  if (lines.length === 0) return
  const rows = lines.map(({ line, number, statement, accountId, bankReference, endToEndId }) => [
    ...toRow({ ...line, lineKey: '' }),
    number,
    statement,
    accountId,
    stored(bankReference),
    stored(endToEndId),
  ])
  await tx.query(sql.unsafe`
    INSERT INTO statement_import_line (tenant_id, import_id, number, statement, account_id,
      booked_on, value_on, amount, currency, text, counterparty, counterparty_account, reference,
      bank_reference, end_to_end_id, content_hash, fingerprint, raw)
    SELECT ${currentTenant}, ${importId}, number, statement, account_id, booked_on, value_on,
      amount, currency, text, counterparty, counterparty_account, reference, bank_reference,
      end_to_end_id, ${hashes}, raw
    FROM ${binaryRows(rows, [...lineTypes, 'int4', 'int4', 'uuid', 'text', 'text'])}
      AS shown (${lineColumns}, number, statement, account_id, bank_reference, end_to_end_id)
    ON CONFLICT DO NOTHING`)
}

/** Forgets some of the staged lines of an import; returns whether any were left. */
export const clearSome = async (tx: Tx, importId: string, max = clearMax): Promise<boolean> => {
  const { rowCount } = await tx.query(sql.unsafe`
    DELETE FROM statement_import_line
    WHERE import_id = ${importId} AND number <= (
      SELECT max(number) FROM (
        SELECT number FROM statement_import_line
        WHERE import_id = ${importId} ORDER BY number LIMIT ${max}
      ) AS first)`)
  return rowCount > 0
}

/** How many lines one SQL statement deletes. */
const clearMax = 20_000

/** Forgets what was understood of the statements of an import, and what their lines were compared with. */
export const clearStatements = async (tx: Tx, importId: string): Promise<void> => {
  await tx.query(sql.unsafe`DELETE FROM import_account WHERE import_id = ${importId}`)
  await tx.query(sql.unsafe`DELETE FROM import_statement WHERE import_id = ${importId}`)
}

/**
 * Until the end of the transaction: staged lines are too young for statistics, and would be joined one by one; half a
 * million of them are compared in memory, which on disk takes longer than one SQL statement may.
 */
export const joinAtOnce = async (tx: Tx): Promise<void> => {
  await tx.query(sql.unsafe`
    SELECT set_config('enable_nestloop', 'off', TRUE), set_config('work_mem', '64MB', TRUE)`)
}

/** Numbers equal lines of a slice. To be called when the last line is staged. */
export const numberEqual = async (
  tx: Tx,
  { importId, accountId }: StagedAccount,
  slice: Slice,
): Promise<void> => {
  await joinAtOnce(tx)
  const ofSlice = sql.fragment`staged.import_id = ${importId} AND staged.account_id = ${accountId}
    AND ${inSlice(sql.fragment`staged`, slice)}`
  await tx.query(sql.unsafe`
    UPDATE statement_import_line AS staged SET occurrence = counted.occurrence
    FROM (
      SELECT number, row_number() OVER (PARTITION BY content_hash ORDER BY number) AS occurrence
      FROM statement_import_line AS staged WHERE ${ofSlice}
    ) AS counted
    WHERE ${ofSlice} AND staged.number = counted.number AND counted.occurrence > 1`)
}

/**
 * Lets a bank reference count only where it occurs once among the lines of an account, in one of `parts` parts of all
 * references.
 */
export const forgetRepeatedReferences = async (
  tx: Tx,
  { importId, accountId }: StagedAccount,
  { part, parts }: { part: number; parts: number },
): Promise<void> => {
  await joinAtOnce(tx)
  const ofPart = sql.fragment`staged.import_id = ${importId} AND staged.account_id = ${accountId}
    AND staged.bank_reference IS NOT NULL
    AND hashtext(staged.bank_reference) & ${parts - 1}::int = ${part}`
  await tx.query(sql.unsafe`
    UPDATE statement_import_line AS staged SET bank_reference = NULL
    FROM (
      SELECT bank_reference FROM statement_import_line AS staged WHERE ${ofPart}
      GROUP BY bank_reference HAVING count(*) > 1
    ) AS repeated
    WHERE ${ofPart} AND staged.bank_reference = repeated.bank_reference`)
}

/** A statement as it is kept: what was counted later is not part of it. */
export type StagedStatement = Omit<
  StatementPreview,
  'alreadyPresent' | 'possibleDuplicates' | 'added'
>

/** Keeps what was understood of the statements of a file. */
export const addStatements = async (
  tx: Tx,
  importId: string,
  statements: readonly StagedStatement[],
): Promise<void> => {
  const rows = statements.map(({ number, accountId, verdict, ...summary }) => [
    number,
    accountId,
    verdict,
    JSON.stringify(summary, withoutNul),
  ])
  await tx.query(sql.unsafe`
    INSERT INTO import_statement (tenant_id, import_id, number, account_id, verdict, summary)
    SELECT ${currentTenant}, ${importId}, number, account_id, verdict, summary::jsonb
    FROM ${sql.unnest(rows, ['int4', 'uuid', 'text', 'text'])}
      AS shown (number, account_id, verdict, summary)`)
}

const countedRow = z.object({ upTo: z.int().nullable() })

/**
 * Counts for each statement how many of its lines are stored, and how many may be, among so many lines behind a number.
 * Returns the number of the last of them; null where there are none.
 */
export const countMatches = async (
  tx: Tx,
  importId: string,
  { after, max = countMax }: { after: number; max?: number },
): Promise<number | null> => {
  await joinAtOnce(tx)
  const { upTo } = await tx.one(sql.type(countedRow)`
    WITH next AS MATERIALIZED (
      SELECT number, statement, stored_key, near_key FROM statement_import_line
      WHERE import_id = ${importId} AND number > ${after} ORDER BY number LIMIT ${max}
    ), counted AS (
      SELECT statement, count(stored_key) AS present,
        count(near_key) FILTER (WHERE stored_key IS NULL) AS near
      FROM next GROUP BY statement
    ), kept AS (
      UPDATE import_statement AS statement
      SET already_present = already_present + counted.present,
        possible_duplicates = possible_duplicates + counted.near
      FROM counted
      WHERE statement.import_id = ${importId} AND statement.number = counted.statement
        AND counted.present + counted.near > 0
    )
    SELECT max(number) AS "upTo" FROM next`)
  return upTo
}

/** How many lines one SQL statement counts. */
const countMax = 50_000

const stagedRow = z.object({ number: z.int(), accountId: z.string() })

/** Statements that are to be imported and are not yet, in the order of the file. */
export const listOpen = (tx: Tx, importId: string): Promise<readonly z.infer<typeof stagedRow>[]> =>
  tx.any(sql.type(stagedRow)`
    SELECT number, account_id AS "accountId" FROM import_statement
    WHERE import_id = ${importId} AND verdict = ${'importable' satisfies Verdict}
      AND account_id IS NOT NULL AND added IS NULL
    ORDER BY number`)

const matchedRow = z.object({ alreadyPresent: z.int(), possibleDuplicates: z.int() })

/** Sums over the statements that are to be imported. */
export const sumMatches = (tx: Tx, importId: string): Promise<z.infer<typeof matchedRow>> =>
  tx.one(sql.type(matchedRow)`
    SELECT coalesce(sum(already_present), 0)::int AS "alreadyPresent",
      coalesce(sum(possible_duplicates), 0)::int AS "possibleDuplicates"
    FROM import_statement WHERE import_id = ${importId} AND verdict = 'importable'`)

const accountRow = z.object({ accountId: z.string() })

/** Accounts for which lines may be staged, or were added. */
export const listAccounts = async (tx: Tx, importId: string): Promise<string[]> => {
  const rows = await tx.any(sql.type(accountRow)`
    SELECT DISTINCT account_id AS "accountId" FROM import_statement
    WHERE import_id = ${importId} AND account_id IS NOT NULL
      AND verdict IN ('importable', 'waiting') ORDER BY 1`)
  return rows.map(({ accountId }) => accountId)
}
