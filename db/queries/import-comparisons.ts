/** How far the staged lines of an account are compared with its stored ones, and with which state of the account. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import { count } from '../row.ts'
import { currentTenant } from '../tenant.ts'
import type { StagedAccount } from './import-slices.ts'

type Tx = DatabaseTransactionConnection

/** The next step, and the next slice of it. */
export interface Position {
  step: number
  slice: number
}

const begunRow = z.object({ seq: count, step: z.int(), slice: z.int(), isFirst: z.boolean() })

/**
 * Begins to compare with the account as it is now, or goes on where the account has not changed since; `isFirst` where
 * nothing was compared before.
 */
export const begin = async (
  tx: Tx,
  { importId, accountId }: StagedAccount,
): Promise<z.infer<typeof begunRow>> =>
  tx.one(sql.type(begunRow)`
    INSERT INTO import_account AS known (tenant_id, import_id, account_id, seq, step, slice)
    SELECT ${currentTenant}, ${importId}, id, last_seq, 0, 0 FROM account WHERE id = ${accountId}
    ON CONFLICT (tenant_id, import_id, account_id) DO UPDATE
    SET seq = EXCLUDED.seq,
      step = CASE WHEN known.seq = EXCLUDED.seq THEN coalesce(known.step, 0) ELSE 0 END,
      slice = CASE WHEN known.seq = EXCLUDED.seq THEN coalesce(known.slice, 0) ELSE 0 END
    -- a row just inserted has never been locked or replaced
    RETURNING seq, step, slice, xmax = 0 AS "isFirst"`)

/** Notes the position with the work that was done before it. */
export const note = async (
  tx: Tx,
  { importId, accountId }: StagedAccount,
  { step, slice }: Position,
): Promise<void> => {
  await tx.query(sql.unsafe`
    UPDATE import_account SET step = ${step}, slice = ${slice}
    WHERE import_id = ${importId} AND account_id = ${accountId}`)
}

/** All is compared with the account as it was at a number of its feed. */
export const finish = async (
  tx: Tx,
  { importId, accountId }: StagedAccount,
  seq: number,
): Promise<void> => {
  await tx.query(sql.unsafe`
    INSERT INTO import_account AS known (tenant_id, import_id, account_id, seq)
    VALUES (${currentTenant}, ${importId}, ${accountId}, ${seq})
    ON CONFLICT (tenant_id, import_id, account_id) DO UPDATE
    SET seq = EXCLUDED.seq, step = NULL, slice = NULL`)
}

const comparedRow = z.object({ isCompared: z.boolean() })

/** Whether all was compared with the account as it is at a number of its feed. */
export const isCompared = async (
  tx: Tx,
  { importId, accountId }: StagedAccount,
  seq: number,
): Promise<boolean> => {
  const row = await tx.maybeOne(sql.type(comparedRow)`
    SELECT seq = ${seq} AND step IS NULL AS "isCompared" FROM import_account
    WHERE import_id = ${importId} AND account_id = ${accountId}`)
  return row?.isCompared ?? false
}
