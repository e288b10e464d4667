/** Knows a line again that is stored from another source under another key. Only where an account has several sources. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import type { Line } from '../../domain/statement-line.ts'
import { fingerprintOf } from '../../domain/statement-line.ts'
import { currentTenant } from '../tenant.ts'
import type { LineSource, PageOrigin } from './line-rows.ts'
import { storable } from './line-rows.ts'

type Tx = DatabaseTransactionConnection

interface Shown {
  lines: readonly Line[]
  removedLineKeys: readonly string[]
}

/** Rows whose source is the given one. */
const isOwn = ({ connectionId, generation }: LineSource) =>
  sql.fragment`(stored.connection_id IS NOT DISTINCT FROM ${connectionId}
    AND stored.generation = ${generation})`

/** The source that stored a line still shows it: what another source says of it changes nothing. */
const ownerLives = ({ connectionId }: LineSource) => sql.fragment`EXISTS (
  SELECT FROM connection AS owner
  WHERE owner.id = stored.connection_id AND owner.id <> ${connectionId}
    AND owner.generation = stored.generation AND owner.state <> 'disconnected')`

const knownRow = z.object({
  lineKey: z.string(),
  storedKey: z.string(),
  isOwn: z.boolean(),
  ownerLives: z.boolean(),
  /** Another key of this source was taken for the line. */
  takenBy: z.string().nullable(),
})
type Known = z.infer<typeof knownRow>

/** The stored line behind each key: by an alias of this source, or under the key itself. */
const listKnown = async (
  tx: Tx,
  origin: PageOrigin,
  keys: readonly string[],
): Promise<Map<string, Known>> => {
  const { accountId, connectionId, generation } = origin
  const rows = await tx.any(sql.type(knownRow)`
    SELECT shown.line_key AS "lineKey", stored.line_key AS "storedKey",
      ${isOwn(origin)} AS "isOwn", ${ownerLives(origin)} AS "ownerLives",
      taken.line_key AS "takenBy"
    FROM unnest(${sql.array(keys, 'text')}) AS shown (line_key)
    LEFT JOIN line_alias AS alias ON alias.account_id = ${accountId}
      AND alias.connection_id = ${connectionId} AND alias.generation = ${generation}
      AND alias.line_key = shown.line_key
    JOIN statement_line AS stored ON stored.account_id = ${accountId}
      AND stored.line_key = coalesce(alias.stored_key, shown.line_key)
    LEFT JOIN line_alias AS taken ON taken.account_id = ${accountId}
      AND taken.connection_id = ${connectionId} AND taken.generation = ${generation}
      AND taken.stored_key = stored.line_key AND taken.line_key <> shown.line_key`)
  return new Map(rows.map((row) => [row.lineKey, row]))
}

const claimedRow = z.object({ lineKey: z.string(), storedKey: z.string(), ownerLives: z.boolean() })

type Claimed = z.infer<typeof claimedRow>

interface Unknown {
  lines: readonly Line[]
  /** Every key of the page: what shows itself is nobody else's. */
  shownKeys: readonly string[]
}

/** By what a line is known again: `shown` of the page, `stored` of the row. */
const signs = {
  fingerprint: {
    shown: sql.fragment`sha256(convert_to(canonical, 'UTF8'))`,
    stored: sql.fragment`stored.fingerprint`,
  },
  // another provider words the same fact otherwise; of one account, day, amount and currency together say which it is
  fact: {
    shown: sql.fragment`concat_ws(' ', booked_on, trim_scale(amount), currency)`,
    stored: sql.fragment`concat_ws(' ', stored.booked_on, trim_scale(stored.amount), stored.currency)`,
  },
}

/**
 * Ties unknown keys to stored lines of other sources that are the same bank fact, occurrence by occurrence, so that two
 * equal lines need two partners: first those that are equal in everything, then those of equal day and amount.
 */
const claim = async (tx: Tx, origin: PageOrigin, unknown: Unknown): Promise<Claimed[]> => {
  const same = await claimBy(tx, origin, { ...unknown, sign: signs.fingerprint })
  const tied = new Set(same.map(({ lineKey }) => lineKey))
  const lines = unknown.lines.filter(({ lineKey }) => !tied.has(lineKey))
  return [...same, ...(await claimBy(tx, origin, { ...unknown, lines, sign: signs.fact }))]
}

const claimBy = async (
  tx: Tx,
  origin: PageOrigin,
  { lines, shownKeys, sign }: Unknown & { sign: (typeof signs)['fact'] },
): Promise<readonly Claimed[]> => {
  if (lines.length === 0) return []
  const { accountId, connectionId, generation } = origin
  const rows = lines.map((line) => [
    line.lineKey,
    storable(fingerprintOf(line)),
    line.bookedOn,
    line.amount,
    line.currency,
  ])
  return tx.any(sql.type(claimedRow)`
    WITH shown AS (
      SELECT line_key, sign, row_number() OVER (PARTITION BY sign ORDER BY position) AS nth
      FROM (
        SELECT line_key, position, ${sign.shown} AS sign
        FROM ${sql.unnest(rows, ['text', 'text', 'date', 'numeric', 'text'])} WITH ORDINALITY
          AS page (line_key, canonical, booked_on, amount, currency, position)
      ) AS signed
    ), free AS (
      SELECT stored.line_key, ${sign.stored} AS sign, ${ownerLives(origin)} AS owner_lives,
        row_number() OVER (PARTITION BY ${sign.stored} ORDER BY added_seq) AS nth
      FROM statement_line AS stored
      WHERE stored.account_id = ${accountId}
        AND stored.booked_on = ANY(${sql.array([...new Set(lines.map(({ bookedOn }) => bookedOn))], 'date')})
        AND ${sign.stored} IN (SELECT sign FROM shown)
        AND stored.removed_at IS NULL AND NOT ${isOwn(origin)}
        AND stored.line_key <> ALL(${sql.array(shownKeys, 'text')})
        AND NOT EXISTS (
          SELECT FROM line_alias AS alias
          WHERE alias.account_id = ${accountId} AND alias.stored_key = stored.line_key
            AND alias.connection_id = ${connectionId} AND alias.generation = ${generation})
    ), tied AS (
      INSERT INTO line_alias (tenant_id, account_id, connection_id, generation, line_key, stored_key)
      SELECT ${currentTenant}, ${accountId}, ${connectionId}, ${generation}, shown.line_key,
        free.line_key
      FROM shown JOIN free USING (sign, nth)
    )
    SELECT shown.line_key AS "lineKey", free.line_key AS "storedKey",
      free.owner_lives AS "ownerLives"
    FROM shown JOIN free USING (sign, nth)`)
}

