/** Ties keys that nobody knows to lines that other sources have stored. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import { toLine } from '../../domain/line-words.ts'
import type { Line } from '../../domain/statement-line.ts'
import { currentTenant } from '../tenant.ts'
import type { LineSource, PageOrigin } from './line-rows.ts'
import { saidColumns, saidRow, saidTypes, words } from './line-words.ts'

type Tx = DatabaseTransactionConnection

/** Rows whose source is the given one. */
export const isOwn = ({ connectionId, generation }: LineSource) =>
  sql.fragment`(stored.connection_id IS NOT DISTINCT FROM ${connectionId}
    AND stored.generation = ${generation})`

/** The source that stored a line still shows it: what another source says of it changes nothing. */
export const ownerLives = ({
  connectionId,
}: Pick<LineSource, 'connectionId'>) => sql.fragment`EXISTS (
  SELECT FROM connection AS owner
  WHERE owner.id = stored.connection_id AND owner.id <> ${connectionId}
    AND owner.generation = stored.generation AND owner.state <> 'disconnected')`

const claimedRow = z.object({ lineKey: z.string(), storedKey: z.string(), ownerLives: z.boolean() })

export type Claimed = z.infer<typeof claimedRow>

interface Unknown {
  /** Lines whose keys nobody knows. */
  lines: readonly Line[]
  /** The whole page: what shows itself is nobody else's. */
  shown: readonly Line[]
}

/** By what a line is known again: `shown` of the page, `stored` of the row. */
const signs = {
  fingerprint: {
    shown: sql.fragment`sha256(convert_to(canonical, 'UTF8'))`,
    stored: sql.fragment`stored.fingerprint`,
  },
  // the source that showed the line last had words of its own for it
  said: {
    shown: sql.fragment`sha256(convert_to(canonical, 'UTF8'))`,
    stored: sql.fragment`(
      SELECT said.fingerprint FROM line_alias AS said
      WHERE said.account_id = stored.account_id AND said.stored_key = stored.line_key
        AND said.connection_id = stored.connection_id AND said.generation = stored.generation)`,
  },
  // another provider words the same fact otherwise; of one account, day, amount and currency together say which it is
  fact: {
    shown: sql.fragment`concat_ws(' ', booked_on, trim_scale(amount), currency)`,
    stored: sql.fragment`concat_ws(' ', stored.booked_on, trim_scale(stored.amount), stored.currency)`,
  },
}

const daysOf = (lines: readonly Line[]): string[] => [
  ...new Set(lines.map(({ bookedOn }) => bookedOn)),
]

const without = (lines: readonly Line[], claimed: readonly Claimed[]): Line[] => {
  const keys = new Set(claimed.map(({ lineKey }) => lineKey))
  return lines.filter(({ lineKey }) => !keys.has(lineKey))
}

/**
 * Ties unknown keys to stored lines of other sources that are the same bank fact, occurrence by occurrence, so that two
 * equal lines need two partners: first those that are equal in everything, then those of equal day and amount. What was
 * tied by day and amount only is released for a line that is equal in everything, and looks for another partner.
 */
export const claim = async (
  tx: Tx,
  origin: PageOrigin,
  { lines, shown }: Unknown,
): Promise<{ claimed: Claimed[]; released: Line[] }> => {
  const same = await claimBy(tx, origin, { lines, shown, sign: signs.fingerprint })
  const left = without(lines, same)
  const said = await claimBy(tx, origin, { lines: left, shown, sign: signs.said })
  const { claimed: retaken, released } = await retake(tx, origin, {
    lines: without(left, said),
    shown,
  })
  const open = [...without(left, [...said, ...retaken]), ...released]
  const alike = await claimBy(tx, origin, { lines: open, shown, sign: signs.fact })
  return { claimed: [...same, ...said, ...retaken, ...alike], released }
}

