/** Tenants; each sees its own row only. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'

type Tx = DatabaseTransactionConnection

const tenantRow = z.object({
  tenantId: z.string(),
  name: z.string(),
  clientId: z.string(),
  edition: z.string(),
  trialUntil: z.string().nullable(),
  subscriptionUntil: z.string().nullable(),
  blockedAt: z.string().nullable(),
  createdAt: z.string(),
})

export type Tenant = z.infer<typeof tenantRow>

export interface NewTenant {
  tenantId: string
  name: string
  clientId: string
  edition?: string
  trialUntil?: string
  subscriptionUntil?: string
}

/** Adds the tenant for whose id the transaction was opened; false where the client id is taken. */
export const create = async (tx: Tx, tenant: NewTenant): Promise<boolean> => {
  const { tenantId, name, clientId, edition = 'standard', trialUntil, subscriptionUntil } = tenant
  const { rowCount } = await tx.query(sql.unsafe`
    INSERT INTO tenant (tenant_id, name, client_id, edition, trial_until, subscription_until)
    VALUES (${tenantId}, ${name}, ${clientId}, ${edition},
      ${trialUntil ?? null}::timestamptz, ${subscriptionUntil ?? null}::timestamptz)
    ON CONFLICT DO NOTHING`)
  return rowCount === 1
}

const columns = sql.fragment`
  tenant_id AS "tenantId", name, client_id AS "clientId", edition, trial_until AS "trialUntil",
  subscription_until AS "subscriptionUntil", blocked_at AS "blockedAt", created_at AS "createdAt"`

/** One tenant, from within its own transaction; throws `NotFoundError` where there is none. */
export const oneById = (tx: Tx, tenantId: string): Promise<Tenant> =>
  tx.one(sql.type(tenantRow)`SELECT ${columns} FROM tenant WHERE tenant_id = ${tenantId}`)
