import { setTimeout as pause } from 'node:timers/promises'
import { ApplicationFailure } from '@temporalio/activity'
import * as secrets from '../db/queries/connection-secrets.ts'
import { withTenant } from '../db/tenant.ts'
import { providerId } from '../domain/ids.ts'
import type { Secret } from '../domain/secret.ts'
import type { ConnectionRef, Deps } from './deps.ts'
import type { CallOptions, Provider, ProviderSession } from './providers/provider.ts'
import { ProviderError } from './providers/provider.ts'

/** Longer than one call may take, shorter than all attempts of a read together. */
const leaseSeconds = 35

/** The provider with this name; an unknown one is a setting of the operator. */
export const providerNamed = (deps: Pick<Deps, 'providers'>, name: string): Provider => {
  const provider = deps.providers.get(providerId(name))
  if (provider) return provider
  throw new ProviderError({
    code: 'operator_misconfigured',
    scope: 'provider',
    reason: 'provider_not_enabled',
  })
}

/**
 * Opens a session with the connection's secrets. A rotated secret is stored by compare-and-swap before it is used, and
 * only the holder of the lease rotates. Fails with `connection_gone` where no secret is kept.
 */
export const openSession = async (
  deps: Deps,
  { tenantId, connectionId, provider: name }: ConnectionRef & { provider: string },
  options: CallOptions,
): Promise<ProviderSession> => {
  const provider = providerNamed(deps, name)
  const { pool, vault } = deps
  const load = () => withTenant(pool, tenantId, (tx) => secrets.load({ tx, vault }, connectionId))
  const held = await load()
  if (held === null)
    throw new ProviderError({ code: 'connection_gone', scope: 'connection', reason: 'no_secret' })
  let version = held.version

  return provider.openSession(held.secret, {
    ...options,
    async claimRotation(): Promise<Secret<string>> {
      const claimed = await withTenant(pool, tenantId, (tx) =>
        secrets.claimLease(tx, connectionId, leaseSeconds),
      )
      if (!claimed)
        throw ApplicationFailure.create({
          message: 'another attempt rotates the secret',
          type: 'transient',
          nextRetryDelay: '6 seconds',
        })
      const fresh = await load()
      if (fresh === null)
        throw new ProviderError({
          code: 'connection_gone',
          scope: 'connection',
          reason: 'no_secret',
        })
      version = fresh.version
      return fresh.secret
    },
    async releaseRotation(): Promise<void> {
      await withTenant(pool, tenantId, (tx) => secrets.releaseLease(tx, connectionId))
    },
    async onSecretsRotated(secret: Secret<string>): Promise<void> {
      await deps.reach('rotation.before-store')
      const rotation = { connectionId, expectedVersion: version, secret }
      // the provider has forgotten the old secret already: losing this write loses the connection
      const stored = await persistently(() =>
        withTenant(pool, tenantId, (tx) => secrets.rotate({ tx, vault }, rotation)),
      )
      if (!stored)
        throw ApplicationFailure.create({
          message: 'another attempt rotated the secret',
          type: 'transient',
        })
      version += 1
    },
  })
}

const storeTries = 5
const storePauseMs = 1_000

const persistently = async <T>(store: () => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await store()
    } catch (error) {
      if (tries >= storeTries) throw error
      await pause(storePauseMs)
    }
  }
}