const claimBy = async (
  tx: Tx,
  origin: PageOrigin,
  { lines, shown, sign }: Unknown & { sign: (typeof signs)['fact'] },
): Promise<readonly Claimed[]> => {
  if (lines.length === 0) return []
  const { accountId, connectionId, generation } = origin
  const shownKeys = shown.map(({ lineKey }) => lineKey)
  const rows = lines.map((line) => [...saidRow(line), line.bookedOn, line.amount, line.currency])
  return tx.any(sql.type(claimedRow)`
    WITH shown AS (
      SELECT *, row_number() OVER (PARTITION BY sign ORDER BY position) AS nth
      FROM (
        SELECT ${saidColumns}, position, ${sign.shown} AS sign
        FROM ${sql.unnest(rows, [...saidTypes, 'date', 'numeric', 'text'])} WITH ORDINALITY
          AS page (${saidColumns}, booked_on, amount, currency, position)
      ) AS signed
    ), free AS (
      SELECT stored.line_key, ${sign.stored} AS sign, ${ownerLives(origin)} AS owner_lives,
        row_number() OVER (PARTITION BY ${sign.stored} ORDER BY added_seq) AS nth
      FROM statement_line AS stored
      WHERE stored.account_id = ${accountId}
        AND stored.booked_on = ANY(${sql.array(daysOf(lines), 'date')})
        AND ${sign.stored} IN (SELECT sign FROM shown)
        AND stored.removed_at IS NULL AND NOT ${isOwn(origin)}
        AND stored.line_key <> ALL(${sql.array(shownKeys, 'text')})
        AND NOT EXISTS (
          SELECT FROM line_alias AS alias
          WHERE alias.account_id = ${accountId} AND alias.stored_key = stored.line_key
            AND alias.connection_id = ${connectionId} AND alias.generation = ${generation})
    ), tied AS (
      INSERT INTO line_alias (tenant_id, account_id, connection_id, generation, line_key,
        stored_key, shown, raw, fingerprint)
      SELECT ${currentTenant}, ${accountId}, ${connectionId}, ${generation}, shown.line_key,
        free.line_key, shown.said, shown.raw, sha256(convert_to(canonical, 'UTF8'))
      FROM shown JOIN free USING (sign, nth)
    )
    SELECT shown.line_key AS "lineKey", free.line_key AS "storedKey",
      free.owner_lives AS "ownerLives"
    FROM shown JOIN free USING (sign, nth)`)
}

const takenRow = z.object({
  storedKey: z.string(),
  ownerLives: z.boolean(),
  /** The key that was tied to the line, and what was said under it. */
  takenBy: z.string(),
  words,
  raw: z.string(),
})

const matchedRow = z.object({ lineKey: z.string(), storedKey: z.string() })

/** Lines that are one of the unknown in everything, by their own words or those of another source. */
const listMatched = (
  tx: Tx,
  { accountId, connectionId, generation }: PageOrigin,
  lines: readonly Line[],
): Promise<readonly z.infer<typeof matchedRow>[]> =>
  tx.any(sql.type(matchedRow)`
    WITH page AS MATERIALIZED (
      SELECT line_key, position, sha256(convert_to(canonical, 'UTF8')) AS sign
      FROM ${sql.unnest(lines.map(saidRow), saidTypes)} WITH ORDINALITY
        AS page (${saidColumns}, position)
    ), matched AS MATERIALIZED (
      SELECT line_key AS stored_key, fingerprint AS sign FROM statement_line
      WHERE account_id = ${accountId} AND booked_on = ANY(${sql.array(daysOf(lines), 'date')})
        AND fingerprint IN (SELECT sign FROM page)
      UNION
      SELECT stored_key, fingerprint FROM line_alias
      WHERE account_id = ${accountId} AND fingerprint IN (SELECT sign FROM page)
        AND (connection_id <> ${connectionId} OR generation <> ${generation})
    )
    SELECT line_key AS "lineKey", stored_key AS "storedKey" FROM page JOIN matched USING (sign)
    ORDER BY position, stored_key`)

