/** Failures of a step become state; nothing of them ends the workflow. */
import { ActivityFailure, ApplicationFailure, log, TimeoutFailure } from '@temporalio/workflow'
import type { FailureCode } from '../domain/failure.ts'
import { isFailureCode } from '../domain/failure.ts'
import type { RunState, WorkflowState } from '../domain/workflow-state.ts'
import type { Doing } from './connection-steps.ts'
import { finishRun } from './connection-steps.ts'

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

const againMs = 900_000

/** What was due stays due, but not on the spot. */
const postpone = (
  { snapshot }: WorkflowState,
  name: 'noticeAtMs' | 'flowEndsAtMs' | 'removeAtMs' | 'lookAtMs',
): void => {
  if (snapshot !== null) snapshot[name] = Date.now() + againMs
}

/** Requests that are given up when their step failed: the sender asks again, or sees it in the state. */
const givenUp: Partial<Record<Doing['kind'], (state: WorkflowState) => void>> = {
  // the provider cannot be told; the rest of the disconnection goes on
  disconnect: (state) => {
    state.revokeGivenUp = true
  },
  // nothing was handed over: the challenge goes on waiting, up to its own end
  submit_mfa: (state) => {
    if (state.parked !== null) state.parked.answer = null
  },
  refresh_accounts: (state) => {
    state.refreshAccounts = null
  },
  choose_accounts: (state) => {
    state.choices.shift()
  },
  set_auto_sync: (state) => {
    state.autoSync = null
  },
  note_refusal: (state) => {
    state.refusals.shift()
  },
  record: (state) => {
    state.unrecorded.shift()
  },
  consent_due: (state) => postpone(state, 'noticeAtMs'),
  end_flows: (state) => postpone(state, 'flowEndsAtMs'),
  remove: (state) => postpone(state, 'removeAtMs'),
  look: (state) => {
    if (state.snapshot?.lookAtMs !== undefined) postpone(state, 'lookAtMs')
  },
}

const noteFailedRun = (state: WorkflowState, run: RunState, error: unknown): void => {
  state.unrecorded.push({ kind: 'run', run, code: codeOf(error), reason: reasonOf(error) })
  finishRun(state, 'failed')
}

const noteFailedFlow = (state: WorkflowState, flowId: string, error: unknown): void => {
  state.flowsToBegin = state.flowsToBegin.filter((id) => id !== flowId)
  state.flowsToComplete = state.flowsToComplete.filter((id) => id !== flowId)
  state.unrecorded.push({ kind: 'flow', flowId, code: codeOf(error) })
}

/**
 * Notes a step that failed after its retries, so that the next step records it and the loop goes on. A refresh is a
 * courtesy before the read, and a look comes back by itself or with the next event: nothing is noted of those.
 */
export const noteFailure = (state: WorkflowState, step: Doing, error: unknown): void => {
  log.warn('a step did not work', { step: step.kind, code: codeOf(error) })
  if (step.kind === 'read') noteFailedRun(state, step.run, error)
  else if (step.kind === 'begin_flow' || step.kind === 'complete_flow')
    noteFailedFlow(state, step.flowId, error)
  else givenUp[step.kind]?.(state)
}
