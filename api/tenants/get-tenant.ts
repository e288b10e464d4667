import * as tenants from '../../db/queries/tenants.ts'
import { withTenant } from '../../db/tenant.ts'
import { route } from '../route.ts'
import { tenantSchema, toTenant } from './tenant-shape.ts'

/** The tenant of the key; answered to blocked ones too, because here they learn that they are. */
export const getTenant = route({
  operation: 'GET /v1/tenant',
  summary: 'Own client id and state',
  evenWhenBlocked: true,
  answers: { 200: { description: 'The tenant', schema: tenantSchema } },
  async handler({ caller }, { pool }) {
    const tenant = await withTenant(pool, caller.tenantId, (tx) =>
      tenants.oneById(tx, caller.tenantId),
    )
    return { status: 200, body: toTenant(tenant) }
  },
})
