import { cancellationSignal } from '@temporalio/activity'
import type { DatabaseTransactionConnection } from 'slonik'
import * as accounts from '../db/queries/accounts.ts'
import * as connections from '../db/queries/connections.ts'
import { withTenant } from '../db/tenant.ts'
import type { Snapshot } from '../domain/connection.ts'
import { consentEndMs } from '../domain/consent.ts'
import type { Occurrence } from '../domain/transitions/occurrence.ts'
import type { ConnectionAt, ConnectionRef, Deps } from './deps.ts'
import { settledFailure } from './failure.ts'
import { withHeartbeat } from './heartbeat.ts'
import { openSession } from './open-session.ts'
import { liftPause, pausingOf } from './provider-pause.ts'
import type { ProviderStatus } from './providers/provider.ts'
import { lockFacts, record } from './record.ts'

interface Standing {
  provider: string
  providerConnectionId: string
  status: ProviderStatus
}

/** How the connection does; null where there is nothing to ask, or the provider is paused. */
const standingAtProvider = async (deps: Deps, ref: ConnectionRef): Promise<Standing | null> => {
  const facts = await withTenant(deps.pool, ref.tenantId, (tx) =>
    lockFacts(tx, deps, ref.connectionId),
  )
  if (facts === null || facts.generation === 0) return null
  const { provider } = facts
  const pausing = await pausingOf(deps, provider)
  if (pausing.kind === 'paused') return null
  return withHeartbeat(async () => {
    const options = { signal: cancellationSignal() }
    const session = await openSession(deps, { ...ref, provider }, options)
    const status = await session.status()
    if (pausing.kind === 'probing') await liftPause(deps, provider)
    return { provider, providerConnectionId: session.providerConnectionId, status }
  })
}

/** Asks the provider which accounts there are now. Retry-safe: accounts are matched, never added twice. */
export const createRefreshAccounts = (deps: Deps) =>
  async function refreshAccounts(
    input: ConnectionAt & { requestId: string },
  ): Promise<Snapshot | null> {
    const { tenantId, connectionId, requestId } = input
    const standing = await orNull(standingAtProvider(deps, input))
    return withTenant(deps.pool, tenantId, async (tx) => {
      const facts = await lockFacts(tx, deps, connectionId)
      if (facts === null || standing === null)
        return record(tx, deps, { ...input, occurrences: [{ kind: 'loaded' }] })
      const found = await accounts.discover(
        tx,
        { connectionId, generation: facts.generation },
        standing.status.accounts,
      )
      const { toDecide: undecided, added } = found
      const occurrence: Occurrence = { kind: 'accounts_discovered', requestId, undecided, added }
      return record(tx, deps, { ...input, occurrences: [occurrence] })
    })
  }

/** Asks the provider how a connection does, without reading lines. Retry-safe: it only reads and compares. */
export const createLookAtConnection = (deps: Deps) =>
  async function lookAtConnection(input: ConnectionAt): Promise<Snapshot | null> {
    const standing = await orNull(standingAtProvider(deps, input))
    return withTenant(deps.pool, input.tenantId, async (tx) => {
      await lockFacts(tx, deps, input.connectionId)
      const looked: Occurrence =
        standing === null
          ? { kind: 'loaded' }
          : {
              kind: 'looked_at',
              consentExpiresAtMs: consentEndMs(standing.status, Date.now()),
              healthy:
                standing.status.health === 'ok' &&
                !(await isHeldElsewhere(tx, input.connectionId, standing)),
            }
      return record(tx, deps, { ...input, occurrences: [looked] })
    })
  }

/** While a connection was taken for gone, a person may have linked its login to another one. */
const isHeldElsewhere = async (
  tx: DatabaseTransactionConnection,
  connectionId: string,
  { provider, providerConnectionId }: Standing,
): Promise<boolean> => {
  await connections.lockProviderConnection(tx, { provider, providerConnectionId })
  const held = await connections.listHeld(tx, { provider, connectionId })
  return held.some((other) => other.providerConnectionId === providerConnectionId)
}

/** What a person must solve is known from the last run already; what passes is repeated by Temporal. */
const orNull = async (asked: Promise<Standing | null>): Promise<Standing | null> => {
  try {
    return await asked
  } catch (error) {
    settledFailure(error)
    return null
  }
}
