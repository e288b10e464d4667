/** Several kinds of match at once, where few institutions have what was typed. */
import type { CommonQueryMethods } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import type { InstitutionSearch, ListedInstitution } from './institution-filters.ts'
import { filtersOf, listingRow, order } from './institution-filters.ts'
import type { Fragment, Kind } from './institution-kinds.ts'
import { all } from './institution-terms.ts'

const fewRow = z.object({ matches: z.int(), found: z.array(listingRow) })

const isOf = ({ terms, where }: Kind): Fragment =>
  terms.length === 0 ? where : sql.fragment`search_terms @@ ${all(terms)}::tsquery AND ${where}`

const beyond = ({ after }: InstitutionSearch): Fragment =>
  after === undefined
    ? sql.fragment`true`
    : sql.fragment`(number, ${order}) > (${after[0]}, ${after[1]}, ${after[2]}, ${after[3]}::uuid)`

export interface Few {
  kinds: readonly Kind[]
  /** Find whatever is of one of the kinds. */
  terms: string
  /** How many matches may be sorted. */
  most: number
}

/**
 * What is of these kinds, the best first, in one statement, as one for each costs more than most of them take; null where
 * the terms find too many to sort.
 */
export const readFew = async (
  tx: CommonQueryMethods,
  { kinds, terms, most }: Few,
  wanted: InstitutionSearch,
): Promise<readonly ListedInstitution[] | null> => {
  const filters = filtersOf(wanted)
  const numbers = kinds.map((kind) => sql.fragment`WHEN ${isOf(kind)} THEN ${kind.number}::int`)
  const { matches, found } = await tx.one(sql.type(fewRow)`
    WITH match AS MATERIALIZED (
      SELECT CASE ${sql.join(numbers, sql.fragment` `)} END AS number, ${order}, name, countries,
        bic, website, logo_url
      FROM institution_listing
      WHERE search_terms @@ ${all([terms, ...filters.terms])}::tsquery AND ${filters.where}
      LIMIT ${most + 1}
    )
    SELECT counted.matches, coalesce((
        SELECT jsonb_agg(jsonb_build_object('id', id, 'name', name, 'countries', countries,
          'bic', bic, 'website', website, 'logoUrl', logo_url,
          'position', jsonb_build_array(number, ${order})) ORDER BY number, ${order})
        FROM (
          SELECT * FROM match
          WHERE counted.matches <= ${most} AND number IS NOT NULL AND ${beyond(wanted)}
          ORDER BY number, ${order} LIMIT ${wanted.limit}
        ) AS page
      ), '[]'::jsonb) AS found
    FROM (SELECT count(*)::int AS matches FROM match) AS counted`)
  return matches > most ? null : found
}
