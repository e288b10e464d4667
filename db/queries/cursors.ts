import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'

export interface CursorMove {
  connectionId: string
  generation: number
  providerAccountId: string
  from: string | null
  to: string
}

/**
 * Moves an account's cursor if it still stands where the caller read it, and notes that the account was read. False =
 * another attempt moved it first, which is success: its position stands.
 */
export const moveCursor = async (
  tx: DatabaseTransactionConnection,
  { connectionId, generation, providerAccountId, from, to }: CursorMove,
): Promise<boolean> => {
  const { rowCount } = await tx.query(sql.unsafe`
    WITH moved AS (
      UPDATE connection_account SET cursor = ${to}
      WHERE connection_id = ${connectionId} AND generation = ${generation}
        AND provider_account_id = ${providerAccountId}
        AND cursor IS NOT DISTINCT FROM ${from}::text
      RETURNING account_id
    )
    UPDATE account SET last_pulled_at = now() FROM moved WHERE account.id = moved.account_id`)
  return rowCount === 1
}
