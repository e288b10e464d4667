/** The rare cases of a page: lines that were corrected, removed, shown again, or whose key names another line now. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import type { Line } from '../../domain/statement-line.ts'
import { fingerprintVersion } from '../../domain/statement-line.ts'
import { currentTenant } from '../tenant.ts'
import type { Correction, StoredLine } from './line-decisions.ts'
import { decide, keysOf } from './line-decisions.ts'
import type { Numbered, PageOrigin } from './line-rows.ts'
import { contentText, hashes, lineColumns, lineTypes, toRow } from './line-rows.ts'
import { storedWords, words } from './line-words.ts'

type Tx = DatabaseTransactionConnection

const storedRow = z.object({
  lineKey: z.string(),
  words,
  said: words.nullable(),
  isEqual: z.boolean(),
  isRemoved: z.boolean(),
})

/** What is stored under each line's key and its `#n` keys, and whether the line is what was said under that key. */
export const listStored = async (
  tx: Tx,
  accountId: string,
  lines: readonly Line[],
): Promise<Map<string, StoredLine>> => {
  const rows = lines.flatMap((line) => keysOf(line.lineKey).map((key) => [key, contentText(line)]))
  const stored = await tx.any(sql.type(storedRow)`
    SELECT stored.line_key AS "lineKey", ${storedWords} AS words, said,
      content_hash = sha256(convert_to(content, 'UTF8')) AS "isEqual",
      removed_at IS NOT NULL AS "isRemoved"
    FROM ${sql.unnest(rows, ['text', 'text'])} AS shown (line_key, content)
    JOIN statement_line AS stored
      ON stored.account_id = ${accountId} AND stored.line_key = shown.line_key
    WHERE stored.line_key = ANY(${sql.array(
      rows.map(([key]) => key ?? ''),
      'text',
    )})`)
  return new Map(stored.map((line) => [line.lineKey, line]))
}

/** How many lines of each kind were written; each of them took a number. */
export interface Written {
  added: number
  changed: number
  filled: number
}

/** Decides and writes what lines with a known key and another content are. */
export const applyCorrections = async (
  tx: Tx,
  page: PageOrigin,
  { lines, seq }: Numbered<Line>,
): Promise<Written> => {
  if (lines.length === 0) return { added: 0, changed: 0, filled: 0 }
  const stored = await listStored(tx, page.accountId, lines)
  const corrections = lines.flatMap((line) => decide(line, stored) ?? [])
  return writeCorrections(tx, page, { lines: corrections, seq })
}

/** Writes what was decided; each line that is worth telling takes a number. */
export const writeCorrections = async (
  tx: Tx,
  page: PageOrigin,
  { lines, seq }: Numbered<Correction>,
): Promise<Written> => {
  const only = (...kinds: Correction['kind'][]) => lines.filter(({ kind }) => kinds.includes(kind))
  const [reused, told] = [only('reused'), only('changed', 'restored', 'filled')]
  await insertReused(tx, page, { lines: reused, seq })
  await changeLines(tx, page, {
    // those without a number come last
    lines: [...told, ...only('noted')],
    seq: seq + reused.length,
  })
  await countTo(tx, page.accountId, seq + reused.length + told.length)
  const filled = only('filled').length
  return { added: reused.length, changed: told.length - filled, filled }
}

const countTo = async (tx: Tx, accountId: string, seq: number): Promise<void> => {
  await tx.query(sql.unsafe`
    UPDATE account SET last_seq = ${seq} WHERE id = ${accountId} AND last_seq < ${seq}`)
}

const correctionRows = (corrections: readonly Correction[], seq: number) =>
  corrections.map(({ kind, storedKey, line, content, said }, index) => [
    ...toRow({ ...line, lineKey: storedKey }),
    kind,
    kind === 'noted' ? null : seq + 1 + index,
    content,
    said === null ? null : JSON.stringify(said),
  ])

const correctionTypes = [...lineTypes, 'text', 'int8', 'text', 'jsonb']
const correctionColumns = sql.fragment`${lineColumns}, kind, number, own_content, said`

