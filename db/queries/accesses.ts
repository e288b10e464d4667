/** Refreshes at banks that we started with nobody present: what is left of each account's allowance. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import { toInstant } from '../row.ts'
import { currentTenant } from '../tenant.ts'

type Tx = DatabaseTransactionConnection

interface Claim {
  runId: string
  accountIds: readonly string[]
  /** Unattended refreshes allowed per account in any 24 hours. */
  allowed: number
  nowMs: number
}

const allowanceRow = z.object({ accountId: z.string(), freeAt: z.string().nullable() })

/**
 * Takes one refresh from the allowance of each account that has one left; a run that asks again is given the same
 * without paying twice. The caller holds the lock of the connection. `freeAt` tells the others the earliest next time.
 */
export const claim = async (
  tx: Tx,
  { runId, accountIds, allowed, nowMs }: Claim,
): Promise<{ accountIds: string[]; freeAt: string | null }> => {
  const sinceMs = nowMs - 86_400_000
  const rows = await tx.any(sql.type(allowanceRow)`
    SELECT wanted.id AS "accountId", CASE
        WHEN EXISTS (SELECT FROM access WHERE account_id = wanted.id AND sync_run_id = ${runId}) THEN NULL
        ELSE (
          SELECT started_at + interval '24 hours' FROM access
          WHERE account_id = wanted.id AND started_at > ${toInstant(sinceMs)}::timestamptz
          ORDER BY started_at DESC OFFSET ${Math.max(0, allowed - 1)} LIMIT 1
        )
      END AS "freeAt"
    FROM ${sql.unnest(
      accountIds.map((id) => [id]),
      ['uuid'],
    )} AS wanted (id)`)
  const free = allowed > 0 ? rows.filter(({ freeAt }) => freeAt === null) : []
  const claimed = free.map(({ accountId }) => accountId)
  await tx.query(sql.unsafe`
    INSERT INTO access (tenant_id, account_id, sync_run_id, started_at)
    SELECT ${currentTenant}, claimed.id, ${runId}, ${toInstant(nowMs)}::timestamptz
    FROM ${sql.unnest(
      claimed.map((id) => [id]),
      ['uuid'],
    )} AS claimed (id)
    ON CONFLICT DO NOTHING`)
  const [freeAt = null] = rows.flatMap((row) => row.freeAt ?? []).toSorted()
  return { accountIds: claimed, freeAt }
}

/** Gives back what a run had taken: the bank was not asked. */
export const release = async (tx: Tx, runId: string): Promise<void> => {
  await tx.query(sql.unsafe`DELETE FROM access WHERE sync_run_id = ${runId}`)
}
