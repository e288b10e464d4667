/** The same lines written without the product: as rows for COPY and for single inserts. */
import { createHash } from 'node:crypto'
import type { Client } from 'pg'
import type { Line } from '../domain/statement-line.ts'
import { contentOf, fingerprintOf, fingerprintVersion } from '../domain/statement-line.ts'
import type { Field } from './copy-in.ts'
import { copyIn, copyRows } from './copy-in.ts'
import type { LinkedAccount } from './database.ts'

export const plainColumns = [
  'tenant_id',
  'account_id',
  'line_key',
  'seq',
  'added_seq',
  'booked_on',
  'value_on',
  'amount',
  'currency',
  'text',
  'counterparty',
  'counterparty_account',
  'reference',
  'content_hash',
  'fingerprint',
  'fingerprint_version',
  'connection_id',
  'sync_run_id',
  'raw',
]

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()

/** A page as rows of `plainColumns`, numbered after `seq`; everything is computed beforehand. */
export const plainRows = (
  lines: readonly Line[],
  { tenantId, linked, seq }: { tenantId: string; linked: LinkedAccount; seq: number },
): Field[][] =>
  lines.map((line, index) => [
    tenantId,
    linked.account.accountId,
    line.lineKey,
    seq + 1 + index,
    seq + 1 + index,
    line.bookedOn,
    line.valueOn,
    line.amount,
    line.currency,
    line.text,
    line.counterparty,
    line.counterpartyAccount,
    line.reference,
    sha256(contentOf(line)),
    sha256(fingerprintOf(line)),
    fingerprintVersion,
    linked.connectionId,
    linked.runId,
    line.raw,
  ])

const inTransaction = async (client: Client, work: () => Promise<void>): Promise<void> => {
  await client.query('BEGIN')
  await work()
  await client.query('COMMIT')
}

/** Copies pages, each in an SQL transaction of its own; the client is the administrator, whom COPY is open to. */
export const copyPages = async (client: Client, pages: readonly Field[][][]): Promise<number> => {
  const text = `COPY statement_line (${plainColumns.join(', ')}) FROM STDIN`
  const buffers = pages.map(copyRows)
  const startedAt = performance.now()
  for (const rows of buffers) await inTransaction(client, () => copyIn(client, text, rows))
  return performance.now() - startedAt
}

/** Inserts pages with a bare `INSERT` for each row as the role `app`: every row its own SQL transaction, or all rows of a page in one. */
export const insertPages = async (
  client: Client,
  pages: readonly Field[][][],
  commit: 'each row' | 'each page',
): Promise<number> => {
  const text = `${insertText} ON CONFLICT (tenant_id, account_id, line_key) DO NOTHING`
  const insertAll = async (rows: readonly Field[][]) => {
    for (const values of rows) await client.query(text, values)
  }
  const startedAt = performance.now()
  for (const rows of pages) {
    if (commit === 'each row') await insertAll(rows)
    else await inTransaction(client, () => insertAll(rows))
  }
  return performance.now() - startedAt
}

const insertText = `INSERT INTO statement_line (${plainColumns.join(', ')})
  VALUES (${plainColumns.map((_column, index) => `$${index + 1}`).join(', ')})`

const place = (name: string): number => plainColumns.indexOf(name)

/**
 * Stores pages as a program without pages does, as the role `app`, with the product's guarantees for each line: in an SQL
 * transaction of its own the tenant is set, the account is locked for the next number of the feed, the line is looked up,
 * and inserted where it is new.
 */
export const storeLineByLine = async (
  client: Client,
  pages: readonly Field[][][],
): Promise<number> => {
  const startedAt = performance.now()
  for (const rows of pages)
    for (const values of rows) await inTransaction(client, () => storeLine(client, values))
  return performance.now() - startedAt
}

const storeLine = async (client: Client, values: readonly Field[]): Promise<void> => {
  const [tenantId, accountId, lineKey] = values
  await client.query("SELECT set_config('app.tenant_id', $1, TRUE)", [tenantId])
  const locked = await client.query<{ last_seq: string }>(
    'SELECT last_seq FROM account WHERE id = $1 FOR UPDATE',
    [accountId],
  )
  const stored = await client.query(
    'SELECT content_hash, removed_at FROM statement_line WHERE account_id = $1 AND line_key = $2',
    [accountId, lineKey],
  )
  if (stored.rows.length > 0) return
  const seq = Number(locked.rows[0]?.last_seq) + 1
  const numbered = values.with(place('seq'), seq).with(place('added_seq'), seq)
  await client.query(insertText, numbered)
  await client.query('UPDATE account SET last_seq = $2 WHERE id = $1', [accountId, seq])
}
