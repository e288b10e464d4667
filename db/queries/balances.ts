import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import type { Balance } from '../../domain/account.ts'
import { currentTenant } from '../tenant.ts'

/** Keeps the balances reported for accounts, one of each kind; equal ones are not written again. */
export const storeBalances = async (
  tx: DatabaseTransactionConnection,
  reported: readonly (readonly [accountId: string, balances: readonly Balance[]])[],
): Promise<void> => {
  const rows = reported.flatMap(([accountId, balances]) =>
    balances.map(({ kind, amount, currency, asOf }) => [accountId, kind, amount, currency, asOf]),
  )
  if (rows.length === 0) return
  await tx.query(sql.unsafe`
    INSERT INTO balance (tenant_id, account_id, kind, amount, currency, as_of)
    SELECT DISTINCT ON (account_id, kind) ${currentTenant}, *
    FROM ${sql.unnest(rows, ['uuid', 'text', 'numeric', 'text', 'text'])}
      AS reported (account_id, kind, amount, currency, as_of)
    ON CONFLICT (tenant_id, account_id, kind) DO UPDATE
    SET amount = EXCLUDED.amount, currency = EXCLUDED.currency, as_of = EXCLUDED.as_of,
      stored_at = now()
    WHERE (balance.amount::text, balance.currency, balance.as_of)
      IS DISTINCT FROM (EXCLUDED.amount::text, EXCLUDED.currency, EXCLUDED.as_of)`)
}
