import { timingSafeEqual } from 'node:crypto'
import type { Request } from 'express'
import * as apiKeys from '../db/queries/api-keys.ts'
import * as tenants from '../db/queries/tenants.ts'
import { withTenant } from '../db/tenant.ts'
import { apiKeyId, hashApiKey } from './api-key.ts'
import type { Deps } from './deps.ts'
import { Problem } from './problem.ts'
import type { Role } from './roles.ts'
import type { Caller, Route } from './route.ts'
import { isSubscribed } from './tenants/subscription.ts'

/** A revoked key or a blocked tenant is noticed after at most this time. */
const keptMs = 5_000
const keptMax = 1_000
const touchEveryMs = 60_000

type KeyRow = NonNullable<Awaited<ReturnType<typeof apiKeys.maybeOneById>>>
type TenantRow = Awaited<ReturnType<typeof tenants.oneById>>

interface Kept {
  key: KeyRow
  tenant: TenantRow | null
  readAtMs: number
  touchedAtMs: number
}

const unknownHash = Buffer.alloc(32)

const unauthenticated = (): Problem => new Problem('unauthenticated', 'no_key')

/** Recognises the caller of a request; throws 401 for a key that is missing, malformed, unknown, expired or revoked. */
export const createAuthenticate = (deps: Pick<Deps, 'pool' | 'log'>) => {
  const kept = new Map<string, Kept>()

  const read = async (id: string, nowMs: number): Promise<Kept | null> => {
    const known = kept.get(id)
    if (known && nowMs - known.readAtMs < keptMs) return known
    const key = await apiKeys.maybeOneById(deps.pool, id)
    if (key === null) return null
    const { tenantId } = key
    const tenant =
      tenantId === null
        ? null
        : await withTenant(deps.pool, tenantId, (tx) => tenants.oneById(tx, tenantId))
    const fresh = { key, tenant, readAtMs: nowMs, touchedAtMs: known?.touchedAtMs ?? 0 }
    if (kept.size >= keptMax) kept.clear()
    kept.set(id, fresh)
    return fresh
  }

  const touch = (row: Kept, nowMs: number): void => {
    if (nowMs - row.touchedAtMs < touchEveryMs) return
    row.touchedAtMs = nowMs
    apiKeys.touch(deps.pool, row.key.id).catch((error: unknown) => {
      deps.log.warn({ keyId: row.key.id, error }, 'last use of a key not noted')
    })
  }

  return async (request: Request): Promise<{ caller: Caller; tenant: TenantRow | null }> => {
    const presented = /^Bearer (\S{1,200})$/i.exec(request.headers.authorization ?? '')?.[1] ?? ''
    const id = apiKeyId(presented)
    if (id === null) throw unauthenticated()
    const nowMs = Date.now()
    const row = await read(id, nowMs)
    const matches = timingSafeEqual(row?.key.keyHash ?? unknownHash, hashApiKey(presented))
    if (row === null || !matches || !isAlive(row.key, nowMs)) throw unauthenticated()
    touch(row, nowMs)
    return { caller: callerOf(row), tenant: row.tenant }
  }
}

const isAlive = ({ revokedAt, expiresAt }: KeyRow, nowMs: number): boolean =>
  revokedAt === null && (expiresAt === null || Date.parse(expiresAt) > nowMs)

const callerOf = ({ key, tenant }: Kept): Caller => ({
  keyId: key.id,
  scope: key.scope,
  tenantId: tenant?.tenantId ?? '',
  clientId: tenant?.clientId ?? '',
})

/** Refuses a scope that the route is not for. */
export const checkRole = (role: Role, { scope, tenantId }: Caller): void => {
  const allowed = role === 'public' || role.some((one) => one === scope)
  // an operator's key has no tenant, hence nothing to read on the routes of tenants
  const fits = scope === 'operator' || tenantId !== ''
  if (!allowed || !fits) throw new Problem('forbidden', 'wrong_scope', { params: { scope } })
}

/** Refuses tenants that are blocked, on trial, or without a valid subscription, before anything else happens. */
export const checkTenant = (route: Route, tenant: TenantRow | null, nowMs: number): void => {
  if (tenant === null || route.evenWhenBlocked) return
  const params = { clientId: tenant.clientId }
  if (tenant.blockedAt !== null) throw new Problem('account-blocked', 'blocked', { params })
  if (!isSubscribed(tenant, nowMs)) throw new Problem('trial-not-allowed', 'trial_over', { params })
}
