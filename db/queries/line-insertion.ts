/** The usual case of a page: most lines are new, the others are equal to what is stored. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import type { Line } from '../../domain/statement-line.ts'
import { fingerprintVersion } from '../../domain/statement-line.ts'
import { binaryRows } from '../binary-rows.ts'
import { count } from '../row.ts'
import { currentTenant } from '../tenant.ts'
import type { Numbered, PageOrigin } from './line-rows.ts'
import { hashes, lineColumns, lineTypes, toRow } from './line-rows.ts'

const insertedRow = z.object({ added: count, differing: z.array(z.string()) })

/**
 * Inserts the lines whose keys are new, numbered after `seq` by their place in the page; returns how many there were,
 * and the keys of those stored with another content or as removed.
 */
export const insertNew = (
  tx: DatabaseTransactionConnection,
  { accountId, connectionId, generation, syncRunId }: PageOrigin,
  { lines, seq }: Numbered<Line>,
): Promise<z.infer<typeof insertedRow>> =>
  // The conflict finds what is stored, always by the primary key. A join by key cost a third more where all is new, and
  // before the first ANALYZE it was planned as a read of all lines of the account: 50 ms a page at 30,000 lines.
  tx.one(sql.type(insertedRow)`
    WITH met AS (
      INSERT INTO statement_line AS stored (tenant_id, account_id, line_key, seq, added_seq,
        booked_on, value_on, amount, currency, text, counterparty, counterparty_account, reference,
        content_hash, fingerprint, fingerprint_version, connection_id, generation, sync_run_id,
        raw)
      SELECT ${currentTenant}, ${accountId}, line_key, ${seq} + position, ${seq} + position,
        booked_on, value_on, amount, currency, text, counterparty, counterparty_account, reference,
        ${hashes}, ${fingerprintVersion}, ${connectionId}, ${generation}, ${syncRunId}, raw
      FROM ${binaryRows(lines.map(toRow), lineTypes)} WITH ORDINALITY
        AS page (${lineColumns}, position)
      ON CONFLICT (tenant_id, account_id, line_key) DO UPDATE SET seq = stored.seq
      WHERE stored.content_hash <> EXCLUDED.content_hash OR stored.removed_at IS NOT NULL
      -- a row just inserted has never been locked or replaced
      RETURNING line_key, xmax = 0 AS is_new
    ), counted AS (
      UPDATE account SET last_seq = ${seq + lines.length}
      WHERE id = ${accountId} AND EXISTS (SELECT FROM met WHERE is_new)
    )
    SELECT count(*) FILTER (WHERE is_new) AS added,
      coalesce(array_agg(line_key) FILTER (WHERE NOT is_new), '{}') AS differing
    FROM met`)
