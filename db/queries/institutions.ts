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

const columns = sql.fragment`
  provider, provider_institution_id AS "providerInstitutionId", name, countries, bic, website,
  logo_url AS "logoUrl", beta, mfa, unattended, history_days AS "historyDays",
  consent_days AS "consentDays", status`

/** A name without case, accents and doubled spaces, as people type it. */
const searchNameOf = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim()

const types = [
  'text',
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
  searchNameOf(institution.name),
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

/** Adds institutions of a provider or brings them up to date; of one given twice the last counts. */
export const upsertMany = async (
  pool: CommonQueryMethods,
  provider: string,
  institutions: readonly Institution[],
): Promise<void> => {
  const distinct = new Map(institutions.map((each) => [each.providerInstitutionId, each]))
  await pool.query(sql.unsafe`
    INSERT INTO institution (provider, provider_institution_id, name, search_name, countries, bic,
      website, logo_url, beta, mfa, unattended, history_days, consent_days, status)
    SELECT ${provider}, id, name, search_name, string_to_array(countries, ','), bic, website,
      logo_url, beta, mfa, unattended, history_days, consent_days, status
    FROM ${sql.unnest([...distinct.values()].map(toRow), types)}
      AS shown (id, name, search_name, countries, bic, website, logo_url, beta, mfa, unattended,
        history_days, consent_days, status)
    ON CONFLICT (provider, provider_institution_id) DO UPDATE
    SET name = EXCLUDED.name, search_name = EXCLUDED.search_name, countries = EXCLUDED.countries,
      bic = EXCLUDED.bic, website = EXCLUDED.website, logo_url = EXCLUDED.logo_url,
      beta = EXCLUDED.beta, mfa = EXCLUDED.mfa, unattended = EXCLUDED.unattended,
      history_days = EXCLUDED.history_days, consent_days = EXCLUDED.consent_days,
      status = EXCLUDED.status, refreshed_at = now()`)
}

export interface InstitutionSearch {
  q: string
  /** ISO 3166 alpha-2. */
  country?: string
  provider?: string
  limit: number
}

const escaped = (text: string): string => text.replace(/[\\%_]/g, String.raw`\$&`)

/** Institutions whose name contains the text, without regard to case and accents; names that begin with it come first. */
export const search = (
  pool: CommonQueryMethods,
  { q, country, provider, limit }: InstitutionSearch,
): Promise<readonly OfferedInstitution[]> => {
  const text = escaped(searchNameOf(q))
  return pool.any(sql.type(institutionRow)`
    SELECT ${columns} FROM institution
    WHERE ${sql.and([
      sql.fragment`status <> 'withdrawn'`,
      sql.fragment`search_name LIKE ${`%${text}%`}`,
      country !== undefined && sql.fragment`${country.toUpperCase()} = ANY(countries)`,
      provider !== undefined && sql.fragment`provider = ${provider}`,
    ])}
    ORDER BY search_name LIKE ${`${text}%`} DESC, search_name, provider, provider_institution_id
    LIMIT ${limit}`)
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
