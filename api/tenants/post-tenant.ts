import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import * as apiKeys from '../../db/queries/api-keys.ts'
import * as tenants from '../../db/queries/tenants.ts'
import { withTenant } from '../../db/tenant.ts'
import { mintApiKey } from '../api-key.ts'
import { newApiKeySchema } from '../api-keys/api-key-shape.ts'
import { plainText } from '../plain-text.ts'
import { Problem } from '../problem.ts'
import { route } from '../route.ts'
import { tenantSchema, toTenant } from './tenant-shape.ts'

const body = z.strictObject({
  name: z.string().min(1).max(200).transform(plainText),
  clientId: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{2,99}$/)
    .meta({ description: 'Public name; also what makes a repeated request harmless' }),
  edition: z.enum(['standard', 'trial']).default('standard'),
  trialUntil: z.iso.datetime().optional(),
  subscriptionUntil: z.iso.datetime().optional(),
})

/** For operators: adds a tenant and shows its first key this once. */
export const postTenant = route({
  operation: 'POST /v1/tenants',
  summary: 'Add a tenant, with its first API key',
  body,
  answers: {
    201: {
      description: 'Added',
      schema: z.object({ tenant: tenantSchema, apiKey: newApiKeySchema }),
    },
  },
  async handler({ body: { trialUntil, subscriptionUntil, ...named } }, { pool }) {
    const tenantId = randomUUID()
    const { id, key, keyHash } = mintApiKey()
    const first = { id, tenantId, keyHash, scope: 'erp', label: 'first key' } as const
    const tenant = await withTenant(pool, tenantId, async (tx) => {
      const isNew = await tenants.create(tx, {
        tenantId,
        ...named,
        ...(trialUntil === undefined ? {} : { trialUntil }),
        ...(subscriptionUntil === undefined ? {} : { subscriptionUntil }),
      })
      if (!isNew) throw new Problem('conflict', 'client_id_taken', { why: 'client_id_taken' })
      await apiKeys.create(tx, first)
      return tenants.oneById(tx, tenantId)
    })
    const { scope, label } = first
    const apiKey = { id, scope, label, expiresAt: null, key }
    return { status: 201, body: { tenant: toTenant(tenant), apiKey } }
  },
})
