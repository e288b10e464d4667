import { z } from 'zod'
import type { Tenant } from '../../db/queries/tenants.ts'
import { isSubscribed } from './subscription.ts'

const instant = z.iso.datetime()

/** A company whose data is kept apart from all others. */
export const tenantSchema = z
  .object({
    id: z.uuid(),
    clientId: z.string().meta({ description: 'Public name of the tenant, to quote to support' }),
    name: z.string(),
    state: z.enum(['active', 'blocked', 'not_subscribed']),
    edition: z.string(),
    trialUntil: instant.nullable(),
    subscriptionUntil: instant.nullable(),
    createdAt: instant,
  })
  .meta({ id: 'Tenant' })

/** The public form of a tenant. */
export const toTenant = (tenant: Tenant): z.infer<typeof tenantSchema> => ({
  id: tenant.tenantId,
  clientId: tenant.clientId,
  name: tenant.name,
  state: stateOf(tenant),
  edition: tenant.edition,
  trialUntil: tenant.trialUntil,
  subscriptionUntil: tenant.subscriptionUntil,
  createdAt: tenant.createdAt,
})

const stateOf = (tenant: Tenant): 'active' | 'blocked' | 'not_subscribed' => {
  if (tenant.blockedAt !== null) return 'blocked'
  return isSubscribed(tenant, Date.now()) ? 'active' : 'not_subscribed'
}
