import { cancellationSignal } from '@temporalio/activity'
import * as syncRuns from '../db/queries/sync-runs.ts'
import { withTenant } from '../db/tenant.ts'
import type { Failure } from '../domain/failure.ts'
import type { Deps } from './deps.ts'
import { withExchangeLog } from './exchange-log.ts'
import { settledFailure } from './failure.ts'
import { finishFailedRun } from './finish-run.ts'
import { withHeartbeat } from './heartbeat.ts'
import { openSession } from './open-session.ts'
import { liftPause, pausingOf } from './provider-pause.ts'
import type { ProviderStatus } from './providers/provider.ts'
import { readAccounts } from './read-accounts.ts'
import { lockFacts, record } from './record.ts'
import { newReference } from './reference.ts'
import type { Reading, SyncInput, SyncOutcome } from './sync-input.ts'

/**
 * Brings every chosen account up to date. Retry-safe: a run that is finished answers at once, pages are upserts by
 * line key, the position inside the run is stored with each page, and the cursor moves by compare-and-swap with the last.
 */
export const createSyncConnection = (deps: Deps) =>
  async function syncConnection(input: SyncInput): Promise<SyncOutcome> {
    const begun = await beginRun(deps, input)
    if (begun.kind === 'finished') return begun.outcome
    const { provider, challengeOpen } = begun
    return withExchangeLog(deps, input, async (onExchange) => {
      try {
        return await withHeartbeat((progress) =>
          read(deps, { ...input, provider, challengeOpen, onExchange, progress }),
        )
      } catch (error) {
        const failure = settledFailure(error)
        const refused = { ...input, isRefused: true }
        return { kind: 'failed', snapshot: await finishFailedRun(deps, refused, failure) }
      }
    })
  }

type Begun =
  | { kind: 'begun'; provider: string; challengeOpen: boolean }
  | { kind: 'finished'; outcome: SyncOutcome }

const beginRun = (deps: Deps, input: SyncInput): Promise<Begun> =>
  withTenant(deps.pool, input.tenantId, async (tx): Promise<Begun> => {
    const facts = await lockFacts(tx, deps, input.connectionId)
    if (facts === null) return { kind: 'finished', outcome: { kind: 'failed', snapshot: null } }
    const { runId: id, cause, connectionId } = input
    const run = await syncRuns.begin(tx, { id, connectionId, cause, reference: newReference() })
    const { provider, challengeOpen } = facts
    if (run.outcome === null) return { kind: 'begun', provider, challengeOpen }
    const snapshot = await record(tx, deps, { ...input, occurrences: [{ kind: 'loaded' }] })
    return { kind: 'finished', outcome: { kind: run.outcome === 'ok' ? 'ok' : 'failed', snapshot } }
  })

/** A failure of the connection that leaves its lines readable; a question that is open already is not asked twice. */
const toldBeside = ({ failure }: ProviderStatus, challengeOpen: boolean): Failure | null =>
  failure === undefined || (challengeOpen && failure.code === 'mfa_required') ? null : failure

const read = async (
  deps: Deps,
  { challengeOpen, ...reading }: Reading & { challengeOpen: boolean },
): Promise<SyncOutcome> => {
  const pausing = await pausingOf(deps, reading.provider)
  if (pausing.kind === 'paused') {
    const failure = {
      code: 'operator_misconfigured',
      scope: 'provider',
      reason: 'paused',
      until: pausing.until,
    } as const
    return { kind: 'failed', snapshot: await finishFailedRun(deps, reading, failure) }
  }
  const { onExchange } = reading
  const session = await openSession(deps, reading, { signal: cancellationSignal(), onExchange })
  const status = await session.status()
  if (pausing.kind === 'probing') await liftPause(deps, reading.provider)
  if (status.failure && status.health === 'failing')
    return { kind: 'failed', snapshot: await finishFailedRun(deps, reading, status.failure) }
  const partial = toldBeside(status, challengeOpen)
  return readAccounts(deps, { ...reading, session, status, partial })
}