const insertReused = async (
  tx: Tx,
  { accountId, connectionId, generation, syncRunId }: PageOrigin,
  { lines, seq }: Numbered<Correction>,
): Promise<void> => {
  if (lines.length === 0) return
  await tx.query(sql.unsafe`
    INSERT INTO statement_line (tenant_id, account_id, line_key, seq, added_seq, booked_on,
      value_on, amount, currency, text, counterparty, counterparty_account, reference,
      content_hash, fingerprint, fingerprint_version, reused_key, connection_id, generation,
      sync_run_id, raw)
    SELECT ${currentTenant}, ${accountId}, line_key, number, number, booked_on,
      value_on, amount, currency, text, counterparty, counterparty_account, reference,
      content_hash, fingerprint, ${fingerprintVersion}, TRUE, ${connectionId}, ${generation},
      ${syncRunId}, raw
    FROM (
      SELECT *, ${hashes}
      FROM ${sql.unnest(correctionRows(lines, seq), correctionTypes)}
        AS shown (${correctionColumns})
    ) AS reused`)
}

/**
 * A line that was shown under another key keeps the payload and the hash of what was said under its own; where that was
 * only added to, it is also known by the same fingerprint.
 */
const changeLines = async (
  tx: Tx,
  { accountId, connectionId, generation, syncRunId }: PageOrigin,
  { lines, seq }: Numbered<Correction>,
): Promise<void> => {
  if (lines.length === 0) return
  await tx.query(sql.unsafe`
    WITH shown AS (
      SELECT *, sha256(convert_to(own_content, 'UTF8')) AS own_hash,
        sha256(convert_to(canonical, 'UTF8')) AS fingerprint
      FROM ${sql.unnest(correctionRows(lines, seq), correctionTypes)}
        AS shown (${correctionColumns})
    ), noted AS (
      INSERT INTO line_change (tenant_id, account_id, seq, line_key, kind, before, sync_run_id)
      SELECT ${currentTenant}, ${accountId}, number, stored.line_key, kind, ${storedWords},
        ${syncRunId}
      FROM shown JOIN statement_line AS stored
        ON stored.account_id = ${accountId} AND stored.line_key = shown.line_key
      WHERE number IS NOT NULL
    )
    UPDATE statement_line AS stored
    SET seq = coalesce(number, stored.seq), booked_on = shown.booked_on,
      value_on = shown.value_on, amount = shown.amount, currency = shown.currency,
      text = shown.text, counterparty = shown.counterparty,
      counterparty_account = shown.counterparty_account, reference = shown.reference,
      content_hash = coalesce(own_hash, stored.content_hash), said = shown.said,
      fingerprint = CASE WHEN own_hash IS NULL AND kind <> 'changed' THEN stored.fingerprint
        ELSE shown.fingerprint END,
      fingerprint_version = ${fingerprintVersion}, raw = CASE WHEN own_hash IS NULL THEN stored.raw ELSE shown.raw END, removed_at = NULL,
      connection_id = ${connectionId}, generation = ${generation}, sync_run_id = ${syncRunId}
    FROM shown
    WHERE stored.account_id = ${accountId} AND stored.line_key = shown.line_key`)
}

/** Marks lines as removed that the provider no longer shows, numbered on from `seq`; returns how many still stood. */
export const removeLines = async (
  tx: Tx,
  { accountId, syncRunId }: PageOrigin,
  { lineKeys, seq }: { lineKeys: readonly string[]; seq: number },
): Promise<number> => {
  if (lineKeys.length === 0) return 0
  const rows = [...new Set(lineKeys)].flatMap((lineKey) =>
    keysOf(lineKey).map((key, age) => [lineKey, key, age]),
  )
  const { rowCount } = await tx.query(sql.unsafe`
    WITH gone AS (
      -- of a re-used key, the line it named last
      SELECT DISTINCT ON (shown.line_key) stored.line_key, stored.removed_at
      FROM ${sql.unnest(rows, ['text', 'text', 'int4'])} AS shown (line_key, stored_key, age)
      JOIN statement_line AS stored
        ON stored.account_id = ${accountId} AND stored.line_key = shown.stored_key
      ORDER BY shown.line_key, age DESC
    ), numbered AS (
      SELECT line_key, ${seq}::bigint + row_number() OVER (ORDER BY line_key) AS number
      FROM gone WHERE removed_at IS NULL
    ), noted AS (
      INSERT INTO line_change (tenant_id, account_id, seq, line_key, kind, before, sync_run_id)
      SELECT ${currentTenant}, ${accountId}, number, line_key, 'removed', ${storedWords}, ${syncRunId}
      FROM numbered JOIN statement_line AS stored USING (line_key)
      WHERE stored.account_id = ${accountId}
    )
    UPDATE statement_line AS stored
    SET removed_at = now(), seq = number, sync_run_id = ${syncRunId}
    FROM numbered
    WHERE stored.account_id = ${accountId} AND stored.line_key = numbered.line_key`)
  await countTo(tx, accountId, seq + rowCount)
  return rowCount
}
