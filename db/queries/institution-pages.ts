/** How far the catalogue of a provider was read, so that a killed refresh goes on and in the end knows what it has not seen. */
import type { CommonQueryMethods } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'

const positionRow = z.object({ number: z.int(), nextPage: z.string().nullable() })
const countRow = z.object({ count: z.int() })

export type ReadPosition = z.infer<typeof positionRow>

/** The last page that was read since some hours ago at most; null where a refresh has to start from the first. */
export const maybeLast = (
  pool: CommonQueryMethods,
  provider: string,
  hoursMax: number,
): Promise<ReadPosition | null> =>
  pool.maybeOne(sql.type(positionRow)`
    SELECT number, next_page AS "nextPage" FROM institution_page
    WHERE provider = ${provider}
      AND read_at > now() - make_interval(hours => ${hoursMax})
    ORDER BY number DESC LIMIT 1`)

export interface ReadPage {
  number: number
  providerInstitutionIds: readonly string[]
  nextPage: string | null
}

/** Remembers a page; the same page read again replaces what was remembered. */
export const put = async (
  tx: CommonQueryMethods,
  provider: string,
  { number, providerInstitutionIds, nextPage }: ReadPage,
): Promise<void> => {
  await tx.query(sql.unsafe`
    INSERT INTO institution_page (provider, number, provider_institution_ids, next_page)
    VALUES (${provider}, ${number}, ${sql.array([...providerInstitutionIds], 'text')}, ${nextPage})
    ON CONFLICT (provider, number) DO UPDATE
    SET provider_institution_ids = EXCLUDED.provider_institution_ids,
      next_page = EXCLUDED.next_page, read_at = now()`)
}

/** Forgets the pages of a provider. */
export const forget = async (tx: CommonQueryMethods, provider: string): Promise<void> => {
  await tx.query(sql.unsafe`DELETE FROM institution_page WHERE provider = ${provider}`)
}

const unseen = (provider: string) => sql.fragment`
  provider = ${provider} AND status <> 'withdrawn' AND NOT EXISTS (
    SELECT FROM seen WHERE seen.id = institution.provider_institution_id
  )`

const seenBy = (provider: string) => sql.fragment`
  WITH seen AS MATERIALIZED (
    SELECT DISTINCT unnest(provider_institution_ids) AS id FROM institution_page
    WHERE provider = ${provider}
  )`

/** How many different institutions the pages have shown. */
export const countSeen = async (tx: CommonQueryMethods, provider: string): Promise<number> => {
  const { count } = await tx.one(sql.type(countRow)`
    ${seenBy(provider)} SELECT count(*)::int AS count FROM seen`)
  return count
}

/** How many institutions that are not withdrawn the pages have not shown. */
export const countUnseen = async (tx: CommonQueryMethods, provider: string): Promise<number> => {
  const { count } = await tx.one(sql.type(countRow)`
    ${seenBy(provider)} SELECT count(*)::int AS count FROM institution WHERE ${unseen(provider)}`)
  return count
}

/** Marks as withdrawn what the pages have not shown. Returns how many. */
export const withdrawUnseen = async (tx: CommonQueryMethods, provider: string): Promise<number> => {
  const { rowCount } = await tx.query(sql.unsafe`
    ${seenBy(provider)}
    UPDATE institution SET status = 'withdrawn', refreshed_at = now() WHERE ${unseen(provider)}`)
  return rowCount
}
