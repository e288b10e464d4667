/** Searching institutions: by name, country, BIC and website, with typing errors forgiven. */
import type { CommonQueryMethods, DatabasePool, DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import { hostOf, searchText } from '../../domain/search-text.ts'
import { readFew } from './institution-few.ts'
import type { Filter, InstitutionSearch, ListedInstitution } from './institution-filters.ts'
import { filtersOf, listingRow, order } from './institution-filters.ts'
import type { Fragment, Kind, KindGroup } from './institution-kinds.ts'
import { asMeant, asTyped, tolerantFrom, typedText } from './institution-kinds.ts'
import { all } from './institution-terms.ts'
import { comparesWords, listLike } from './institution-words.ts'

export type { InstitutionSearch, ListedInstitution } from './institution-filters.ts'

/** So many matches are sorted; of more, the first are soon met in the order of their names. */
const sortedMax = 2_000
const shortest = 3

interface Reading extends Filter {
  /** Behind the row where the page before ended. */
  beyond: Fragment
  limit: number
}

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

interface Wish {
  wanted: InstitutionSearch
  /** A kind is left out where those before it have found so many. */
  enough: number
}

const readOneByOne = async (
  tx: CommonQueryMethods,
  kinds: readonly Kind[],
  { wanted, enough }: Wish,
): Promise<ListedInstitution[]> => {
  const found: ListedInstitution[] = []
  for (const kind of kinds) {
    if (found.length >= enough) break
    const limit = wanted.limit - found.length
    found.push(...(await readKind(tx, kind, { ...wanted, limit })))
  }
  return found
}

const readTyped = async (
  tx: CommonQueryMethods,
  groups: readonly KindGroup[],
  wanted: InstitutionSearch,
): Promise<ListedInstitution[]> => {
  const { after, limit } = wanted
  const found: ListedInstitution[] = []
  for (const { kinds, terms } of groups) {
    const rest = { ...wanted, limit: limit - found.length }
    const left = kinds.filter(({ number }) => after === undefined || number >= after[0])
    if (rest.limit === 0 || left.length === 0) continue
    const few =
      terms === null ? null : await readFew(tx, { kinds: left, terms, most: sortedMax }, rest)
    found.push(...(few ?? (await readOneByOne(tx, left, { wanted: rest, enough: rest.limit }))))
  }
  return found
}

/** The first kind that finds anything; the page after it has more of that. */
const readMeant = async (
  tx: CommonQueryMethods,
  groups: readonly KindGroup[],
  wanted: InstitutionSearch,
): Promise<readonly ListedInstitution[]> => {
  const { after } = wanted
  for (const { kinds, terms } of groups) {
    const left = kinds.filter(({ number }) => after === undefined || number === after[0])
    const few =
      terms === null || left.length === 0
        ? null
        : await readFew(tx, { kinds: left, terms, most: sortedMax }, wanted)
    const found = few ?? (await readOneByOne(tx, left, { wanted, enough: 1 }))
    if (found.length > 0)
      return found.filter(({ position: [kind] }) => kind === found[0]?.position[0])
  }
  return []
}

const searchTolerantly = async (
  tx: CommonQueryMethods,
  wanted: InstitutionSearch,
): Promise<readonly ListedInstitution[]> => {
  const text = searchText(hostOf(wanted.q) ?? wanted.q)
  if (text.length < shortest) return []
  const typed = typedText(text)
  return readMeant(tx, asMeant(typed, await listLike(tx, typed)), wanted)
}

const preparedRow = z.object({ forgives: z.boolean() })

/** Tells the planner how to go about it, for this SQL transaction; returns whether typing errors can be forgiven. */
const prepare = async (tx: CommonQueryMethods): Promise<boolean> => {
  // every step has its index, and where a limit makes the planner hope for luck without one it is mostly wrong
  const { forgives } = await tx.one(sql.type(preparedRow)`
    SELECT set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true),
      ${comparesWords} AS forgives`)
  return forgives
}

const searchOver = async (
  tx: DatabaseTransactionConnection,
  wanted: InstitutionSearch,
): Promise<readonly ListedInstitution[]> => {
  const forgives = await prepare(tx)
  const { q, after } = wanted
  const found = await readTyped(tx, asTyped(q), wanted)
  const isTolerant = after === undefined ? found.length === 0 : after[0] >= tolerantFrom
  return isTolerant && forgives ? searchTolerantly(tx, wanted) : found
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
