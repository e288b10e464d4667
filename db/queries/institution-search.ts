/** Searching institutions: by name, country, BIC and website, with typing errors forgiven. */
import type { CommonQueryMethods, DatabasePool, DatabasePoolConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import { countryIn } from '../../domain/country-words.ts'
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
/** How alike words must be: first closely, and where nothing is, loosely. */
const similarKinds = [
  { number: 6, likeness: 0.7 },
  { number: 7, likeness: 0.45 },
]
/** Comparing words takes time; of more candidates than these the search was too vague to tell them apart. */
const candidatesMax = 200
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

const hasHost = (host: string): Fragment => sql.fragment`hosts @> ${sql.array([host], 'text')}`

/** What must hold whatever was typed. */
const filtersOf = ({ country, bic, website, providers }: InstitutionSearch): Fragment => {
  const host = website === undefined ? null : (hostOf(website) ?? website.toLowerCase())
  const begun = bic?.replace(/\s/g, '').toUpperCase() ?? ''
  return sql.and([
    sql.fragment`availability < 2`,
    country !== undefined && sql.fragment`${country.toUpperCase()} = ANY(countries)`,
    providers !== undefined && sql.fragment`providers && ${sql.array([...providers], 'text')}`,
    host !== null && hasHost(host),
    bic !== undefined &&
      sql.fragment`EXISTS (
        SELECT FROM unnest(bics) AS each
        WHERE starts_with(each, ${begun}) OR each = ${`${begun.slice(0, 8)}XXX`}
      ) AND ${hasWords(begun.slice(0, 8).toLowerCase())}`,
  ])
}

interface Kind {
  number: number
  where: Fragment
}

/** Names of the country are no words of the institution, so they are looked for apart. */
const inCountry = (text: string): Fragment | null => {
  const meant = countryIn(text)
  if (meant === null) return null
  const inside = sql.fragment`countries && ${sql.array(meant.codes, 'text')}`
  return meant.rest === '' ? inside : sql.fragment`${inside} AND ${hasWords(meant.rest)}`
}

const byText = (text: string): Kind[] => {
  const begins = sql.fragment`search_name LIKE ${`${text}%`}`
  const inName = wordsOf(text).map((word) => sql.fragment`' ' || search_name LIKE ${`% ${word}%`}`)
  const byName = sql.join(inName, sql.fragment` AND `)
  const byWords = hasWords(text)
  const country = inCountry(text)
  return [
    { number: 1, where: sql.fragment`search_name = ${text}` },
    { number: 2, where: sql.fragment`${begins} AND search_name <> ${text}` },
    { number: 3, where: sql.fragment`${byWords} AND ${byName} AND NOT ${begins}` },
    { number: 4, where: sql.fragment`${byWords} AND NOT (${byName}) AND NOT ${begins}` },
    ...(country === null
      ? []
      : [{ number: 5, where: sql.fragment`${country} AND NOT (${byWords}) AND NOT ${begins}` }]),
  ]
}

/** From the best kind of match to the worst that needs no tolerance; a row is of one kind only. */
const kindsOf = (q: string): Kind[] => {
  const text = searchText(q)
  if (text === '') return [{ number: 0, where: sql.fragment`true` }]
  const host = hostOf(q)
  if (host === null) return byText(text)
  const others = byText(searchText(host)).map(({ number, where }) => ({
    number,
    where: sql.fragment`${where} AND NOT ${hasHost(host)}`,
  }))
  return [{ number: 0, where: hasHost(host) }, ...others]
}

interface Rows {
  kind: number
  /** The listings that match. */
  matching: Fragment
  /** What the rows of the kind are ordered by, before their name. */
  place: Fragment
  after: SearchPosition | undefined
  limit: number
}

const readRows = (
  pool: CommonQueryMethods,
  { kind, matching, place, after, limit }: Rows,
): Promise<readonly ListedInstitution[]> => {
  const beyond =
    after?.[0] === kind
      ? sql.fragment`(${place}, search_name, id) > (${after[1]}, ${after[2]}, ${after[3]}::uuid)`
      : sql.fragment`true`
  return pool.any(sql.type(listingRow)`
    SELECT id, name, countries, bic, website, logo_url AS "logoUrl",
      jsonb_build_array(${kind}::int, ${place}, search_name, id) AS position
    FROM (${matching}) AS listing
    WHERE ${beyond}
    ORDER BY ${place}, search_name, id LIMIT ${limit}`)
}

const isSimilar = (kind: number): boolean => similarKinds.some(({ number }) => number === kind)

/** Whether this database can compare words by their likeness. */
export const forgivesTypingErrors = async (pool: CommonQueryMethods): Promise<boolean> => {
  const { known } = await pool.one(
    sql.type(knownRow)`SELECT to_regproc('word_similarity') IS NOT NULL AS known`,
  )
  return known
}

const setLikeness = async (tx: CommonQueryMethods, likeness: number): Promise<void> => {
  // for a limit of candidates the planner would rather compare row by row than use the index
  await tx.query(sql.unsafe`
    SELECT set_config('pg_trgm.word_similarity_threshold', ${String(likeness)}, true),
      set_config('enable_seqscan', 'off', true), set_config('enable_indexscan', 'off', true)`)
}

const readSimilar = async (
  tx: CommonQueryMethods,
  wanted: InstitutionSearch,
  text: string,
): Promise<readonly ListedInstitution[]> => {
  const { after, limit } = wanted
  const place = sql.fragment`(availability * 1000 - round(word_similarity(${text}, search_words) * 1000))::int`
  const matching = sql.fragment`
    SELECT * FROM institution_listing
    WHERE ${filtersOf(wanted)} AND ${text} <% search_words LIMIT ${candidatesMax}`
  for (const { number: kind, likeness } of similarKinds) {
    if (after !== undefined && kind !== after[0]) continue
    await setLikeness(tx, likeness)
    const found = await readRows(tx, { kind, matching, place, after, limit })
    if (found.length > 0) return found
  }
  return []
}

const searchTolerantly = async (
  connection: DatabasePoolConnection,
  wanted: InstitutionSearch,
): Promise<readonly ListedInstitution[]> => {
  const text = searchText(hostOf(wanted.q) ?? wanted.q)
  if (text.length < shortest || !(await forgivesTypingErrors(connection))) return []
  return connection.transaction((tx) => readSimilar(tx, wanted, text))
}

const searchOver = async (
  connection: DatabasePoolConnection,
  wanted: InstitutionSearch,
): Promise<readonly ListedInstitution[]> => {
  const { after, limit } = wanted
  const filters = filtersOf(wanted)
  const place = sql.fragment`availability`
  const found: ListedInstitution[] = []
  for (const { number: kind, where } of kindsOf(wanted.q)) {
    if (found.length === limit) break
    if (after !== undefined && kind < after[0]) continue
    const matching = sql.fragment`
      SELECT * FROM institution_listing WHERE ${filters} AND ${where}`
    const left = limit - found.length
    found.push(...(await readRows(connection, { kind, matching, place, after, limit: left })))
  }
  const isTolerant = after === undefined ? found.length === 0 : isSimilar(after[0])
  return isTolerant ? searchTolerantly(connection, wanted) : found
}

/** The best matches in a stable order; typing errors are forgiven where nothing matches as it was typed. */
export const search = (
  pool: DatabasePool,
  wanted: InstitutionSearch,
): Promise<readonly ListedInstitution[]> =>
  // one connection for all steps: to take another for each costs more than most of them
  pool.connect((connection) => searchOver(connection, wanted))

/** One institution by the id of its listing, or by that of any of its offers; null where there is none. */
export const maybeOne = (pool: CommonQueryMethods, id: string): Promise<ListedInstitution | null> =>
  pool.maybeOne(sql.type(listingRow)`
    SELECT listing.id, listing.name, listing.countries, listing.bic, listing.website,
      listing.logo_url AS "logoUrl", jsonb_build_array(0, 0, '', '') AS position
    FROM institution JOIN institution_listing AS listing ON listing.id = institution.listing_id
    WHERE institution.offer_id = ${id}::uuid`)
