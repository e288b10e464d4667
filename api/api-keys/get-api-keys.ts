import { z } from 'zod'
import * as apiKeys from '../../db/queries/api-keys.ts'
import { route } from '../route.ts'
import { apiKeySchema, toApiKey } from './api-key-shape.ts'

/** The tenant's keys, revoked ones included. */
export const getApiKeys = route({
  operation: 'GET /v1/api-keys',
  summary: 'API keys, latest first, with their last use',
  answers: {
    200: { description: 'All of them', schema: z.object({ data: z.array(apiKeySchema) }) },
  },
  async handler({ caller }, { pool }) {
    const keys = await apiKeys.listByTenant(pool, caller.tenantId)
    return { status: 200, body: { data: keys.map(toApiKey) } }
  },
})
