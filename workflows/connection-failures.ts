/** Failures of a step become state; nothing of them ends the workflow. */
import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow'
import type { FailureCode } from '../domain/failure.ts'
import { isFailureCode } from '../domain/failure.ts'
import type { WorkflowState } from '../domain/workflow-state.ts'
import type { Doing } from './connection-steps.ts'

const codeOf = (error: unknown): FailureCode => {
  const cause = error instanceof ActivityFailure ? error.cause : error
  if (cause instanceof ApplicationFailure && isFailureCode(cause.type)) return cause.type
  return cause instanceof TimeoutFailure ? 'transient' : 'defect'
}

const reasonOf = (error: unknown): string => {
  const cause = error instanceof ActivityFailure ? error.cause : error
  return cause instanceof ApplicationFailure
    ? (cause.type ?? 'failure')
    : (cause?.constructor.name ?? 'unknown')
}

/** Notes a step that failed after its retries, so that the next step records it and the loop goes on. */
export const noteFailure = (state: WorkflowState, step: Doing, error: unknown): void => {
  const code = codeOf(error)
  switch (step.kind) {
    case 'read':
      state.unrecorded.push({ kind: 'run', run: step.run, code, reason: reasonOf(error) })
      state.run = null
      state.lastOutcome = 'failed'
      state.lastReadAtMs = Date.now()
      state.cycles += 1
      return
    case 'begin_flow':
    case 'complete_flow':
      state.flowsToBegin = state.flowsToBegin.filter((id) => id !== step.flowId)
      state.flowsToComplete = state.flowsToComplete.filter((id) => id !== step.flowId)
      state.unrecorded.push({ kind: 'flow', flowId: step.flowId, code })
      return
    case 'disconnect':
      state.revokeGivenUp = true
      return
    case 'refresh_accounts':
      state.refreshAccounts = null
      return
    case 'choose_accounts':
      state.choices.shift()
      return
    case 'set_auto_sync':
      state.autoSync = null
      return
    case 'note_refusal':
      state.refusals.shift()
      return
    case 'record':
      state.unrecorded.shift()
      return
    default:
      // the refresh is a courtesy before the read, and a look comes back with the next event
      return
  }
}
