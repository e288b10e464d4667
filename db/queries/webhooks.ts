/** Webhooks taken from providers, and the way from a provider's id to our connections; ids only, before a tenant is known. */
import type { CommonQueryMethods, DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import { currentTenant } from '../tenant.ts'

export interface Receipt {
  /** The provider's id of the event, or a hash of it. */
  dedupeKey: string
  kind: string
  providerRef: string | null
}

const keyRow = z.object({ dedupeKey: z.string() })

/**
 * Notes events of a provider; returns the keys of those that were not taken before. One that no connection waits for is
 * parked for 24 hours.
 */
export const receiveMany = async (
  pool: CommonQueryMethods,
  provider: string,
  receipts: readonly Receipt[],
): Promise<Set<string>> => {
  const rows = await pool.any(sql.type(keyRow)`
    INSERT INTO webhook_receipt (provider, dedupe_key, kind, provider_ref, routed_at)
    SELECT ${provider}, dedupe_key, kind, provider_ref, (
      SELECT min(now()) FROM webhook_route
      WHERE webhook_route.provider = ${provider} AND webhook_route.provider_ref = shown.provider_ref
    )
    FROM ${sql.unnest(
      receipts.map(({ dedupeKey, kind, providerRef }) => [dedupeKey, kind, providerRef]),
      ['text', 'text', 'text'],
    )} AS shown (dedupe_key, kind, provider_ref)
    ON CONFLICT (provider, dedupe_key) DO NOTHING
    RETURNING dedupe_key AS "dedupeKey"`)
  return new Set(rows.map(({ dedupeKey }) => dedupeKey))
}

const routeRow = z.object({ ref: z.string(), tenantId: z.string(), connectionId: z.string() })

/** A connection, and the id by which a provider's event finds it. */
export type Route = z.infer<typeof routeRow>

/** The connections that ids of the provider belong to; at most 100 of each. */
export const routes = (
  pool: CommonQueryMethods,
  provider: string,
  refs: readonly string[],
): Promise<readonly Route[]> =>
  pool.any(sql.type(routeRow)`
    SELECT ref, tenant_id AS "tenantId", connection_id AS "connectionId"
    FROM unnest(${sql.array([...new Set(refs)], 'text')}) AS ref CROSS JOIN LATERAL (
      SELECT tenant_id, connection_id FROM webhook_route
      WHERE provider = ${provider} AND provider_ref = ref
      ORDER BY tenant_id, connection_id LIMIT 100
    ) AS found
    ORDER BY ref, tenant_id, connection_id`)

/** The connections of tenants at a provider, for events that name only the customer; at most 100 of each. */
export const routesByTenant = (
  pool: CommonQueryMethods,
  provider: string,
  tenantIds: readonly string[],
): Promise<readonly Route[]> =>
  pool.any(sql.type(routeRow)`
    SELECT ref, tenant_id AS "tenantId", connection_id AS "connectionId"
    FROM unnest(${sql.array([...new Set(tenantIds)], 'text')}) AS ref CROSS JOIN LATERAL (
      SELECT DISTINCT tenant_id, connection_id FROM webhook_route
      WHERE provider = ${provider} AND tenant_id = ref::uuid
      ORDER BY tenant_id, connection_id LIMIT 100
    ) AS found
    ORDER BY ref, connection_id`)

export interface Routes {
  provider: string
  connectionId: string
  /** The provider's ids of the connection and of what it reaches. */
  refs: readonly string[]
}

/** Says by which ids of the provider a connection is found from now on. */
export const setRoutes = async (
  tx: DatabaseTransactionConnection,
  { provider, connectionId, refs }: Routes,
): Promise<void> => {
  await tx.query(sql.unsafe`
    DELETE FROM webhook_route
    WHERE tenant_id = ${currentTenant} AND connection_id = ${connectionId}`)
  await tx.query(sql.unsafe`
    INSERT INTO webhook_route (provider, provider_ref, tenant_id, connection_id)
    SELECT ${provider}, provider_ref, ${currentTenant}, ${connectionId}
    FROM ${sql.unnest(
      refs.map((ref) => [ref]),
      ['text'],
    )} AS shown (provider_ref)
    ON CONFLICT DO NOTHING`)
}

/** Adds the ref by which a provider's events name a link flow before there is a connection at the provider. */
export const addRoute = async (
  tx: DatabaseTransactionConnection,
  { provider, connectionId, ref }: { provider: string; connectionId: string; ref: string },
): Promise<void> => {
  await tx.query(sql.unsafe`
    INSERT INTO webhook_route (provider, provider_ref, tenant_id, connection_id)
    VALUES (${provider}, ${ref}, ${currentTenant}, ${connectionId})
    ON CONFLICT DO NOTHING`)
}

const parkedRow = z.object({ dedupeKey: z.string(), kind: z.string() })

/** Takes the webhooks of the last 24 hours that came before their connection was known; each is given out once. */
export const parked = (
  pool: CommonQueryMethods,
  provider: string,
  refs: readonly string[],
): Promise<readonly z.infer<typeof parkedRow>[]> =>
  pool.any(sql.type(parkedRow)`
    UPDATE webhook_receipt SET routed_at = now()
    WHERE provider = ${provider} AND provider_ref = ANY(${sql.array(refs, 'text')})
      AND routed_at IS NULL
      AND received_at > now() - interval '24 hours'
    RETURNING dedupe_key AS "dedupeKey", kind`)

/** Takes receipts back, so that the provider's repetition counts as new: nobody could be told of them. */
export const forget = async (
  pool: CommonQueryMethods,
  provider: string,
  dedupeKeys: readonly string[],
): Promise<void> => {
  await pool.query(sql.unsafe`
    DELETE FROM webhook_receipt
    WHERE provider = ${provider} AND dedupe_key = ANY(${sql.array(dedupeKeys, 'text')})`)
}

/** Deletes receipts older than 30 days, after which no provider repeats a webhook; returns how many. */
export const sweep = async (pool: CommonQueryMethods): Promise<number> => {
  const { rowCount } = await pool.query(sql.unsafe`
    DELETE FROM webhook_receipt WHERE received_at < now() - interval '30 days'`)
  return rowCount
}
