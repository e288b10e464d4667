/** Lines of a page that are stored from another source: they add to what is known, and correct only what they said before. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { saysSame } from '../../domain/line-words.ts'
import type { Written } from './line-corrections.ts'
import { listStored, writeCorrections } from './line-corrections.ts'
import type { Sighting } from './line-decisions.ts'
import { decideSighting } from './line-decisions.ts'
import type { Numbered, PageOrigin } from './line-rows.ts'
import { saidColumns, saidRow, saidTypes, wordsOf } from './line-words.ts'

type Tx = DatabaseTransactionConnection

/** Decides and writes what sightings of one page are, each key's one after the other. */
export const applySightings = async (
  tx: Tx,
  page: PageOrigin,
  { lines, seq }: Numbered<Sighting>,
): Promise<Written> => {
  const written: Written = { added: 0, changed: 0, filled: 0 }
  const said = new Map<string, Sighting['earlier']>()
  let rest = lines
  while (rest.length > 0) {
    const first = new Map(rest.toReversed().map((sighting) => [sighting.aliasKey, sighting]))
    const { added, changed, filled } = written
    const more = await applyDistinct(tx, page, {
      lines: [...first.values()]
        .toReversed()
        .map((each) => ({ ...each, earlier: said.get(each.aliasKey) ?? each.earlier })),
      seq: seq + added + changed + filled,
    })
    written.added += more.written.added
    written.changed += more.written.changed
    written.filled += more.written.filled
    for (const { aliasKey, line } of more.noted) said.set(aliasKey, wordsOf(line))
    rest = rest.filter((sighting) => first.get(sighting.aliasKey) !== sighting)
  }
  return written
}

const applyDistinct = async (
  tx: Tx,
  page: PageOrigin,
  { lines, seq }: Numbered<Sighting>,
): Promise<{ written: Written; noted: Sighting[] }> => {
  const stored = await listStored(
    tx,
    page.accountId,
    lines.map(({ line }) => line),
  )
  const decisions = lines.map((sighting) => ({ sighting, ...decideSighting(sighting, stored) }))
  const noted = decisions.flatMap(({ sighting, isNoted }) => (isNoted ? [sighting] : []))
  const corrections = decisions.flatMap(({ correction }) => correction ?? [])
  const written = await writeCorrections(tx, page, { lines: corrections, seq })
  await note(tx, page, noted)
  return { written, noted }
}

/** Keeps what the source says of its lines, so that it is told apart from what it says later. */
const note = async (
  tx: Tx,
  { accountId, connectionId, generation }: PageOrigin,
  sightings: readonly Sighting[],
): Promise<void> => {
  const other = sightings.filter(
    ({ line, earlier, isKept }) => !isKept || earlier === null || !saysSame(earlier, wordsOf(line)),
  )
  if (other.length === 0) return
  const rows = other.map(({ aliasKey, line }) => saidRow({ ...line, lineKey: aliasKey }))
  await tx.query(sql.unsafe`
    UPDATE line_alias AS alias
    SET shown = now.said, raw = now.raw, fingerprint = sha256(convert_to(now.canonical, 'UTF8'))
    FROM ${sql.unnest(rows, saidTypes)} AS now (${saidColumns})
    WHERE alias.account_id = ${accountId} AND alias.connection_id = ${connectionId}
      AND alias.generation = ${generation} AND alias.line_key = now.line_key
      AND alias.line_key = ANY(${sql.array(
        other.map(({ aliasKey }) => aliasKey),
        'text',
      )})`)
}
