/** One row per institution however many providers offer it, kept in step with what they offer. */
import type { CommonQueryMethods, DatabasePool, DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import type { InstitutionListing } from '../../domain/institution-listing.ts'
import { listingOf } from '../../domain/institution-listing.ts'
import { sameInstitutions } from '../../domain/same-institution.ts'
import * as words from './institution-words.ts'

const offerRow = z.object({
  offerId: z.string(),
  listingId: z.string().nullable(),
  provider: z.string(),
  providerInstitutionId: z.string(),
  name: z.string(),
  countries: z.array(z.string()),
  bic: z.string().nullable(),
  website: z.string().nullable(),
  logoUrl: z.string().nullable(),
  status: z.enum(['available', 'maintenance', 'withdrawn']),
})

type Offer = z.infer<typeof offerRow>

const countriesRow = z.object({ countries: z.array(z.string()) })

const batch = 500
const batchesMax = 2_000

/** Countries that share an institution, together; offers of different such groups are never the same institution. */
const listRegions = async (pool: CommonQueryMethods): Promise<string[][]> => {
  const rows = await pool.any(sql.type(countriesRow)`SELECT DISTINCT countries FROM institution`)
  let regions: string[][] = []
  for (const { countries } of rows) {
    const touched = regions.filter((region) => region.some((each) => countries.includes(each)))
    const joined = [...new Set([...countries, ...touched.flat()])]
    regions = [...regions.filter((region) => !touched.includes(region)), joined]
  }
  return regions
}

/** All offers of a region, read in batches. */
const listOffers = async (tx: CommonQueryMethods, region: readonly string[]): Promise<Offer[]> => {
  const inside =
    region.length === 0
      ? sql.fragment`countries = '{}'`
      : sql.fragment`countries && ${sql.array([...region], 'text')}`
  const offers: Offer[] = []
  for (let batches = 0; batches < batchesMax; batches += 1) {
    const last = offers.at(-1)
    const after = last === undefined ? ['', ''] : [last.provider, last.providerInstitutionId]
    const rows = await tx.any(sql.type(offerRow)`
      SELECT offer_id AS "offerId", listing_id AS "listingId", provider,
        provider_institution_id AS "providerInstitutionId", name, countries, bic, website,
        logo_url AS "logoUrl", status
      FROM institution
      WHERE ${inside}
        AND (provider, provider_institution_id) > (${after[0] ?? ''}, ${after[1] ?? ''})
      ORDER BY provider, provider_institution_id LIMIT ${batch}`)
    offers.push(...rows)
    if (rows.length < batch) return offers
  }
  throw new Error(`more than ${batch * batchesMax} institutions`)
}

type Cell = string | number | null

const listing = {
  columns: sql.fragment`id, name, search_name, search_terms, countries, providers, bics, hosts, bic,
    website, logo_url, availability`,
  types: [
    'uuid',
    'text',
    'text',
    'text',
    'text',
    'text',
    'text',
    'text',
    'text',
    'text',
    'text',
    'int2',
  ],
}

const toRow = (id: string, each: InstitutionListing): Cell[] => [
  id,
  each.name,
  each.searchName,
  each.searchTerms.join(' '),
  each.countries.join(','),
  each.providers.join(','),
  each.bics.join(','),
  each.hosts.join(','),
  each.bic,
  each.website,
  each.logoUrl,
  each.availability,
]

const upsertListings = async (tx: CommonQueryMethods, rows: readonly Cell[][]): Promise<number> => {
  const { rowCount } = await tx.query(sql.unsafe`
    INSERT INTO institution_listing AS known (${listing.columns})
    SELECT id, name, search_name, array_to_tsvector(string_to_array(search_terms, ' ')),
      string_to_array(countries, ','),
      string_to_array(providers, ','), string_to_array(bics, ','), string_to_array(hosts, ','),
      bic, website, logo_url, availability
    FROM ${sql.unnest(
      rows.map((row) => [...row]),
      listing.types,
    )} AS shown (${listing.columns})
    ON CONFLICT (id) DO UPDATE
    SET name = EXCLUDED.name, search_name = EXCLUDED.search_name,
      search_terms = EXCLUDED.search_terms, countries = EXCLUDED.countries,
      providers = EXCLUDED.providers, bics = EXCLUDED.bics, hosts = EXCLUDED.hosts,
      bic = EXCLUDED.bic, website = EXCLUDED.website, logo_url = EXCLUDED.logo_url,
      availability = EXCLUDED.availability
    WHERE known.* IS DISTINCT FROM EXCLUDED.*`)
  return rowCount
}

const moveOffers = async (
  tx: CommonQueryMethods,
  moves: readonly [offerId: string, listingId: string][],
): Promise<void> => {
  await tx.query(sql.unsafe`
    UPDATE institution SET listing_id = moved.listing_id
    FROM ${sql.unnest(
      moves.map((move) => [...move]),
      ['uuid', 'uuid'],
    )} AS moved (offer_id, listing_id)
    WHERE institution.offer_id = moved.offer_id`)
}

const inBatches = function* <Item>(items: readonly Item[]): Generator<Item[]> {
  for (let from = 0; from < items.length; from += batch) yield items.slice(from, from + batch)
}

/** What is withdrawn stands alone, so that it neither joins others nor stands in their way. */
const groupsOf = (offers: readonly Offer[]): Offer[][] => [
  ...sameInstitutions(offers.filter(({ status }) => status !== 'withdrawn')),
  ...offers.filter(({ status }) => status === 'withdrawn').map((offer) => [offer]),
]

/** Offers by the id of their listing, which is that of the first of them. */
const namedGroupsOf = (offers: readonly Offer[]): Map<string, Offer[]> =>
  new Map(
    groupsOf(offers).flatMap((group): [string, Offer[]][] => {
      const [first] = group
      return first === undefined ? [] : [[first.offerId, group]]
    }),
  )

const removeUnused = async (tx: CommonQueryMethods, ids: readonly string[]): Promise<void> => {
  await tx.query(sql.unsafe`
    DELETE FROM institution_listing
    WHERE id = ANY(${sql.array([...ids], 'uuid')})
      AND NOT EXISTS (SELECT FROM institution WHERE listing_id = institution_listing.id)`)
}

/** Two refreshes that end at once take turns, so that the later one sees what the other stored. */
const takeTurn = async (tx: DatabaseTransactionConnection): Promise<void> => {
  await tx.query(sql.unsafe`SELECT pg_advisory_xact_lock(hashtext('institution listings'))`)
}

const regroupRegion = async (
  tx: DatabaseTransactionConnection,
  region: readonly string[],
): Promise<number> => {
  await takeTurn(tx)
  const groups = namedGroupsOf(await listOffers(tx, region))
  let written = 0
  for (const some of inBatches([...groups])) {
    const rows = some.map(([id, offers]) => toRow(id, listingOf(offers)))
    written += await upsertListings(tx, rows)
  }
  const moved = [...groups].flatMap(([id, offers]) =>
    offers.filter(({ listingId }) => listingId !== id).map((offer) => ({ ...offer, id })),
  )
  for (const some of inBatches(moved)) {
    await moveOffers(
      tx,
      some.map(({ offerId, id }) => [offerId, id]),
    )
    await removeUnused(
      tx,
      some.flatMap(({ listingId }) => listingId ?? []),
    )
  }
  return written
}

/**
 * Brings the listings in step with what the providers offer, each region in one SQL transaction: nobody sees a half-done
 * list. Returns how many were written.
 */
export const regroup = async (pool: DatabasePool): Promise<number> => {
  let written = 0
  for (const region of await listRegions(pool))
    written += await pool.transaction((tx) => regroupRegion(tx, region))
  await pool.transaction(async (tx) => {
    await takeTurn(tx)
    await words.relist(tx)
  })
  return written
}
