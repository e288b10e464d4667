/** Searching institutions: by name, country, BIC and website, with typing errors forgiven. */
import type { CommonQueryMethods, DatabasePool, DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import { hostOf, searchText } from '../../domain/search-text.ts'
import type { Fragment, Kind } from './institution-kinds.ts'
import { asMeant, asTyped, hasHost, tolerantFrom, typedText } from './institution-kinds.ts'
import { all, begins, isInCountry, isOffered } from './institution-terms.ts'
import { forgivesTypingErrors, listLike } from './institution-words.ts'

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

/** Kind of match, availability, name and id: what the rows are ordered by. */
type SearchPosition = ListedInstitution['position']

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

/** So many matches are sorted; of more, the first are soon met in the order of their names. */
const sortedMax = 2_000
const shortest = 3

interface Filter {
  /** What an index finds it by. */
  terms: string[]
  where: Fragment
}

const byBic = (bic: string): Filter => {
  const begun = bic.replace(/\s/g, '').toUpperCase()
  const bank = begun.slice(0, 8)
  return {
    terms: [begins(bank.toLowerCase())],
    where: sql.fragment`EXISTS (
      SELECT FROM unnest(bics) AS each WHERE starts_with(each, ${begun}) OR each = ${`${bank}XXX`}
    )`,
  }
}

/** One provider may offer few; several together offer most of what there is, so that no index finds them sooner. */
const byProviders = (providers: readonly string[]): Filter => ({
  terms: providers.length === 1 ? providers.map(isOffered) : [],
  where: sql.fragment`providers && ${sql.array([...providers], 'text')}`,
})

const byHost = (website: string): Filter => ({
  terms: [],
  where: hasHost(hostOf(website) ?? website.toLowerCase()),
})

const byCountry = (country: string): Filter => ({
  terms: [isInCountry(country)],
  where: sql.fragment`${country.toUpperCase()} = ANY(countries)`,
})

/** What must hold whatever was typed. */
const filtersOf = ({ country, bic, website, providers }: InstitutionSearch): Filter => {
  const filters = [
    ...(country === undefined ? [] : [byCountry(country)]),
    ...(bic === undefined ? [] : [byBic(bic)]),
    ...(website === undefined ? [] : [byHost(website)]),
    ...(providers === undefined ? [] : [byProviders(providers)]),
  ]
  return {
    terms: filters.flatMap(({ terms }) => terms),
    where: sql.and([true, ...filters.map(({ where }) => where)]),
  }
}

interface Reading extends Filter {
  /** Behind the row where the page before ended. */
  beyond: Fragment
  limit: number
}

const order = sql.fragment`availability, search_name, id`

/** The ids of a page whose rows an index finds, or that are simply the next. */
const directly = ({ where, beyond, limit }: Reading): Fragment => sql.fragment`
  SELECT id FROM institution_listing
  WHERE availability < 2 AND ${where} AND ${beyond}
  ORDER BY ${order} LIMIT ${limit}`

/** The ids of a page by terms that few or many rows have. */
const byTerms = ({ terms, where, beyond, limit }: Reading): Fragment => {
  const matches = sql.fragment`search_terms @@ ${all(terms)}::tsquery AND ${where}`
  return sql.fragment`
  WITH match AS MATERIALIZED (
    SELECT ${order} FROM institution_listing
    WHERE ${matches} AND ${beyond} LIMIT ${sortedMax + 1}
  )
  (SELECT id FROM match WHERE (SELECT count(*) FROM match) <= ${sortedMax} ORDER BY ${order} LIMIT ${limit})
  UNION ALL
  (
    -- nothing or everything; not knowing how much, the planner takes the index that has the order instead of sorting
    SELECT id FROM (
      SELECT * FROM institution_listing WHERE availability < 2 AND ${beyond} ORDER BY ${order}
      LIMIT (SELECT CASE WHEN count(*) <= ${sortedMax} THEN 0 END FROM match)
    ) AS in_order
    WHERE ${matches} ORDER BY ${order} LIMIT ${limit}
  )`
}

const readKind = (
  tx: CommonQueryMethods,
  { number, terms, where, isNarrow }: Kind,
  wanted: InstitutionSearch,
): Promise<readonly ListedInstitution[]> => {
  const { after, limit } = wanted
  const filters = filtersOf(wanted)
  const reading: Reading = {
    terms: [...terms, ...filters.terms],
    where: sql.fragment`${where} AND ${filters.where}`,
    beyond:
      after?.[0] === number
        ? sql.fragment`(${order}) > (${after[1]}, ${after[2]}, ${after[3]}::uuid)`
        : sql.fragment`true`,
    limit,
  }
  const page = isNarrow || reading.terms.length === 0 ? directly(reading) : byTerms(reading)
  return tx.any(sql.type(listingRow)`
    SELECT id, name, countries, bic, website, logo_url AS "logoUrl",
      jsonb_build_array(${number}::int, ${order}) AS position
    FROM (${page}) AS page JOIN institution_listing USING (id)
    ORDER BY ${order}`)
}

const readKinds = async (
  tx: CommonQueryMethods,
  kinds: readonly Kind[],
  wanted: InstitutionSearch,
): Promise<ListedInstitution[]> => {
  const found: ListedInstitution[] = []
  for (const kind of kinds) {
    if (wanted.after !== undefined && kind.number < wanted.after[0]) continue
    const limit = wanted.limit - found.length
    if (limit === 0) break
    found.push(...(await readKind(tx, kind, { ...wanted, limit })))
  }
  return found
}

const searchTolerantly = async (
  tx: CommonQueryMethods,
  wanted: InstitutionSearch,
): Promise<readonly ListedInstitution[]> => {
  const text = searchText(hostOf(wanted.q) ?? wanted.q)
  if (text.length < shortest || !(await forgivesTypingErrors(tx))) return []
  const typed = typedText(text)
  const kinds = asMeant(typed, await listLike(tx, typed))
  for (const kind of kinds) {
    if (wanted.after !== undefined && kind.number !== wanted.after[0]) continue
    const found = await readKind(tx, kind, wanted)
    if (found.length > 0) return found
  }
  return []
}

const searchOver = async (
  tx: DatabaseTransactionConnection,
  wanted: InstitutionSearch,
): Promise<readonly ListedInstitution[]> => {
  // every step has its index, and where a limit makes the planner hope for luck without one it is mostly wrong
  await tx.query(sql.unsafe`
    SELECT set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)`)
  const { q, after } = wanted
  const found = await readKinds(tx, asTyped(q), wanted)
  const isTolerant = after === undefined ? found.length === 0 : after[0] >= tolerantFrom
  return isTolerant ? searchTolerantly(tx, wanted) : found
}

/** The best matches in a stable order; typing errors are forgiven where nothing matches as it was typed. */
export const search = (
  pool: DatabasePool,
  wanted: InstitutionSearch,
): Promise<readonly ListedInstitution[]> =>
  // one connection for all steps: to take another for each costs more than most of them
  pool.transaction((tx) => searchOver(tx, wanted))

/** One institution by the id of its listing, or by that of any of its offers; null where there is none. */
export const maybeOne = (pool: CommonQueryMethods, id: string): Promise<ListedInstitution | null> =>
  pool.maybeOne(sql.type(listingRow)`
    SELECT listing.id, listing.name, listing.countries, listing.bic, listing.website,
      listing.logo_url AS "logoUrl", jsonb_build_array(0, 0, '', '') AS position
    FROM institution JOIN institution_listing AS listing ON listing.id = institution.listing_id
    WHERE institution.offer_id = ${id}::uuid`)
