/** What a search for institutions asks beside the text that was typed, and what it finds. */
import { sql } from 'slonik'
import { z } from 'zod'
import { hostOf } from '../../domain/search-text.ts'
import type { Fragment } from './institution-kinds.ts'
import { hasHost } from './institution-kinds.ts'
import { begins, isInCountry, isOffered } from './institution-terms.ts'

export const listingRow = z.object({
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

export interface Filter {
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
export const filtersOf = ({ country, bic, website, providers }: InstitutionSearch): Filter => {
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

/** The order of rows of one kind. */
export const order = sql.fragment`availability, search_name, id`
