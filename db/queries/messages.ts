/** The chatter of a connection. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import type { NewMessage } from '../../domain/chatter.ts'
import { count } from '../row.ts'
import { currentTenant } from '../tenant.ts'

type Tx = DatabaseTransactionConnection

const newTypes = ['text', 'text', 'text', 'text', 'text', 'text', 'text', 'text', 'uuid', 'text']

const newColumns = sql.fragment`
  dedupe_key, kind, code, params, body, author_kind, author, reference, sync_run_id, cause`

const toRow = (message: NewMessage): (string | null)[] => [
  message.dedupeKey,
  message.kind,
  message.code,
  JSON.stringify(message.params),
  null,
  message.author.kind,
  message.author.name ?? '',
  message.reference ?? null,
  message.syncRunId ?? null,
  message.cause ?? null,
]

const insert = async (tx: Tx, connectionId: string, rows: (string | null)[][]): Promise<void> => {
  await tx.query(sql.unsafe`
    WITH base AS (
      SELECT id, last_message_seq FROM connection WHERE id = ${connectionId} FOR UPDATE
    ), posted AS (
      INSERT INTO message (tenant_id, connection_id, seq, ${newColumns})
      SELECT ${currentTenant}, base.id, base.last_message_seq + position, dedupe_key, kind, code,
        params::jsonb, body, author_kind, author, reference, sync_run_id, cause
      FROM base, ${sql.unnest(rows, newTypes)} WITH ORDINALITY AS new (${newColumns}, position)
      ORDER BY position
      ON CONFLICT DO NOTHING
      RETURNING seq
    )
    UPDATE connection SET last_message_seq = (SELECT max(seq) FROM posted)
    WHERE id = ${connectionId} AND EXISTS (SELECT FROM posted)`)
}

/**
 * Posts messages. One that was posted before (same `dedupeKey`) is passed over; one whose cause is still open counts
 * the open notice up and brings its parameters up to date instead of standing beside it.
 */
export const post = async (
  tx: Tx,
  connectionId: string,
  messages: readonly NewMessage[],
): Promise<void> => {
  if (messages.length === 0) return
  const caused = messages.filter(({ cause }) => cause !== undefined)
  const repeated = caused.length === 0 ? [] : await repeatOpen(tx, connectionId, caused)
  const posted = messages.filter(({ dedupeKey }) => !repeated.includes(dedupeKey))
  if (posted.length > 0) await insert(tx, connectionId, posted.map(toRow))
}

const repeatedRow = z.object({ dedupeKey: z.string() })

/** The open notice takes over the key of what repeats it, so that the same repetition does not count twice. */
const repeatOpen = async (
  tx: Tx,
  connectionId: string,
  messages: readonly NewMessage[],
): Promise<string[]> => {
  const rows = await tx.any(sql.type(repeatedRow)`
    UPDATE message SET times = times + 1, repeated_at = now(), dedupe_key = new.dedupe_key,
      code = new.code, params = new.params::jsonb, reference = new.reference,
      sync_run_id = new.sync_run_id
    FROM ${sql.unnest(messages.map(toRow), newTypes)} AS new (${newColumns})
    WHERE message.connection_id = ${connectionId} AND message.cause = new.cause
      AND message.closed_at IS NULL
      AND NOT EXISTS (
        SELECT FROM message AS earlier
        WHERE earlier.connection_id = ${connectionId} AND earlier.dedupe_key = new.dedupe_key
      )
    RETURNING message.dedupe_key AS "dedupeKey"`)
  return rows.map(({ dedupeKey }) => dedupeKey)
}

/** Closes the open notices of causes that are over. */
export const closeCauses = async (
  tx: Tx,
  connectionId: string,
  causes: readonly string[],
): Promise<void> => {
  await tx.query(sql.unsafe`
    UPDATE message SET closed_at = now()
    WHERE connection_id = ${connectionId} AND closed_at IS NULL
      AND cause = ANY(${sql.array(causes, 'text')})`)
}

export interface NewText {
  dedupeKey: string
  /** A message is seen by everybody who follows the connection, a note by colleagues. */
  kind: 'message' | 'note'
  body: string
  author: { kind: 'user' | 'support'; name: string }
}

/** Posts what a person wrote and returns it; posting it again returns the first. */
export const postText = async (tx: Tx, connectionId: string, text: NewText): Promise<Message> => {
  const { dedupeKey, kind, body, author } = text
  await insert(tx, connectionId, [
    [dedupeKey, kind, null, '{}', body, author.kind, author.name, null, null, null],
  ])
  return toMessage(
    await tx.one(sql.type(messageRow)`
      SELECT ${columns} FROM message
      WHERE connection_id = ${connectionId} AND dedupe_key = ${dedupeKey}`),
  )
}

const messageRow = z.object({
  seq: count,
  kind: z.enum(['message', 'note', 'tracking']),
  code: z.string().nullable(),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  body: z.string().nullable(),
  authorKind: z.enum(['robot', 'user', 'system', 'support']),
  authorName: z.string(),
  reference: z.string().nullable(),
  syncRunId: z.string().nullable(),
  cause: z.string().nullable(),
  times: z.int(),
  postedAt: z.string(),
  repeatedAt: z.string().nullable(),
  closedAt: z.string().nullable(),
})

const columns = sql.fragment`
  seq, kind, code, params, body, author_kind AS "authorKind", author AS "authorName", reference,
  sync_run_id AS "syncRunId", cause, times, posted_at AS "postedAt", repeated_at AS "repeatedAt",
  closed_at AS "closedAt"`

type MessageRow = z.infer<typeof messageRow>

export type Message = Omit<MessageRow, 'authorKind' | 'authorName'> & {
  author: { kind: MessageRow['authorKind']; name: string }
}

const toMessage = ({ authorKind, authorName, ...message }: MessageRow): Message => ({
  ...message,
  author: { kind: authorKind, name: authorName },
})

/** Messages of a connection in the order they were posted, after a number. */
export const list = async (
  tx: Tx,
  connectionId: string,
  { after = 0, limit }: { after?: number; limit: number },
): Promise<Message[]> => {
  const rows = await tx.any(sql.type(messageRow)`
    SELECT ${columns} FROM message
    WHERE connection_id = ${connectionId} AND seq > ${after}
    ORDER BY seq LIMIT ${limit}`)
  return rows.map(toMessage)
}
