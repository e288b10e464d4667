/** The usual case of a page: most lines are new, the others are equal to what is stored. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import type { Line } from '../../domain/statement-line.ts'
import { fingerprintVersion } from '../../domain/statement-line.ts'
import { count } from '../row.ts'
import { currentTenant } from '../tenant.ts'
import type { Numbered, PageOrigin } from './line-rows.ts'
import { hashes, lineColumns, lineTypes, toRow } from './line-rows.ts'

const insertedRow = z.object({ added: count, differing: z.array(z.string()) })

/** Inserts the lines whose keys are new, numbered on from `seq`; returns the keys of those stored with another content. */
export const insertNew = (
  tx: DatabaseTransactionConnection,
  { accountId, connectionId, syncRunId }: PageOrigin,
  { lines, seq }: Numbered<Line>,
): Promise<z.infer<typeof insertedRow>> =>
  tx.one(sql.type(insertedRow)`
    WITH page AS MATERIALIZED (
      SELECT page.*, ${hashes}
      FROM ${sql.unnest(lines.map(toRow), lineTypes)} WITH ORDINALITY
        AS page (${lineColumns}, position)
    ), met AS MATERIALIZED (
      SELECT page.line_key,
        stored.content_hash <> page.content_hash OR stored.removed_at IS NOT NULL AS differs
      FROM page JOIN statement_line AS stored
        ON stored.account_id = ${accountId} AND stored.line_key = page.line_key
    ), inserted AS (
      INSERT INTO statement_line (tenant_id, account_id, line_key, seq, added_seq, booked_on,
        value_on, amount, currency, text, counterparty, counterparty_account, reference,
        content_hash, fingerprint, fingerprint_version, connection_id, sync_run_id, raw)
      SELECT ${currentTenant}, ${accountId}, line_key, number, number, booked_on,
        value_on, amount, currency, text, counterparty, counterparty_account, reference,
        content_hash, fingerprint, ${fingerprintVersion}, ${connectionId}, ${syncRunId}, raw
      FROM (
        SELECT *, ${seq}::bigint + row_number() OVER (ORDER BY position) AS number
        FROM page WHERE line_key NOT IN (SELECT line_key FROM met)
      ) AS fresh
      RETURNING seq
    ), counted AS (
      UPDATE account SET last_seq = (SELECT max(seq) FROM inserted)
      WHERE id = ${accountId} AND EXISTS (SELECT FROM inserted)
    )
    SELECT (SELECT count(*) FROM inserted) AS added,
      ARRAY(SELECT line_key FROM met WHERE differs) AS differing`)
