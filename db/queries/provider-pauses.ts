/** Providers that nobody calls for now, because a setting of ours is wrong. */
import type { CommonQueryMethods, DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import { count } from '../row.ts'

const pauseRow = z.object({
  provider: z.string(),
  failureCode: z.string(),
  reference: z.string(),
  pausedAt: z.string(),
  /** From when on one caller may try whether it works again. */
  probeAt: z.string(),
})

export type ProviderPause = z.infer<typeof pauseRow>

// whole milliseconds, because the instant is handed out and comes back to be compared
const probeIn = (seconds: number) =>
  sql.fragment`date_trunc('milliseconds', now()) + make_interval(secs => ${seconds})`

/** Pauses a provider; one that is paused already keeps its beginning and is probed later. */
export const pause = async (
  pool: CommonQueryMethods,
  paused: { provider: string; failureCode: string; reference: string; probeInSeconds: number },
): Promise<void> => {
  const { provider, failureCode, reference, probeInSeconds } = paused
  await pool.query(sql.unsafe`
    INSERT INTO provider_pause (provider, failure_code, reference, probe_at)
    VALUES (${provider}, ${failureCode}, ${reference}, ${probeIn(probeInSeconds)})
    ON CONFLICT (provider) DO UPDATE
    SET failure_code = EXCLUDED.failure_code, reference = EXCLUDED.reference,
      probe_at = EXCLUDED.probe_at`)
}

/** Ends the pause of a provider, if there is one. */
export const lift = async (pool: CommonQueryMethods, provider: string): Promise<void> => {
  await pool.query(sql.unsafe`DELETE FROM provider_pause WHERE provider = ${provider}`)
}

/** The pause of a provider; null while it may be called. */
export const maybeOne = (
  pool: CommonQueryMethods,
  provider: string,
): Promise<ProviderPause | null> =>
  pool.maybeOne(sql.type(pauseRow)`
    SELECT provider, failure_code AS "failureCode", reference, paused_at AS "pausedAt",
      probe_at AS "probeAt"
    FROM provider_pause WHERE provider = ${provider}`)

/** Takes the one probe that is due and sets the next; false where another caller took it. */
export const claimProbe = async (
  pool: CommonQueryMethods,
  claim: { provider: string; probeAt: string; nextInSeconds: number },
): Promise<boolean> => {
  const { provider, probeAt, nextInSeconds } = claim
  const { rowCount } = await pool.query(sql.unsafe`
    UPDATE provider_pause SET probe_at = ${probeIn(nextInSeconds)}
    WHERE provider = ${provider} AND probe_at = ${probeAt}::timestamptz AND probe_at <= now()`)
  return rowCount === 1
}

interface LostSince {
  provider: string
  failureCode: string
  withinSeconds: number
}

const lostRow = z.object({ lost: count })

/**
 * How many others of a provider were lost with the same failure since it last worked for anybody: connections that are
 * gone, companies whose logins were refused. Others wait with their count until this transaction has ended.
 */
export const lostInARow = async (
  tx: DatabaseTransactionConnection,
  { provider, failureCode, withinSeconds }: LostSince,
): Promise<number> => {
  await tx.query(
    sql.unsafe`SELECT pg_advisory_xact_lock(hashtextextended(${`lost:${provider}`}, 0))`,
  )
  const { lost } = await tx.one(sql.type(lostRow)`
    SELECT lost_in_a_row(${provider}, ${failureCode}, ${withinSeconds}) AS lost`)
  return lost
}
