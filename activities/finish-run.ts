import type { DatabaseTransactionConnection } from 'slonik'
import type { SyncRun } from '../db/queries/sync-runs.ts'
import * as syncRuns from '../db/queries/sync-runs.ts'
import { withTenant } from '../db/tenant.ts'
import type { ConnectionFacts, Snapshot } from '../domain/connection.ts'
import { consentEndMs } from '../domain/consent.ts'
import type { Failure } from '../domain/failure.ts'
import type { Occurrence } from '../domain/transitions/occurrence.ts'
import { endChallengeOfRun } from './challenges.ts'
import type { Deps } from './deps.ts'
import { isOurMistake, pauseProvider } from './provider-pause.ts'
import type { ProviderStatus } from './providers/provider.ts'
import { lockFacts, record } from './record.ts'
import { newReference } from './reference.ts'
import type { SyncInput } from './sync-input.ts'

/**
 * Ends a run that read what it could: outcome, state, plan, message and events, in the caller's SQL transaction, which is
 * the one of the last page. A run that another attempt finished is left as it is.
 */
export const finishRun = async (
  tx: DatabaseTransactionConnection,
  deps: Deps,
  input: SyncInput & {
    /** What the provider told of the chosen accounts. */
    status: ProviderStatus
    partial: Failure | null
    undecided: number
    accounts: number
  },
): Promise<Snapshot | null> => {
  const { runId, cause, status } = input
  const isNew = await syncRuns.finish(tx, runId, { outcome: 'ok' })
  const run = isNew ? await syncRuns.oneById(tx, runId) : null
  const partial = input.partial ?? refreshRefused(run)
  const ended = isNew ? await endChallengeOfRun(tx, runId, 'closed') : []
  const occurrences: Occurrence[] =
    run === null
      ? [{ kind: 'loaded' }]
      : [
          ...ended,
          {
            kind: 'read',
            runId,
            cause,
            added: run.linesAdded,
            changed: run.linesChanged,
            removed: run.linesRemoved,
            accounts: input.accounts,
            consentExpiresAtMs: consentEndMs(status, Date.now()),
            unattendedAllowed: status.unattendedAllowed,
            lastRefreshAtMs:
              status.lastBankRefreshAt === null ? null : Date.parse(status.lastBankRefreshAt),
            undecided: input.undecided,
            partial: partial === null ? null : { failure: partial, reference: run.reference },
          },
          { kind: 'consent_due' },
        ]
  return record(tx, deps, { ...input, occurrences })
}

/** A bank that wants nobody but a person to ask: what was there is read, and no slot asks again. */
const refreshRefused = (run: SyncRun | null): Failure | null =>
  run?.refresh === 'failed: unattended_not_allowed'
    ? { code: 'unattended_not_allowed', scope: 'account' }
    : null

/** A loss that a refused call speaks of; where the provider showed the connection itself, our keys are right. */
const believed = async (
  tx: DatabaseTransactionConnection,
  facts: ConnectionFacts | null,
  failure: Failure,
): Promise<Failure> => {
  if (facts === null || facts.state === 'disconnected') return failure
  return (await isOurMistake(tx, facts.provider, failure))
    ? { ...failure, code: 'operator_misconfigured', scope: 'provider', reason: 'lost_in_a_row' }
    : failure
}

/** Ends a run that did not work; an operator's mistake pauses the provider for every connection. */
export const finishFailedRun = async (
  deps: Deps,
  input: SyncInput & { isRefused?: boolean },
  told: Failure,
): Promise<Snapshot | null> => {
  const { runId, cause, tenantId, connectionId, isRefused = false } = input
  const { snapshot, pause } = await withTenant(deps.pool, tenantId, async (tx) => {
    const facts = await lockFacts(tx, deps, connectionId)
    const failure = isRefused ? await believed(tx, facts, told) : told
    const { code: failureCode, until } = failure
    // a run whose reading never began must end as well, or its slot would stay due for ever
    if (facts !== null)
      await syncRuns.accept(tx, { id: runId, connectionId, cause, reference: newReference() })
    const isFirst = await syncRuns.finish(tx, runId, {
      outcome: 'failed',
      failureCode,
      ...(until === undefined ? {} : { until }),
    })
    const run = isFirst ? await syncRuns.oneById(tx, runId) : null
    const occurrences: Occurrence[] =
      run === null
        ? [{ kind: 'loaded' }]
        : [
            ...(await endChallengeOfRun(tx, runId, 'closed')),
            { kind: 'failed', runId, cause, failure, reference: run.reference },
          ]
    const isNew = failureCode === 'operator_misconfigured' && failure.reason !== 'paused'
    return {
      snapshot: await record(tx, deps, { ...input, occurrences }),
      pause:
        run !== null && facts !== null && isNew
          ? { provider: facts.provider, reference: run.reference, failureCode: told.code }
          : null,
    }
  })
  if (pause) await pauseProvider(deps, pause)
  return snapshot
}
