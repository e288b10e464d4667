/** Keys programs call with; read before a tenant is known, hence without row-level security. */
import type { CommonQueryMethods } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'

const keyRow = z.object({
  id: z.string(),
  /** null for an operator of the whole service. */
  tenantId: z.string().nullable(),
  keyHash: z.instanceof(Buffer),
  scope: z.enum(['erp', 'support', 'operator', 'readonly']),
  label: z.string(),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
  lastUsedAt: z.string().nullable(),
})

export type ApiKey = z.infer<typeof keyRow>

const columns = sql.fragment`
  id, tenant_id AS "tenantId", key_hash AS "keyHash", scope, label, created_at AS "createdAt",
  expires_at AS "expiresAt", revoked_at AS "revokedAt", last_used_at AS "lastUsedAt"`

export interface NewApiKey extends Pick<ApiKey, 'id' | 'tenantId' | 'keyHash' | 'scope'> {
  label?: string
  expiresAt?: string
}

/** Adds a key; false where its id exists, for the caller to draw another. */
export const create = async (pool: CommonQueryMethods, key: NewApiKey): Promise<boolean> => {
  const { id, tenantId, keyHash, scope, label = '', expiresAt = null } = key
  const { rowCount } = await pool.query(sql.unsafe`
    INSERT INTO api_key (id, tenant_id, key_hash, scope, label, expires_at)
    VALUES (${id}, ${tenantId}, ${sql.binary(keyHash)}, ${scope}, ${label},
      ${expiresAt}::timestamptz)
    ON CONFLICT (id) DO NOTHING`)
  return rowCount === 1
}

/** One key, revoked and expired ones included; null where there is none. */
export const maybeOneById = (pool: CommonQueryMethods, id: string): Promise<ApiKey | null> =>
  pool.maybeOne(sql.type(keyRow)`SELECT ${columns} FROM api_key WHERE id = ${id}`)

/** Notes that a key was used, at most once a minute. */
export const touch = async (pool: CommonQueryMethods, id: string): Promise<void> => {
  await pool.query(sql.unsafe`
    UPDATE api_key SET last_used_at = now()
    WHERE id = ${id} AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`)
}

/** The keys of a tenant, the latest first; at most 1,000. */
export const listByTenant = (
  pool: CommonQueryMethods,
  tenantId: string,
): Promise<readonly ApiKey[]> =>
  pool.any(sql.type(keyRow)`
    SELECT ${columns} FROM api_key WHERE tenant_id = ${tenantId}
    ORDER BY created_at DESC, id LIMIT 1000`)

/** Ends a key of a tenant; false where the tenant has no such key. A key once ended keeps its first date. */
export const revoke = async (
  pool: CommonQueryMethods,
  { id, tenantId }: { id: string; tenantId: string },
): Promise<boolean> => {
  const { rowCount } = await pool.query(sql.unsafe`
    UPDATE api_key SET revoked_at = coalesce(revoked_at, now())
    WHERE id = ${id} AND tenant_id = ${tenantId}`)
  return rowCount === 1
}
