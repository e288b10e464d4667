/** What support sees in Temporal UI: search attributes on change only, and the current details in words. */
import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow'
import type { ConnectionRef } from '../activities/index.ts'
import type { Step } from '../domain/next-step.ts'
import type { WorkflowState } from '../domain/workflow-state.ts'

const names = ['ConnectionState', 'Provider', 'TenantId', 'FailureCode'] as const

const keyword = (name: string) => ({ name, type: 'KEYWORD' }) as const

const words = (state: WorkflowState, step: Step): string => {
  const { snapshot } = state
  if (snapshot === null) return 'Reading what is known of this connection.'
  const at = (ms: number | null): string =>
    ms === null ? 'none planned' : new Date(ms).toISOString()
  return [
    `**${snapshot.state}**${snapshot.awaiting === 'nothing' ? '' : `, waits for: ${snapshot.awaiting}`}`,
    ...(snapshot.failureCode === null ? [] : [`Last failure: \`${snapshot.failureCode}\``]),
    `Automatic synchronization: ${snapshot.autoSync ? 'on' : 'off'}${snapshot.pauses.map((pause) => `, paused (${pause})`).join('')}`,
    `Next synchronization: ${at(snapshot.nextSyncAtMs)}`,
    ...(state.parked === null
      ? []
      : [
          `Waiting: run ${state.parked.run.id} for an answer until ${at(state.parked.expiresAtMs)}`,
        ]),
    state.run === null
      ? `Now: ${step.kind.replaceAll('_', ' ')}`
      : `Now: run ${state.run.id} (${state.run.cause}, ${state.run.phase})`,
  ].join('  \n')
}

/** Keeps the support view of one workflow run; an upsert costs an event, so only a change makes one. */
export const createSupportView = ({ tenantId }: ConnectionRef) => {
  const { searchAttributes } = workflowInfo()
  // attributes survive continue-as-new: the next workflow run does not write them again
  let shown = names.map((name) => String(searchAttributes[name]?.[0] ?? '')).join('|')
  return {
    show(state: WorkflowState, step: Step): void {
      setCurrentDetails(words(state, step))
      const { snapshot } = state
      if (!state.loaded || snapshot === null) return
      const values = [snapshot.state, snapshot.provider, tenantId, snapshot.failureCode ?? ''].join(
        '|',
      )
      if (values === shown) return
      shown = values
      upsertSearchAttributes([
        { key: keyword('ConnectionState'), value: snapshot.state },
        { key: keyword('Provider'), value: snapshot.provider },
        { key: keyword('TenantId'), value: tenantId },
        { key: keyword('FailureCode'), value: snapshot.failureCode },
      ])
    },
  }
}
