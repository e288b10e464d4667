import { cancellationSignal } from '@temporalio/activity'
import * as accounts from '../db/queries/accounts.ts'
import { withTenant } from '../db/tenant.ts'
import type { Snapshot } from '../domain/connection.ts'
import { consentEndMs } from '../domain/consent.ts'
import type { Occurrence } from '../domain/transitions/occurrence.ts'
import type { ConnectionAt, ConnectionRef, Deps } from './deps.ts'
import { settledFailure } from './failure.ts'
import { withHeartbeat } from './heartbeat.ts'
import { openSession } from './open-session.ts'
import type { ProviderStatus } from './providers/provider.ts'
import { lockFacts, record } from './record.ts'

const statusAtProvider = async (deps: Deps, ref: ConnectionRef): Promise<ProviderStatus | null> => {
  const facts = await withTenant(deps.pool, ref.tenantId, (tx) =>
    lockFacts(tx, deps, ref.connectionId),
  )
  if (facts === null || facts.generation === 0) return null
  return withHeartbeat(async () => {
    const options = { signal: cancellationSignal() }
    const session = await openSession(deps, { ...ref, provider: facts.provider }, options)
    return session.status()
  })
}

/** Asks the provider which accounts there are now. Retry-safe: accounts are matched, never added twice. */
export const createRefreshAccounts = (deps: Deps) =>
  async function refreshAccounts(
    input: ConnectionAt & { requestId: string },
  ): Promise<Snapshot | null> {
    const { tenantId, connectionId, requestId } = input
    const status = await orNull(statusAtProvider(deps, input))
    return withTenant(deps.pool, tenantId, async (tx) => {
      const facts = await lockFacts(tx, deps, connectionId)
      if (facts === null || status === null)
        return record(tx, deps, { ...input, occurrences: [{ kind: 'loaded' }] })
      const found = await accounts.discover(
        tx,
        { connectionId, generation: facts.generation },
        status.accounts,
      )
      const { toDecide: undecided, added } = found
      const occurrence: Occurrence = { kind: 'accounts_discovered', requestId, undecided, added }
      return record(tx, deps, { ...input, occurrences: [occurrence] })
    })
  }

/** Asks the provider how a connection does, without reading lines. Retry-safe: it only reads and compares. */
export const createLookAtConnection = (deps: Deps) =>
  async function lookAtConnection(input: ConnectionAt): Promise<Snapshot | null> {
    const status = await orNull(statusAtProvider(deps, input))
    const looked: Occurrence = {
      kind: 'looked_at',
      consentExpiresAtMs: status === null ? null : consentEndMs(status, Date.now()),
      healthy: status?.health === 'ok',
    }
    return withTenant(deps.pool, input.tenantId, (tx) =>
      record(tx, deps, { ...input, occurrences: [status === null ? { kind: 'loaded' } : looked] }),
    )
  }

/** What a person must solve is known from the last run already; what passes is repeated by Temporal. */
const orNull = async (asked: Promise<ProviderStatus | null>): Promise<ProviderStatus | null> => {
  try {
    return await asked
  } catch (error) {
    settledFailure(error)
    return null
  }
}
