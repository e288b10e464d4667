/** Wrapped data keys of tenants; what is inside is the vault's business. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import { currentTenant } from '../tenant.ts'

const tenantKeyRow = z.object({ keyId: z.string(), wrapped: z.string(), isCommitted: z.boolean() })

export type TenantKey = z.infer<typeof tenantKeyRow>

// a key this SQL transaction has made may still be rolled back, so it must not outlive it in memory
const columns = sql.fragment`
  key_id AS "keyId", wrapped,
  xmin::text IS DISTINCT FROM pg_current_xact_id_if_assigned()::xid::text AS "isCommitted"`

/** All data keys of the tenant, the newest first. */
export const list = (tx: DatabaseTransactionConnection): Promise<readonly TenantKey[]> =>
  tx.any(sql.type(tenantKeyRow)`
    SELECT ${columns} FROM tenant_key ORDER BY created_at DESC, key_id DESC`)

/** Adds a data key unless another transaction was first, for which it waits. */
export const add = async (
  tx: DatabaseTransactionConnection,
  { keyId, wrapped }: { keyId: string; wrapped: string },
): Promise<void> => {
  await tx.query(sql.unsafe`
    INSERT INTO tenant_key (tenant_id, key_id, wrapped)
    VALUES (${currentTenant}, ${keyId}, ${wrapped})
    ON CONFLICT DO NOTHING`)
}

/** Replaces the wrapping of a data key; nothing happens when another process already did. */
export const rewrap = async (
  tx: DatabaseTransactionConnection,
  { keyId, from, to }: { keyId: string; from: string; to: string },
): Promise<void> => {
  await tx.query(sql.unsafe`
    UPDATE tenant_key SET wrapped = ${to} WHERE key_id = ${keyId} AND wrapped = ${from}`)
}
