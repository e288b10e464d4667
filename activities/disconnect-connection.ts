import { cancellationSignal } from '@temporalio/activity'
import * as secrets from '../db/queries/connection-secrets.ts'
import * as linkFlows from '../db/queries/link-flows.ts'
import * as mfaChallenges from '../db/queries/mfa-challenges.ts'
import * as oneTimeSecrets from '../db/queries/one-time-secrets.ts'
import * as syncRuns from '../db/queries/sync-runs.ts'
import * as webhooks from '../db/queries/webhooks.ts'
import { withTenant } from '../db/tenant.ts'
import type { Snapshot } from '../domain/connection.ts'
import type { Occurrence } from '../domain/transitions/occurrence.ts'
import type { ConnectionAt, ConnectionRef, Deps } from './deps.ts'
import { closePage } from './fail-flow.ts'
import { finalFailure, settledFailure } from './failure.ts'
import { withHeartbeat } from './heartbeat.ts'
import { openSession } from './open-session.ts'
import { lockFacts, record } from './record.ts'
import { hasNothingLeft } from './withdraw-consent.ts'

/** Withdraws the consent at the provider. Retry-safe: a consent that is gone already is success. Throws what was refused. */
export const createRevokeConsent = (deps: Deps) =>
  async function revokeConsent(input: ConnectionRef & { requestId: string }): Promise<void> {
    const facts = await withTenant(deps.pool, input.tenantId, (tx) =>
      lockFacts(tx, deps, input.connectionId),
    )
    if (facts === null || facts.generation === 0) return
    try {
      await withHeartbeat(async () => {
        const options = { signal: cancellationSignal() }
        const session = await openSession(deps, { ...input, provider: facts.provider }, options)
        await session.revoke()
      })
    } catch (error) {
      const failure = settledFailure(error)
      if (!hasNothingLeft(failure)) throw finalFailure(failure)
    }
  }

export interface Disconnection extends ConnectionAt {
  requestId: string
  /** The provider was told. */
  revoked: boolean
  runId: string | null
  /** Link flows without a page yet that were asked for before. */
  droppedFlows?: readonly string[]
}

/**
 * Closes the connection in our books: secrets forgotten, open pages ended, lines and journals kept. Retry-safe: it sets
 * values.
 */
export const createDisconnectConnection = (deps: Deps) =>
  function disconnectConnection(input: Disconnection): Promise<Snapshot | null> {
    return withTenant(deps.pool, input.tenantId, async (tx) => {
      const { connectionId, requestId } = input
      const facts = await lockFacts(tx, deps, connectionId)
      if (facts === null) return null
      await secrets.forget(tx, connectionId)
      const asked = await mfaChallenges.endByConnection(tx, connectionId)
      for (const { id } of asked) await oneTimeSecrets.forget(tx, 'mfa_answer', id)
      const waiting = asked.map(({ syncRunId }) => syncRunId)
      for (const id of new Set([...waiting, ...(input.runId === null ? [] : [input.runId])]))
        await syncRuns.finish(tx, id, { outcome: 'stopped' })
      const { droppedFlows = [] } = input
      for (const id of await linkFlows.endByConnection(tx, connectionId, droppedFlows))
        await closePage(tx, id)
      await webhooks.setRoutes(tx, { provider: facts.provider, connectionId, refs: [] })
      const occurrences: Occurrence[] = [
        ...(input.revoked ? [] : [{ kind: 'revoke_failed', requestId } as const]),
        { kind: 'disconnected', reason: 'user', requestId },
      ]
      return record(tx, deps, { ...input, occurrences })
    })
  }