/** Lines whose source is gone belong to the one that shows them now. */
const adopt = async (tx: Tx, origin: PageOrigin, storedKeys: readonly string[]): Promise<void> => {
  if (storedKeys.length === 0) return
  const { accountId, connectionId, generation } = origin
  await tx.query(sql.unsafe`
    UPDATE statement_line SET connection_id = ${connectionId}, generation = ${generation}
    WHERE account_id = ${accountId} AND line_key = ANY(${sql.array(storedKeys, 'text')})`)
}

/** Marks lines of a living source as shown by this one too, so that a twin is not taken for them. */
const mark = async (tx: Tx, origin: PageOrigin, storedKeys: readonly string[]): Promise<void> => {
  if (storedKeys.length === 0) return
  const { accountId, connectionId, generation } = origin
  await tx.query(sql.unsafe`
    INSERT INTO line_alias (tenant_id, account_id, connection_id, generation, line_key, stored_key)
    SELECT ${currentTenant}, ${accountId}, ${connectionId}, ${generation}, line_key, line_key
    FROM unnest(${sql.array(storedKeys, 'text')}) AS shown (line_key)
    ON CONFLICT DO NOTHING`)
}

/** A key that was taken for a line which now shows itself names a twin of it after all. */
const release = async (tx: Tx, origin: PageOrigin, lineKeys: readonly string[]): Promise<void> => {
  if (lineKeys.length === 0) return
  const { accountId, connectionId, generation } = origin
  await tx.query(sql.unsafe`
    DELETE FROM line_alias
    WHERE account_id = ${accountId} AND connection_id = ${connectionId}
      AND generation = ${generation} AND line_key = ANY(${sql.array(lineKeys, 'text')})`)
}

/**
 * The page with the keys under which its lines are stored. A line that another source has stored is not stored again:
 * its key becomes an alias. Where the other source is gone, its line goes over to this one; while it lives, only that
 * source changes or removes the line.
 */
export const resolve = async (tx: Tx, origin: PageOrigin, shown: Shown): Promise<Shown> => {
  const shownKeys = shown.lines.map(({ lineKey }) => lineKey)
  const known = await listKnown(tx, origin, [...shownKeys, ...shown.removedLineKeys])
  const met = shown.lines.flatMap((line) => known.get(line.lineKey) ?? [])
  const twins = shown.lines.flatMap((line) => {
    const takenBy = known.get(line.lineKey)?.takenBy
    return takenBy ? [{ ...line, lineKey: takenBy }] : []
  })
  await release(
    tx,
    origin,
    twins.map(({ lineKey }) => lineKey),
  )
  const unknown = shown.lines.filter(({ lineKey }) => !known.has(lineKey))
  const claimed = await claim(tx, origin, { lines: unknown, shownKeys })
  const foreign = met.filter((each) => !each.isOwn)
  const left = [...foreign, ...claimed].filter((each) => !each.ownerLives)
  await adopt(
    tx,
    origin,
    left.map(({ storedKey }) => storedKey),
  )
  const shared = foreign.filter((each) => each.ownerLives && each.lineKey === each.storedKey)
  await mark(
    tx,
    origin,
    shared.map(({ storedKey }) => storedKey),
  )
  const places = new Map([...known.values(), ...claimed].map((each) => [each.lineKey, each]))
  return {
    lines: [...renamed(shown.lines, places), ...twins],
    removedLineKeys: shown.removedLineKeys.flatMap((key) => {
      const place = places.get(key)
      return place && !place.ownerLives ? [place.storedKey] : []
    }),
  }
}

const renamed = (
  lines: readonly Line[],
  places: ReadonlyMap<string, { storedKey: string; ownerLives: boolean }>,
): Line[] =>
  lines.flatMap((line) => {
    const place = places.get(line.lineKey)
    if (!place) return [line]
    return place.ownerLives ? [] : [{ ...line, lineKey: place.storedKey }]
  })

/** Whether another connection, an earlier generation of this one or a file has ever brought lines of the account. */
export const otherSources = ({ accountId, connectionId, generation }: PageOrigin) => sql.fragment`(
  EXISTS (
    SELECT FROM connection_account
    WHERE account_id = ${accountId}
      AND (connection_id <> ${connectionId} OR generation <> ${generation})
  ) OR EXISTS (
    SELECT FROM statement_line WHERE account_id = ${accountId} AND import_id IS NOT NULL
  ))`
