/** Takes back what an import added, some lines in each SQL transaction. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import { currentTenant } from '../tenant.ts'
import { countTo, lockAccount } from './import-lines.ts'
import type { StagedAccount } from './import-slices.ts'
import { joinAtOnce } from './import-staging.ts'
import { storedWords } from './line-words.ts'

type Tx = DatabaseTransactionConnection

/** How many lines one SQL statement looks at, so that each ends long before its timeout. */
const batchMax = 5_000

interface Reverting extends StagedAccount {
  max?: number
}

const keyRow = z.object({ lineKey: z.string() })

const listNext = async (
  tx: Tx,
  { importId, accountId, max = batchMax }: Reverting,
): Promise<string[]> => {
  const rows = await tx.any(sql.type(keyRow)`
    SELECT line_key AS "lineKey" FROM imported_line
    WHERE import_id = ${importId} AND account_id = ${accountId}
    ORDER BY line_key LIMIT ${max}`)
  return rows.map(({ lineKey }) => lineKey)
}

/** Lines that another import holds as well go over to it. */
const handOver = async (tx: Tx, { importId, accountId }: Reverting, keys: readonly string[]) => {
  await tx.query(sql.unsafe`
    UPDATE statement_line AS stored SET import_id = heir.import_id
    FROM (
      SELECT DISTINCT ON (other.line_key) other.line_key, other.import_id
      FROM imported_line AS other
      JOIN statement_import AS later ON later.id = other.import_id
        AND later.tenant_id = other.tenant_id
      WHERE other.account_id = ${accountId} AND other.import_id <> ${importId}
        AND other.line_key = ANY(${sql.array(keys, 'text')})
        AND later.state NOT IN ('reverting', 'reverted')
      ORDER BY other.line_key, later.created_at, later.id
    ) AS heir
    WHERE stored.account_id = ${accountId} AND stored.import_id = ${importId}
      AND stored.line_key = ANY(${sql.array(keys, 'text')})
      AND stored.removed_at IS NULL AND stored.line_key = heir.line_key`)
}

/** Removes those that nobody has taken over, numbered in the feed after `seq`; returns how many. */
const remove = async (
  tx: Tx,
  { importId, accountId }: Reverting,
  { keys, seq }: { keys: readonly string[]; seq: number },
): Promise<number> => {
  const { rowCount } = await tx.query(sql.unsafe`
    WITH gone AS MATERIALIZED (
      SELECT line_key, ${seq}::bigint + row_number() OVER (ORDER BY line_key) AS number
      FROM statement_line
      WHERE account_id = ${accountId} AND line_key = ANY(${sql.array(keys, 'text')})
        AND import_id = ${importId} AND removed_at IS NULL AND connection_id IS NULL
    ), noted AS (
      INSERT INTO line_change (tenant_id, account_id, seq, line_key, kind, before)
      SELECT ${currentTenant}, ${accountId}, number, line_key, 'removed', ${storedWords}
      FROM gone JOIN statement_line AS stored USING (line_key)
      WHERE stored.account_id = ${accountId}
        AND stored.line_key = ANY(${sql.array(keys, 'text')})
    )
    UPDATE statement_line AS stored SET removed_at = now(), is_reverted = TRUE, seq = gone.number
    FROM gone WHERE stored.account_id = ${accountId} AND stored.line_key = gone.line_key
      AND stored.line_key = ANY(${sql.array(keys, 'text')})`)
  return rowCount
}

const settleDoubts = async (tx: Tx, accountId: string, keys: readonly string[]): Promise<void> => {
  const gone = sql.fragment`
    SELECT line_key FROM statement_line
    WHERE account_id = ${accountId} AND line_key = ANY(${sql.array(keys, 'text')}) AND is_reverted`
  await tx.query(sql.unsafe`
    DELETE FROM possible_duplicate
    WHERE account_id = ${accountId} AND (line_key IN (${gone}) OR other_key IN (${gone}))`)
}

/** Counts which lines stay and why, and forgets that the file holds any of them. */
const release = async (
  tx: Tx,
  { importId, accountId }: Reverting,
  { keys, removed }: { keys: readonly string[]; removed: number },
): Promise<void> => {
  await tx.query(sql.unsafe`
    UPDATE statement_import SET lines_removed = lines_removed + ${removed},
      kept_by_connection = kept_by_connection + kept.by_connection,
      kept_by_import = kept_by_import + kept.by_import
    FROM (
      SELECT count(*) FILTER (WHERE stored.connection_id IS NOT NULL) AS by_connection,
        count(*) FILTER (WHERE stored.connection_id IS NULL) AS by_import
      FROM imported_line AS held
      JOIN statement_line AS stored ON stored.tenant_id = held.tenant_id
        AND stored.account_id = held.account_id AND stored.line_key = held.line_key
      WHERE held.import_id = ${importId} AND held.account_id = ${accountId}
        AND held.line_key = ANY(${sql.array(keys, 'text')})
        AND stored.account_id = ${accountId}
        AND stored.line_key = ANY(${sql.array(keys, 'text')})
        AND held.was_added AND stored.removed_at IS NULL
    ) AS kept
    WHERE id = ${importId}`)
  await tx.query(sql.unsafe`
    INSERT INTO import_account AS known (tenant_id, import_id, account_id, removed)
    VALUES (${currentTenant}, ${importId}, ${accountId}, ${removed})
    ON CONFLICT (tenant_id, import_id, account_id) DO UPDATE
    SET removed = known.removed + EXCLUDED.removed`)
  await tx.query(sql.unsafe`
    DELETE FROM imported_line WHERE import_id = ${importId} AND account_id = ${accountId}
      AND line_key = ANY(${sql.array(keys, 'text')})`)
}

/**
 * Takes some of the lines that a file holds from its import: those that it added and that nobody has taken over are
 * removed, numbered in the feed. Returns how many were looked at; 0 when all are.
 */
export const removeSome = async (tx: Tx, reverting: Reverting): Promise<number> => {
  const { accountId } = reverting
  const seq = await lockAccount(tx, accountId)
  await joinAtOnce(tx)
  const keys = await listNext(tx, reverting)
  if (keys.length === 0) return 0
  await handOver(tx, reverting, keys)
  const removed = await remove(tx, reverting, { keys, seq })
  if (removed > 0) {
    await countTo(tx, accountId, seq + removed)
    await settleDoubts(tx, accountId, keys)
  }
  await release(tx, reverting, { keys, removed })
  return keys.length
}
