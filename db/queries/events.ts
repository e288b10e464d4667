/** The tenant's events, numbered so that a reader who asks for what comes after a number misses none. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import type { EventType, NewEvent } from '../../domain/event.ts'
import { count, word } from '../row.ts'

type Tx = DatabaseTransactionConnection

const newTypes = ['text', 'text', 'uuid', 'uuid', 'uuid', 'text']

/**
 * Appends events; one appended before (same `dedupeKey`) is passed over. Locks the tenant's row until the end of the SQL
 * transaction, so it comes last there.
 */
export const append = async (tx: Tx, events: readonly NewEvent[]): Promise<void> => {
  if (events.length === 0) return
  const rows = events.map((event) => [
    event.dedupeKey,
    event.type,
    event.connectionId ?? null,
    event.accountId ?? null,
    event.syncRunId ?? null,
    JSON.stringify(event.content),
  ])
  // the number is taken under the lock and the lock is held until commit: a lower number is never committed later
  await tx.query(sql.unsafe`
    WITH numbered AS (
      UPDATE tenant SET last_event_seq = last_event_seq + ${events.length}
      WHERE tenant_id = current_setting('app.tenant_id')::uuid
      RETURNING tenant_id, last_event_seq - ${events.length} AS base
    )
    INSERT INTO event (tenant_id, seq, dedupe_key, type, connection_id, account_id, sync_run_id,
      content)
    SELECT numbered.tenant_id, numbered.base + position, dedupe_key, type, connection_id,
      account_id, sync_run_id, content::jsonb
    FROM numbered, ${sql.unnest(rows, newTypes)} WITH ORDINALITY
      AS new (dedupe_key, type, connection_id, account_id, sync_run_id, content, position)
    ON CONFLICT (tenant_id, dedupe_key) DO NOTHING`)
}

const eventRow = z.object({
  seq: count,
  type: word<EventType>(),
  connectionId: z.string().nullable(),
  accountId: z.string().nullable(),
  syncRunId: z.string().nullable(),
  content: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  at: z.string(),
})

export type Event = z.infer<typeof eventRow>

/** Events of the tenant after a number, in order. */
export const list = (tx: Tx, afterSeq: number, limit: number): Promise<readonly Event[]> =>
  tx.any(sql.type(eventRow)`
    SELECT seq, type, connection_id AS "connectionId", account_id AS "accountId",
      sync_run_id AS "syncRunId", content, at
    FROM event WHERE seq > ${afterSeq} ORDER BY seq LIMIT ${limit}`)
