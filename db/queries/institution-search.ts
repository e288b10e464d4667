/** Searching institutions: by name, country, BIC and website, with typing errors forgiven. */
import type { CommonQueryMethods, DatabasePool } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import { hostOf, searchText, wholeBic } from '../../domain/search-text.ts'

const listingRow = z.object({
  id: z.string(),
  name: z.string(),
  countries: z.array(z.string()),
  bic: z.string().nullable(),
  website: z.string().nullable(),
  logoUrl: z.string().nullable(),
  /** Where the row stands, for the page after it. */
  position: z.tuple([z.int(), z.int(), z.string(), z.string()]),
})

export type ListedInstitution = z.infer<typeof listingRow>

/** Kind of match, place within it, name and id: what the rows are ordered by. */
export type SearchPosition = ListedInstitution['position']

export interface InstitutionSearch {
  /** As a person typed it. */
  q: string
  /** ISO 3166 alpha-2. */
  country?: string
  bic?: string
  website?: string
  /** Of at least one of these. */
  providers?: readonly string[]
  after?: SearchPosition
  limit: number
}

const knownRow = z.object({ known: z.boolean() })

/** Words beyond these tell nothing more. */
const wordsMax = 8
const likeness = 0.45
const shortest = 3

type Fragment = ReturnType<typeof sql.fragment> | ReturnType<typeof sql.and>

const wordsOf = (text: string): string[] => text.split(' ').slice(0, wordsMax)

/** Every word begins some word that the institution is found by; a BIC of a branch also finds its head office. */
const hasWords = (text: string): Fragment => {
  const words = wordsOf(text)
  const patterns = words.map((word) =>
    words.length === 1 && word.length === 11 && wholeBic(word) !== null
      ? [`% ${word}%`, `% ${word.slice(0, 8)}%`]
      : [`% ${word}%`],
  )
  return sql.join(
    patterns.map((some) =>
      some.length === 1
        ? sql.fragment`search_words LIKE ${some[0] ?? ''}`
        : sql.fragment`search_words LIKE ANY(${sql.array(some, 'text')})`,
    ),
    sql.fragment` AND `,
  )
}

/** What must hold whatever was typed. */
const filtersOf = ({ country, bic, website, providers }: InstitutionSearch): Fragment => {
  const host = website === undefined ? null : (hostOf(website) ?? website.toLowerCase())
  const begun = bic?.replace(/\s/g, '').toUpperCase() ?? ''
  return sql.and([
    sql.fragment`availability < 2`,
    country !== undefined && sql.fragment`${country.toUpperCase()} = ANY(countries)`,
    providers !== undefined && sql.fragment`providers && ${sql.array([...providers], 'text')}`,
    host !== null && sql.fragment`${host} = ANY(hosts) AND ${hasWords(searchText(host))}`,
    bic !== undefined &&
      sql.fragment`EXISTS (
        SELECT FROM unnest(bics) AS each
        WHERE starts_with(each, ${begun}) OR each = ${`${begun.slice(0, 8)}XXX`}
      ) AND ${hasWords(begun.slice(0, 8).toLowerCase())}`,
  ])
}

/** From the best kind of match to the worst that needs no tolerance; a row is of one kind only. */
const kindsOf = (text: string, host: string | null): Fragment[] => {
  if (text === '') return [sql.fragment`true`]
  const begins = sql.fragment`search_name LIKE ${`${text}%`}`
  const inName = wordsOf(text).map((word) => sql.fragment`' ' || search_name LIKE ${`% ${word}%`}`)
  const byName = sql.join(inName, sql.fragment` AND `)
  const byWords = hasWords(text)
  if (host !== null) {
    const byHost = sql.fragment`${host} = ANY(hosts)`
    return [sql.fragment`${byWords} AND ${byHost}`, sql.fragment`${byWords} AND NOT ${byHost}`]
  }
  return [
    sql.fragment`search_name = ${text}`,
    sql.fragment`${begins} AND search_name <> ${text}`,
    sql.fragment`${byWords} AND ${byName} AND NOT ${begins}`,
    sql.fragment`${byWords} AND NOT (${byName}) AND NOT ${begins}`,
  ]
}

const similarKind = 4

interface Rows {
  kind: number
  where: Fragment
  /** What the rows of the kind are ordered by, before their name. */
  place: Fragment
  after: SearchPosition | undefined
  limit: number
}

const readRows = (
  pool: CommonQueryMethods,
  { kind, where, place, after, limit }: Rows,
): Promise<readonly ListedInstitution[]> => {
  const beyond =
    after?.[0] === kind
      ? sql.fragment`(${place}, search_name, id) > (${after[1]}, ${after[2]}, ${after[3]}::uuid)`
      : sql.fragment`true`
  return pool.any(sql.type(listingRow)`
    SELECT id, name, countries, bic, website, logo_url AS "logoUrl",
      jsonb_build_array(${kind}::int, ${place}, search_name, id) AS position
    FROM institution_listing
    WHERE ${where} AND ${beyond}
    ORDER BY ${place}, search_name, id LIMIT ${limit}`)
}

/** Whether this database can compare words by their likeness. */
export const forgivesTypingErrors = async (pool: CommonQueryMethods): Promise<boolean> => {
  const { known } = await pool.one(
    sql.type(knownRow)`SELECT to_regproc('word_similarity') IS NOT NULL AS known`,
  )
  return known
}

const readSimilar = async (
  pool: DatabasePool,
  wanted: InstitutionSearch,
  text: string,
): Promise<readonly ListedInstitution[]> => {
  if (text.length < shortest || !(await forgivesTypingErrors(pool))) return []
  const { after, limit } = wanted
  return pool.transaction(async (tx) => {
    await tx.query(
      sql.unsafe`SELECT set_config('pg_trgm.word_similarity_threshold', ${String(likeness)}, true)`,
    )
    return readRows(tx, {
      kind: similarKind,
      where: sql.fragment`${filtersOf(wanted)} AND ${text} <% search_words`,
      place: sql.fragment`(availability * 1000 - round(word_similarity(${text}, search_words) * 1000))::int`,
      after,
      limit,
    })
  })
}

/** The best matches in a stable order; typing errors are forgiven where nothing matches as it was typed. */
export const search = async (
  pool: DatabasePool,
  wanted: InstitutionSearch,
): Promise<readonly ListedInstitution[]> => {
  const host = hostOf(wanted.q)
  const text = searchText(host ?? wanted.q)
  const { after, limit } = wanted
  const filters = filtersOf(wanted)
  const found: ListedInstitution[] = []
  for (const [kind, matches] of kindsOf(text, host).entries()) {
    if (found.length === limit) break
    if (after !== undefined && kind < after[0]) continue
    const where = sql.fragment`${filters} AND ${matches}`
    const place = sql.fragment`availability`
    found.push(
      ...(await readRows(pool, { kind, where, place, after, limit: limit - found.length })),
    )
  }
  const isTolerant = after === undefined ? found.length === 0 : after[0] === similarKind
  return isTolerant && text !== '' ? readSimilar(pool, wanted, text) : found
}

/** One institution by the id of its listing, or by that of any of its offers; null where there is none. */
export const maybeOne = (pool: CommonQueryMethods, id: string): Promise<ListedInstitution | null> =>
  pool.maybeOne(sql.type(listingRow)`
    SELECT listing.id, listing.name, listing.countries, listing.bic, listing.website,
      listing.logo_url AS "logoUrl", jsonb_build_array(0, 0, '', '') AS position
    FROM institution JOIN institution_listing AS listing ON listing.id = institution.listing_id
    WHERE institution.offer_id = ${id}::uuid`)
