/** Days proven fetched, per account, as intervals that neither overlap nor touch. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import { currentTenant } from '../tenant.ts'

type Tx = DatabaseTransactionConnection

const intervalRow = z.object({ fromOn: z.string(), toOn: z.string() })

/** Calendar days, both ends included. */
export type Interval = z.infer<typeof intervalRow>

/** Adds the days from `fromOn` to `toOn`, both included, and joins what overlaps or touches. */
export const extend = async (
  tx: Tx,
  accountId: string,
  { fromOn, toOn }: Interval,
): Promise<void> => {
  // under the lock of the account, because two extensions at once would not see each other
  await tx.query(sql.unsafe`SELECT FROM account WHERE id = ${accountId} FOR UPDATE`)
  await tx.query(sql.unsafe`
    WITH joined AS (
      DELETE FROM coverage
      WHERE account_id = ${accountId}
        AND from_on <= ${toOn}::date + 1 AND to_on >= ${fromOn}::date - 1
      RETURNING from_on, to_on
    )
    INSERT INTO coverage (tenant_id, account_id, from_on, to_on)
    SELECT ${currentTenant}, ${accountId}, least(min(from_on), ${fromOn}::date),
      greatest(max(to_on), ${toOn}::date)
    FROM joined`)
}

/** The covered intervals of an account in order. */
export const list = (tx: Tx, accountId: string): Promise<readonly Interval[]> =>
  tx.any(sql.type(intervalRow)`
    SELECT from_on AS "fromOn", to_on AS "toOn" FROM coverage
    WHERE account_id = ${accountId} ORDER BY from_on LIMIT 10000`)
