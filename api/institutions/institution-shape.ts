/** Institutions as the API shows them: one row each, the providers side by side. */
import { z } from 'zod'
import type { Provider } from '../../activities/providers/provider.ts'
import type { ListedInstitution } from '../../db/queries/institution-search.ts'
import type { OfferedInstitution } from '../../db/queries/institutions.ts'
import * as institutions from '../../db/queries/institutions.ts'
import type { Deps } from '../deps.ts'
import { maybeProvider } from '../provider-named.ts'

const offerSchema = z.object({
  provider: z.string(),
  providerName: z.string(),
  providerInstitutionId: z
    .string()
    .meta({ description: 'With the provider, for POST /v1/connections' }),
  price: z.string(),
  renewalDays: z
    .int()
    .nullable()
    .meta({ description: 'Days until a person renews the consent; null = never' }),
  consentDays: z
    .int()
    .nullable()
    .meta({ description: 'What the institution says of it; null where it says nothing' }),
  supportSpeed: z.enum(['slow', 'normal', 'fast']),
  beta: z.boolean().meta({ description: 'Not fully supported yet, but may be connected' }),
  mfa: z.enum(['none', 'code', 'page']),
  unattended: z.boolean().meta({ description: 'May be fetched automatically' }),
  historyDays: z
    .int()
    .nullable()
    .meta({ description: 'How far back lines reach at most; null where nobody says' }),
  status: z.enum(['available', 'maintenance']),
  sandbox: z.boolean().meta({ description: 'A test environment, no real bank' }),
})

export const institutionSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    countries: z.array(z.string()),
    bic: z.string().nullable(),
    website: z.string().nullable(),
    logoUrl: z.string().nullable(),
    offers: z.array(offerSchema).meta({ description: 'One for each provider that reaches it' }),
  })
  .meta({ id: 'Institution' })

type Offer = z.infer<typeof offerSchema>

/** An offer that can be taken now or soon; nothing of a provider that is not offered here. */
const toOffer = (row: OfferedInstitution, provider: Provider | null): Offer[] => {
  if (provider === null || row.status === 'withdrawn') return []
  const { offer } = provider.capabilities
  return [
    {
      provider: row.provider,
      providerName: provider.name,
      providerInstitutionId: row.providerInstitutionId,
      price: offer.price,
      renewalDays: row.consentDays ?? offer.renewalDays,
      consentDays: row.consentDays,
      supportSpeed: offer.supportSpeed,
      beta: row.beta,
      mfa: row.mfa,
      unattended: row.unattended,
      historyDays: row.historyDays,
      status: row.status,
      sandbox: provider.sandbox,
    },
  ]
}

/** Adds to each listing what the providers offer of it. */
export const withOffers = async (
  deps: Pick<Deps, 'pool' | 'providers'>,
  listings: readonly ListedInstitution[],
): Promise<z.infer<typeof institutionSchema>[]> => {
  const ids = listings.map(({ id }) => id)
  const rows = await institutions.listByListing(deps.pool, ids)
  const offered = Map.groupBy(rows, ({ listingId }) => listingId)
  return listings.map(({ position: _position, ...listing }) => ({
    ...listing,
    offers: (offered.get(listing.id) ?? []).flatMap((row) =>
      toOffer(row, maybeProvider(deps, row.provider)),
    ),
  }))
}
