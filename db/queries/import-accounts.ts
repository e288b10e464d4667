/** Accounts as imports of files need them. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'

type Tx = DatabaseTransactionConnection

const knownRow = z.object({
  id: z.string(),
  number: z.string().nullable(),
  name: z.string(),
  currency: z.string(),
})
export type FileAccount = z.infer<typeof knownRow>

/** Accounts with one of the given numbers (capitals and digits only) or ids. */
export const listKnownAccounts = (
  tx: Tx,
  { numbers, ids }: { numbers: readonly string[]; ids: readonly string[] },
): Promise<readonly FileAccount[]> =>
  tx.any(sql.type(knownRow)`
    SELECT id, number, name, currency FROM account
    WHERE id = ANY(${sql.array(ids, 'uuid')})
      OR regexp_replace(upper(number), '[^A-Z0-9]', '', 'g') = ANY(${sql.array(numbers, 'text')})
      OR (number ~ '^[A-Z]{2}[0-9]{2}'
        AND substr(number, 5) = ANY(${sql.array(numbers, 'text')}))
    ORDER BY created_at, id`)

const reachingRow = z.object({ accountId: z.string(), connectionId: z.string() })

/** The connections that reach accounts now. */
export const listReaching = (
  tx: Tx,
  accountIds: readonly string[],
): Promise<readonly z.infer<typeof reachingRow>[]> =>
  tx.any(sql.type(reachingRow)`
    SELECT DISTINCT account_id AS "accountId", connection_id AS "connectionId"
    FROM connection_account
    JOIN connection ON connection.id = connection_account.connection_id
      AND connection.tenant_id = connection_account.tenant_id
      AND connection.generation = connection_account.generation
    WHERE account_id = ANY(${sql.array(accountIds, 'uuid')}) AND gone_at IS NULL
    ORDER BY 2, 1`)

const linesRow = z.object({ accountId: z.string(), lines: z.int() })

/** How many lines an import added to each account. */
export const listAdded = (tx: Tx, importId: string): Promise<readonly z.infer<typeof linesRow>[]> =>
  tx.any(sql.type(linesRow)`
    SELECT account_id AS "accountId", sum(added)::int AS lines FROM import_statement
    WHERE import_id = ${importId} AND added IS NOT NULL AND account_id IS NOT NULL
    GROUP BY account_id ORDER BY account_id`)

/** How many lines of each account were removed because an import was taken back. */
export const listRemoved = (
  tx: Tx,
  importId: string,
): Promise<readonly z.infer<typeof linesRow>[]> =>
  tx.any(sql.type(linesRow)`
    SELECT account_id AS "accountId", removed AS lines FROM import_account
    WHERE import_id = ${importId} AND removed > 0 ORDER BY account_id`)
