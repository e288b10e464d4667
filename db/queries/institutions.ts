/** Institutions as each provider offers them; the same for every tenant. */
import type { CommonQueryMethods } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import type { Institution } from '../../domain/institution.ts'

const institutionRow = z.object({
  provider: z.string(),
  providerInstitutionId: z.string(),
  name: z.string(),
  countries: z.array(z.string()),
  bic: z.string().nullable(),
  website: z.string().nullable(),
  logoUrl: z.string().nullable(),
  beta: z.boolean(),
  mfa: z.enum(['none', 'code', 'page']),
  unattended: z.boolean(),
  historyDays: z.int().nullable(),
  consentDays: z.int().nullable(),
  status: z.enum(['available', 'maintenance', 'withdrawn']),
})

export type OfferedInstitution = z.infer<typeof institutionRow>

const listedRow = institutionRow.extend({ listingId: z.string() })
const countRow = z.object({ count: z.int() })

const columns = sql.fragment`
  provider, provider_institution_id AS "providerInstitutionId", name, countries, bic, website,
  logo_url AS "logoUrl", beta, mfa, unattended, history_days AS "historyDays",
  consent_days AS "consentDays", status`

const types = [
  'text',
  'text',
  'text',
  'text',
  'text',
  'text',
  'bool',
  'text',
  'bool',
  'int4',
  'int4',
  'text',
]

const toRow = (institution: Institution): (string | number | boolean | null)[] => [
  institution.providerInstitutionId,
  institution.name,
  institution.countries.join(','),
  institution.bic ?? null,
  institution.website ?? null,
  institution.logoUrl ?? null,
  institution.beta,
  institution.mfa,
  institution.unattended,
  institution.historyDays,
  institution.consentDays,
  institution.status,
]

/**
 * Adds institutions of a provider or brings them up to date; of one given twice the last counts. Rows that say the same
 * already are not written. Returns how many were.
 */
export const upsertMany = async (
  pool: CommonQueryMethods,
  provider: string,
  institutions: readonly Institution[],
): Promise<number> => {
  const distinct = new Map(institutions.map((each) => [each.providerInstitutionId, each]))
  const { rowCount } = await pool.query(sql.unsafe`
    INSERT INTO institution AS known (provider, provider_institution_id, name, countries, bic,
      website, logo_url, beta, mfa, unattended, history_days, consent_days, status)
    SELECT ${provider}, id, name, string_to_array(countries, ','), bic, website, logo_url, beta,
      mfa, unattended, history_days, consent_days, status
    FROM ${sql.unnest([...distinct.values()].map(toRow), types)}
      AS shown (id, name, countries, bic, website, logo_url, beta, mfa, unattended, history_days,
        consent_days, status)
    ON CONFLICT (provider, provider_institution_id) DO UPDATE
    SET name = EXCLUDED.name, countries = EXCLUDED.countries, bic = EXCLUDED.bic,
      website = EXCLUDED.website, logo_url = EXCLUDED.logo_url, beta = EXCLUDED.beta,
      mfa = EXCLUDED.mfa, unattended = EXCLUDED.unattended,
      history_days = EXCLUDED.history_days, consent_days = EXCLUDED.consent_days,
      status = EXCLUDED.status, refreshed_at = now()
    WHERE (known.name, known.countries, known.bic, known.website, known.logo_url, known.beta,
        known.mfa, known.unattended, known.history_days, known.consent_days, known.status)
      IS DISTINCT FROM (EXCLUDED.name, EXCLUDED.countries, EXCLUDED.bic, EXCLUDED.website,
        EXCLUDED.logo_url, EXCLUDED.beta, EXCLUDED.mfa, EXCLUDED.unattended,
        EXCLUDED.history_days, EXCLUDED.consent_days, EXCLUDED.status)`)
  return rowCount
}

/** One institution as one provider offers it; null where it does not. */
export const maybeOne = (
  pool: CommonQueryMethods,
  provider: string,
  providerInstitutionId: string,
): Promise<OfferedInstitution | null> =>
  pool.maybeOne(sql.type(institutionRow)`
    SELECT ${columns} FROM institution
    WHERE provider = ${provider} AND provider_institution_id = ${providerInstitutionId}`)

/** What the providers offer of some listings, each provider's in the order of their names. */
export const listByListing = (
  pool: CommonQueryMethods,
  listingIds: readonly string[],
): Promise<readonly z.infer<typeof listedRow>[]> =>
  pool.any(sql.type(listedRow)`
    SELECT listing_id AS "listingId", ${columns} FROM institution
    WHERE listing_id = ANY(${sql.array([...listingIds], 'uuid')})
    ORDER BY provider, provider_institution_id`)

/** How many institutions of a provider are not withdrawn. */
export const countOffered = async (pool: CommonQueryMethods, provider: string): Promise<number> => {
  const { count } = await pool.one(sql.type(countRow)`
    SELECT count(*)::int AS count FROM institution
    WHERE provider = ${provider} AND status <> 'withdrawn'`)
  return count
}