/** Which of some lines were tied to keys of this source that are not the same in everything. */
const listTaken = (
  tx: Tx,
  { accountId, connectionId, generation }: PageOrigin,
  storedKeys: readonly string[],
): Promise<readonly z.infer<typeof takenRow>[]> =>
  tx.any(sql.type(takenRow)`
    SELECT stored.line_key AS "storedKey", ${ownerLives({ connectionId })} AS "ownerLives",
      alias.line_key AS "takenBy", alias.shown AS words, alias.raw
    FROM statement_line AS stored
    JOIN line_alias AS alias ON alias.account_id = ${accountId}
      AND alias.stored_key = stored.line_key AND alias.connection_id = ${connectionId}
      AND alias.generation = ${generation} AND alias.raw IS NOT NULL
    WHERE stored.account_id = ${accountId} AND stored.removed_at IS NULL
      AND stored.line_key = ANY(${sql.array(storedKeys, 'text')})
      AND alias.stored_key = ANY(${sql.array(storedKeys, 'text')})
      AND alias.fingerprint <> stored.fingerprint AND NOT EXISTS (
        SELECT FROM line_alias AS other
        WHERE other.account_id = ${accountId} AND other.stored_key = stored.line_key
          AND other.fingerprint = alias.fingerprint
          AND (other.connection_id <> ${connectionId} OR other.generation <> ${generation}))`)

/** Gives such lines to the keys that are equal in everything; the keys that had them name other lines. */
const retake = async (
  tx: Tx,
  origin: PageOrigin,
  { lines, shown }: Unknown,
): Promise<{ claimed: readonly Claimed[]; released: Line[] }> => {
  if (lines.length === 0) return { claimed: [], released: [] }
  const matched = await listMatched(tx, origin, lines)
  if (matched.length === 0) return { claimed: [], released: [] }
  const storedKeys = [...new Set(matched.map(({ storedKey }) => storedKey))]
  const taken = new Map(
    (await listTaken(tx, origin, storedKeys)).map((each) => [each.storedKey, each]),
  )
  const pairs: (Claimed & z.infer<typeof takenRow>)[] = []
  const used = new Set<string>()
  for (const { lineKey, storedKey } of matched) {
    const place = taken.get(storedKey)
    if (place === undefined || used.has(lineKey)) continue
    taken.delete(storedKey)
    used.add(lineKey)
    pairs.push({ ...place, lineKey })
  }
  if (pairs.length === 0) return { claimed: [], released: [] }
  await release(
    tx,
    origin,
    pairs.map(({ takenBy }) => takenBy),
  )
  await tie(tx, origin, { lines, pairs })
  const now = new Map(shown.map((line) => [line.lineKey, line]))
  return {
    claimed: pairs,
    // in the words of the page where it is there
    released: pairs.map(
      ({ takenBy, words: said, raw }) =>
        now.get(takenBy) ?? toLine(said, { lineKey: takenBy, raw }),
    ),
  }
}

const tie = async (
  tx: Tx,
  { accountId, connectionId, generation }: PageOrigin,
  { lines, pairs }: { lines: readonly Line[]; pairs: readonly Claimed[] },
): Promise<void> => {
  const stored = new Map(pairs.map(({ lineKey, storedKey }) => [lineKey, storedKey]))
  const rows = lines.flatMap((line) => {
    const storedKey = stored.get(line.lineKey)
    return storedKey === undefined ? [] : [[...saidRow(line), storedKey]]
  })
  await tx.query(sql.unsafe`
    INSERT INTO line_alias (tenant_id, account_id, connection_id, generation, line_key, stored_key,
      shown, raw, fingerprint)
    SELECT ${currentTenant}, ${accountId}, ${connectionId}, ${generation}, line_key, stored_key,
      said, raw, sha256(convert_to(canonical, 'UTF8'))
    FROM ${sql.unnest(rows, [...saidTypes, 'text'])} AS shown (${saidColumns}, stored_key)`)
}

/** Keys that were taken for other lines name none of these any more. */
export const release = async (
  tx: Tx,
  origin: PageOrigin,
  lineKeys: readonly string[],
): Promise<void> => {
  if (lineKeys.length === 0) return
  const { accountId, connectionId, generation } = origin
  await tx.query(sql.unsafe`
    DELETE FROM line_alias
    WHERE account_id = ${accountId} AND connection_id = ${connectionId}
      AND generation = ${generation} AND line_key = ANY(${sql.array(lineKeys, 'text')})`)
}
