import { z } from 'zod'
import type { OfferedInstitution } from '../../db/queries/institutions.ts'
import * as institutions from '../../db/queries/institutions.ts'
import type { Provider } from '../../activities/providers/provider.ts'
import { maybeProvider } from '../provider-named.ts'
import { route } from '../route.ts'

const limitMax = 100

const query = z.strictObject({
  q: z.string().max(100).default('').meta({ description: 'Part of the name' }),
  country: z
    .string()
    .regex(/^[A-Za-z]{2}$/)
    .optional()
    .meta({ description: 'ISO 3166 alpha-2' }),
  provider: z.string().max(30).optional(),
  limit: z.coerce.number().int().min(1).max(limitMax).default(20),
})

const institutionSchema = z
  .object({
    provider: z.string(),
    institutionId: z.string().meta({ description: 'For POST /v1/connections' }),
    name: z.string(),
    countries: z.array(z.string()),
    bic: z.string().nullable(),
    website: z.string().nullable(),
    logoUrl: z.string().nullable(),
    status: z.enum(['available', 'maintenance', 'withdrawn']),
    offer: z.object({
      providerName: z.string(),
      price: z.string(),
      renewalDays: z
        .int()
        .nullable()
        .meta({ description: 'Days until a person renews the consent; null = never' }),
      supportSpeed: z.enum(['slow', 'normal', 'fast']),
      beta: z.boolean().meta({ description: 'Not fully supported yet, but may be connected' }),
      mfa: z.enum(['none', 'code', 'page']),
      unattended: z.boolean().meta({ description: 'May be fetched automatically' }),
      historyDays: z.int().nullable(),
      sandbox: z.boolean().meta({ description: 'A test environment, no real bank' }),
    }),
  })
  .meta({ id: 'Institution' })

const toInstitution = (
  row: OfferedInstitution,
  { name: providerName, sandbox, capabilities: { offer } }: Provider,
): z.infer<typeof institutionSchema> => ({
  provider: row.provider,
  institutionId: row.providerInstitutionId,
  name: row.name,
  countries: row.countries,
  bic: row.bic,
  website: row.website,
  logoUrl: row.logoUrl,
  status: row.status,
  offer: {
    providerName,
    price: offer.price,
    renewalDays: row.consentDays ?? offer.renewalDays,
    supportSpeed: offer.supportSpeed,
    beta: row.beta,
    mfa: row.mfa,
    unattended: row.unattended,
    historyDays: row.historyDays,
    sandbox,
  },
})

/** Searches institutions; one that two providers offer comes twice, so that a person can compare. */
export const getInstitutions = route({
  operation: 'GET /v1/institutions',
  summary: 'Search institutions, with what each provider offers',
  query,
  answers: {
    200: {
      description: 'The best matches',
      schema: z.object({ data: z.array(institutionSchema) }),
    },
  },
  async handler({ query: { q, country, provider, limit } }, deps) {
    const rows = await institutions.search(deps.pool, {
      q,
      limit,
      ...(country === undefined ? {} : { country }),
      ...(provider === undefined ? {} : { provider }),
    })
    const data = rows.flatMap((row) => {
      const offered = maybeProvider(deps, row.provider)
      return offered === null ? [] : [toInstitution(row, offered)]
    })
    return { status: 200, body: { data } }
  },
})
