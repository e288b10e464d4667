/** Activities that only record something: one short SQL transaction each, repeated without harm by their natural keys. */
import { activityInfo } from '@temporalio/activity'
import * as connections from '../db/queries/connections.ts'
import { withTenant } from '../db/tenant.ts'
import type { RunCause, Snapshot } from '../domain/connection.ts'
import { isFailureCode } from '../domain/failure.ts'
import type { Occurrence } from '../domain/transitions/occurrence.ts'
import { takePerson } from './person.ts'
import type { ConnectionAt, Deps } from './deps.ts'
import { finishFailedRun } from './finish-run.ts'
import { lockFacts, record } from './record.ts'

const recording = (
  deps: Deps,
  input: ConnectionAt,
  occurrence: Occurrence,
): Promise<Snapshot | null> =>
  withTenant(deps.pool, input.tenantId, (tx) =>
    record(tx, deps, { ...input, occurrences: [occurrence] }),
  )

/** Reads what the workflow needs to know; null where there is no such connection. */
export const createLoadConnection = (deps: Deps) =>
  function loadConnection(input: ConnectionAt): Promise<Snapshot | null> {
    return recording(deps, input, { kind: 'loaded' })
  }

/** Makes a new plan after settings were changed elsewhere. */
export const createAdoptSettings = (deps: Deps) =>
  function adoptSettings(input: ConnectionAt): Promise<Snapshot | null> {
    return recording(deps, input, { kind: 'settings_changed' })
  }

/** Posts what is due about the consent: the one warning, or its end. */
export const createConsentDue = (deps: Deps) =>
  function consentDue(input: ConnectionAt): Promise<Snapshot | null> {
    return recording(deps, input, { kind: 'consent_due' })
  }

/** Notes a message to the workflow that was not understood. */
export const createNoteRefusal = (deps: Deps) =>
  function noteRefusal(
    input: ConnectionAt & { name: string; number: number },
  ): Promise<Snapshot | null> {
    const { workflowExecution } = activityInfo()
    const noteId = `${workflowExecution?.runId ?? 'none'}:${input.number}`
    return recording(deps, input, { kind: 'message_refused', name: input.name, noteId })
  }

/** Records a run that failed after all its attempts. */
export const createRecordFailure = (deps: Deps) =>
  function recordFailure(
    input: ConnectionAt & { runId: string; cause: RunCause; code: string; reason: string },
  ): Promise<Snapshot | null> {
    const code = isFailureCode(input.code) ? input.code : 'defect'
    return finishFailedRun(deps, input, { code, scope: 'connection', reason: input.reason })
  }

/** Sets the user's wish for automatic synchronization. */
export const createSetAutoSync = (deps: Deps) =>
  function setAutoSync(
    input: ConnectionAt & { requestId: string; enabled: boolean },
  ): Promise<Snapshot | null> {
    const { requestId, enabled } = input
    return withTenant(deps.pool, input.tenantId, async (tx) => {
      const user = (await takePerson(tx, deps, requestId))?.name ?? ''
      const occurrence = { kind: 'auto_sync_set', requestId, enabled, user } as const
      return record(tx, deps, { ...input, occurrences: [occurrence] })
    })
  }

/** Removes a connection whose first link flow was never finished; answers null like one that never was. */
export const createRemoveConnection = (deps: Deps) =>
  function removeConnection(input: ConnectionAt): Promise<Snapshot | null> {
    return withTenant(deps.pool, input.tenantId, async (tx) => {
      const facts = await lockFacts(tx, deps, input.connectionId)
      if (facts === null) return null
      if (facts.state !== 'not_connected' || facts.generation > 0)
        return record(tx, deps, { ...input, occurrences: [{ kind: 'loaded' }] })
      await connections.remove(tx, input.connectionId)
      return null
    })
  }
