/** Lines of a statement file between its preview and its import. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import type { Line } from '../../domain/statement-line.ts'
import type { StatementPreview, Verdict } from '../../domain/statement-import.ts'
import { currentTenant } from '../tenant.ts'
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
    FROM ${sql.unnest(rows, [...lineTypes, 'int4', 'int4', 'uuid', 'text', 'text'])}
      AS shown (${lineColumns}, number, statement, account_id, bank_reference, end_to_end_id)
    ON CONFLICT DO NOTHING`)
}

/** Forgets the staged lines of an import. */
export const clearLines = async (tx: Tx, importId: string): Promise<void> => {
  await tx.query(sql.unsafe`DELETE FROM statement_import_line WHERE import_id = ${importId}`)
}

/** Forgets what was staged of an import, and its statements. */
export const clear = async (tx: Tx, importId: string): Promise<void> => {
  await clearLines(tx, importId)
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

/**
 * Numbers equal lines of one account, and lets a bank reference count only where it occurs once in the file. To be called
 * when the last line is staged.
 */
export const settle = async (tx: Tx, importId: string): Promise<void> => {
  await joinAtOnce(tx)
  await tx.query(sql.unsafe`
    UPDATE statement_import_line AS staged SET occurrence = counted.occurrence
    FROM (
      SELECT number, row_number() OVER (PARTITION BY account_id, content_hash ORDER BY number)
        AS occurrence
      FROM statement_import_line WHERE import_id = ${importId}
    ) AS counted
    WHERE staged.import_id = ${importId} AND staged.number = counted.number
      AND counted.occurrence > 1`)
  await tx.query(sql.unsafe`
    UPDATE statement_import_line AS staged SET bank_reference = NULL
    FROM (
      SELECT account_id, bank_reference FROM statement_import_line
      WHERE import_id = ${importId} AND bank_reference IS NOT NULL
      GROUP BY account_id, bank_reference HAVING count(*) > 1
    ) AS repeated
    WHERE staged.import_id = ${importId} AND staged.account_id = repeated.account_id
      AND staged.bank_reference = repeated.bank_reference`)
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

/** Keeps for each statement how many of its lines are stored, and how many may be. */
export const countMatches = async (tx: Tx, importId: string): Promise<void> => {
  await tx.query(sql.unsafe`
    UPDATE import_statement AS statement
    SET already_present = counted.present, possible_duplicates = counted.near
    FROM (
      SELECT statement, count(stored_key) AS present,
        count(near_key) FILTER (WHERE stored_key IS NULL) AS near
      FROM statement_import_line WHERE import_id = ${importId} GROUP BY statement
    ) AS counted
    WHERE statement.import_id = ${importId} AND statement.number = counted.statement`)
}

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

/** Accounts for which lines are staged. */
export const listAccounts = async (tx: Tx, importId: string): Promise<string[]> => {
  const rows = await tx.any(sql.type(accountRow)`
    SELECT DISTINCT account_id AS "accountId" FROM statement_import_line
    WHERE import_id = ${importId} ORDER BY 1`)
  return rows.map(({ accountId }) => accountId)
}
