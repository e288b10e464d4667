/** The first tenant and its key, made where nobody has a key yet. */
import { randomUUID } from 'node:crypto'
import { mintApiKey } from '../api/api-key.ts'
import { createDatabasePool } from '../db/pool.ts'
import * as apiKeys from '../db/queries/api-keys.ts'
import * as providerSettings from '../db/queries/provider-settings.ts'
import * as tenants from '../db/queries/tenants.ts'
import { withTenant } from '../db/tenant.ts'

export interface Tenant {
  tenantId: string
  apiKey: string
}

/** Makes a tenant with one key for its ERP; the key is in the answer and nowhere else. */
export const bootstrapTenant = async (databaseUrl: string, name: string): Promise<Tenant> => {
  const pool = await createDatabasePool(databaseUrl)
  try {
    const tenantId = randomUUID()
    const clientId = `BS-${tenantId.slice(0, 8).toUpperCase()}`
    await withTenant(pool, tenantId, (tx) => tenants.create(tx, { tenantId, name, clientId }))
    const { id, key, keyHash } = mintApiKey()
    await apiKeys.create(pool, { id, keyHash, tenantId, scope: 'erp', label: 'first key' })
    return { tenantId, apiKey: key }
  } finally {
    await pool.end()
  }
}

/** Lets connections of a development machine synchronize every second, so that cycles can be watched. */
export const allowShortIntervals = async (databaseUrl: string, provider: string): Promise<void> => {
  const pool = await createDatabasePool(databaseUrl)
  try {
    await providerSettings.store(pool, {
      provider,
      syncIntervalSeconds: 43_200,
      syncIntervalMinSeconds: 1,
    })
  } finally {
    await pool.end()
  }
}
