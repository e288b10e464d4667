/** Lines that were tied too early: whoever is equal in everything takes the place of a key that has only day and amount. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import { toLine } from '../../domain/line-words.ts'
import type { Line } from '../../domain/statement-line.ts'
import { currentTenant } from '../tenant.ts'
import type { Claimed, Unknown } from './line-aliases.ts'
import { daysOf, ownerLives, release } from './line-aliases.ts'
import type { PageOrigin } from './line-rows.ts'
import { saidColumns, saidRow, saidTypes, words } from './line-words.ts'

type Tx = DatabaseTransactionConnection

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
export const retake = async (
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
