/** Knows a line again that is stored from another source under another key. Only where an account has several sources. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import type { Words } from '../../domain/line-words.ts'
import { saysSame } from '../../domain/line-words.ts'
import type { Line } from '../../domain/statement-line.ts'
import { currentTenant } from '../tenant.ts'
import type { Claimed } from './line-aliases.ts'
import { isOwn, ownerLives, release } from './line-aliases.ts'
import { claim } from './line-claims.ts'
import type { Sighting } from './line-decisions.ts'
import type { PageOrigin } from './line-rows.ts'
import { words, wordsOf } from './line-words.ts'

type Tx = DatabaseTransactionConnection

interface Shown {
  lines: readonly Line[]
  removedLineKeys: readonly string[]
}

/** Lines under keys of their own, and those that are stored under the key of another source. */
interface Resolved extends Shown {
  sightings: readonly Sighting[]
}

const knownRow = z.object({
  lineKey: z.string(),
  storedKey: z.string(),
  isOwn: z.boolean(),
  ownerLives: z.boolean(),
  isRemoved: z.boolean(),
  /** What this source said of the line so far, where it names it by an alias. */
  shown: words.nullable(),
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
      stored.removed_at IS NOT NULL AS "isRemoved", alias.shown, taken.line_key AS "takenBy"
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

/**
 * The page with the keys under which its lines are stored. A line that another source has stored is not stored again:
 * its key becomes an alias. Where the other source is gone, its line goes over to this one; while it lives, only that
 * source changes or removes the line.
 */
export const resolve = async (tx: Tx, origin: PageOrigin, shown: Shown): Promise<Resolved> => {
  const shownKeys = shown.lines.map(({ lineKey }) => lineKey)
  const known = await listKnown(tx, origin, [...shownKeys, ...shown.removedLineKeys])
  const twins = await releaseTwins(tx, origin, { lines: shown.lines, known })
  const unknown = new Map<string, Line>()
  for (const line of shown.lines)
    if (!known.has(line.lineKey) && !unknown.has(line.lineKey)) unknown.set(line.lineKey, line)
  const { claimed, released } = await claim(tx, origin, {
    lines: [...unknown.values()],
    shown: shown.lines,
  })
  for (const { lineKey } of released) known.delete(lineKey)
  const met = [...new Set(shownKeys)].flatMap((key) => known.get(key) ?? [])
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
  const places = new Map<string, Place>(
    [...known.values(), ...claimed].map((each) => [each.lineKey, each]),
  )
  const spoken = new Set([...shownKeys, ...shown.removedLineKeys])
  const silent = released.filter(({ lineKey }) => !spoken.has(lineKey))
  const placed = [...shown.lines, ...silent].map((line) => ({
    line,
    place: places.get(line.lineKey),
  }))
  return {
    lines: [
      ...placed.flatMap(({ line, place }) =>
        place === undefined || isUnderItsKey(place) ? [line] : [],
      ),
      ...twins,
    ],
    sightings: placed.flatMap(({ line, place }) => (place ? sightingOf(line, place) : [])),
    removedLineKeys: shown.removedLineKeys.flatMap((key) => {
      const place = places.get(key)
      return place && !place.ownerLives ? [place.storedKey] : []
    }),
  }
}

/** A stored line that a key of the page names; what was claimed just now has no earlier words. */
type Place = Claimed & Partial<Known>

const isUnderItsKey = ({ lineKey, storedKey, ownerLives: isTold }: Place): boolean =>
  lineKey === storedKey && !isTold

/** A line under a key of another source, unless it is shown as it was before. */
const sightingOf = (line: Line, place: Place): Sighting[] => {
  const { lineKey, storedKey } = place
  if (lineKey === storedKey || place.ownerLives) return []
  const isFirst = place.isOwn !== true
  const said = wordsOf(line)
  const earlier: Words | null = place.shown ?? (isFirst ? said : null)
  const isSettled = !isFirst && place.isRemoved !== true && earlier !== null
  if (isSettled && saysSame(earlier, said)) return []
  const isKept = place.shown !== null
  return [{ aliasKey: lineKey, line: { ...line, lineKey: storedKey }, earlier, isKept }]
}

/** Keys that were taken for lines which show themselves now name twins of them; those are lines of their own. */
const releaseTwins = async (
  tx: Tx,
  origin: PageOrigin,
  { lines, known }: { lines: readonly Line[]; known: Map<string, Known> },
): Promise<Line[]> => {
  const twins = lines.flatMap((line) => {
    const takenBy = known.get(line.lineKey)?.takenBy
    return takenBy ? [{ ...line, lineKey: takenBy }] : []
  })
  const keys = twins.map(({ lineKey }) => lineKey)
  await release(tx, origin, keys)
  // a twin of this page speaks for itself
  const own = new Set(keys.filter((key) => known.delete(key)))
  return twins.filter(({ lineKey }) => !own.has(lineKey))
}

/** Whether another connection, an earlier generation of this one or a file has ever brought lines of the account. */
export const otherSources = ({ accountId, connectionId, generation }: PageOrigin) => sql.fragment`(
  EXISTS (
    SELECT FROM connection_account
    WHERE account_id = ${accountId}
      AND (connection_id <> ${connectionId} OR generation <> ${generation})
  ) OR EXISTS (
    SELECT FROM statement_line WHERE account_id = ${accountId} AND import_id IS NOT NULL
  ))`
