import { z } from 'zod'
import * as apiKeys from '../../db/queries/api-keys.ts'
import { notFound } from '../problem.ts'
import { route } from '../route.ts'

/** Ends a key; it is refused everywhere within seconds. */
export const deleteApiKey = route({
  operation: 'DELETE /v1/api-keys/:keyId',
  summary: 'Revoke an API key',
  params: z.strictObject({ keyId: z.string().regex(/^[0-9A-Za-z]{8}$/) }),
  answers: { 204: { description: 'Revoked, now or before' } },
  async handler({ caller: { tenantId }, params }, { pool }) {
    if (!(await apiKeys.revoke(pool, { id: params.keyId, tenantId }))) throw notFound()
    return { status: 204 }
  },
})
