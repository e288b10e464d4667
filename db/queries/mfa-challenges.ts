/** What institutions ask of people, and what became of it. Answers are kept elsewhere, for minutes. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import type { Challenge } from '../../domain/mfa.ts'
import { count } from '../row.ts'
import { currentTenant } from '../tenant.ts'
import type { Vault } from '../vault.ts'

type Tx = DatabaseTransactionConnection

interface Opener {
  tx: Tx
  vault: Vault
}

const placeOf = (id: string) => ({ table: 'mfa_challenge', row: id, column: 'content' })

const challengeRow = z.object({
  id: z.string(),
  connectionId: z.string(),
  syncRunId: z.string(),
  kind: z.enum(['fields', 'page']),
  state: z.enum(['open', 'answered', 'accepted', 'wrong', 'expired', 'unknown', 'closed']),
  answerRequestId: z.string().nullable(),
  answeredBy: z.string(),
  openedAt: z.string(),
  expiresAt: z.string(),
  /** By the clock of the database. */
  isOver: z.boolean(),
})

export type MfaChallenge = z.infer<typeof challengeRow>

const columns = sql.fragment`
  id, connection_id AS "connectionId", sync_run_id AS "syncRunId", kind, state,
  answer_request_id AS "answerRequestId", answered_by AS "answeredBy", opened_at AS "openedAt",
  expires_at AS "expiresAt", expires_at <= now() AS "isOver"`

export interface NewChallenge {
  /** Used where the run has no open challenge yet. */
  id: string
  connectionId: string
  syncRunId: string
  challenge: Challenge
  /** The provider's reference of the refresh that waits. */
  ref: string
}

const idRow = z.object({ id: z.string() })

/** Keeps the one open challenge of a run and returns its id; the caller holds the lock of the connection. */
export const open = async ({ tx, vault }: Opener, asked: NewChallenge): Promise<string> => {
  const { connectionId, syncRunId, challenge, ref } = asked
  const known = await tx.maybeOne(sql.type(idRow)`
    SELECT id FROM mfa_challenge WHERE sync_run_id = ${syncRunId} AND state = 'open'`)
  const id = known?.id ?? asked.id
  const content = await vault.seal(tx, placeOf(id), JSON.stringify({ ref, challenge }))
  await tx.query(sql.unsafe`
    INSERT INTO mfa_challenge
      (tenant_id, id, connection_id, sync_run_id, kind, content, expires_at)
    VALUES (${currentTenant}, ${id}, ${connectionId}, ${syncRunId}, ${challenge.kind}, ${content},
      ${challenge.expiresAt}::timestamptz)
    ON CONFLICT (tenant_id, id) DO UPDATE
    SET kind = EXCLUDED.kind, content = EXCLUDED.content, expires_at = EXCLUDED.expires_at`)
  return id
}

/** One challenge; null where there is none. */
export const maybeOneById = (tx: Tx, id: string): Promise<MfaChallenge | null> =>
  tx.maybeOne(sql.type(challengeRow)`SELECT ${columns} FROM mfa_challenge WHERE id = ${id}`)

/** The same, and nobody else changes it until the end of the transaction. */
export const lockById = (tx: Tx, id: string): Promise<MfaChallenge | null> =>
  tx.maybeOne(sql.type(challengeRow)`
    SELECT ${columns} FROM mfa_challenge WHERE id = ${id} FOR UPDATE`)

/** The latest challenge of a run, whatever became of it; null where nothing was asked. */
export const maybeLatestOfRun = (tx: Tx, syncRunId: string): Promise<MfaChallenge | null> =>
  tx.maybeOne(sql.type(challengeRow)`
    SELECT ${columns} FROM mfa_challenge WHERE sync_run_id = ${syncRunId}
    ORDER BY opened_at DESC, id LIMIT 1`)

const contentRow = z.object({ content: z.string().nullable() })
const contentSchema = z.object({
  ref: z.string(),
  // written by `open` from the same type
  challenge: z.custom<Challenge>((value) => typeof value === 'object' && value !== null),
})

/** What was asked, and the reference to go on with; null once the challenge has ended. */
export const content = async (
  { tx, vault }: Opener,
  id: string,
): Promise<z.infer<typeof contentSchema> | null> => {
  const row = await tx.maybeOne(sql.type(contentRow)`
    SELECT content FROM mfa_challenge WHERE id = ${id}`)
  if (row === null || row.content === null) return null
  return contentSchema.parse(JSON.parse(await vault.open(tx, placeOf(id), row.content)))
}

/** Notes whose answer was stored and under which command. */
export const noteAnswer = async (
  tx: Tx,
  id: string,
  { requestId, answeredBy }: { requestId: string; answeredBy: string },
): Promise<void> => {
  await tx.query(sql.unsafe`
    UPDATE mfa_challenge SET answer_request_id = ${requestId}, answered_by = ${answeredBy}
    WHERE id = ${id}`)
}

/** Notes that the answer is on its way to the institution, or that nobody knows whether it arrived. */
export const move = async (tx: Tx, id: string, state: 'answered' | 'unknown'): Promise<void> => {
  await tx.query(sql.unsafe`UPDATE mfa_challenge SET state = ${state} WHERE id = ${id}`)
}

export type ChallengeEnd = 'accepted' | 'wrong' | 'expired' | 'closed'

const isUnderWay = sql.fragment`state IN ('open', 'answered', 'unknown')`

/** Ends a challenge and forgets what was asked; false when it has ended before, which stands. */
export const end = async (tx: Tx, id: string, state: ChallengeEnd): Promise<boolean> => {
  const { rowCount } = await tx.query(sql.unsafe`
    UPDATE mfa_challenge SET state = ${state}, content = NULL WHERE id = ${id} AND ${isUnderWay}`)
  return rowCount === 1
}

/** Ends what a connection is asked; one whose fate is unknown keeps that word. Returns what ended, with its run. */
export const endByConnection = (
  tx: Tx,
  connectionId: string,
): Promise<readonly { id: string; syncRunId: string }[]> =>
  tx.any(sql.type(endedRow)`
    UPDATE mfa_challenge SET content = NULL,
      state = CASE state WHEN 'open' THEN 'closed' ELSE 'unknown' END
    WHERE connection_id = ${connectionId} AND content IS NOT NULL AND ${isUnderWay}
    RETURNING id, sync_run_id AS "syncRunId"`)

const endedRow = z.object({ id: z.string(), syncRunId: z.string() })

const recentRow = z.object({ opened: count, freeAt: z.string().nullable() })

/** How many challenges a connection was given within the hour, and when the first of them is older. */
export const countRecent = (
  tx: Tx,
  connectionId: string,
): Promise<{ opened: number; freeAt: string | null }> =>
  tx.one(sql.type(recentRow)`
    SELECT count(*) AS opened, min(opened_at) + interval '1 hour' AS "freeAt" FROM mfa_challenge
    WHERE connection_id = ${connectionId} AND opened_at > now() - interval '1 hour'`)
