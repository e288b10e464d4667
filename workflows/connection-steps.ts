/** One function per step: it asks an activity and puts the outcome into state. */
import { proxyActivities, uuid4 } from '@temporalio/workflow'
import type { Activities, ConnectionRef, RefreshAnswer } from '../activities/index.ts'
import type { RunCause, Snapshot } from '../domain/connection.ts'
import type { Step } from '../domain/next-step.ts'
import type { RunState, WorkflowState } from '../domain/workflow-state.ts'
import { newRun, noteAsked } from '../domain/workflow-state.ts'
import { follow, noteSubmission, park, settleEarlyAnswer, solve } from './connection-challenges.ts'
import {
  databaseCommand,
  databaseWork,
  priorities,
  providerCall,
  providerRead,
} from './activity-options.ts'

export type Doing = Exclude<Step, { kind: 'wait' | 'leave' | 'start_run' | 'resume_run' }>

const pollDelaysMs = [200, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000] as const

const database = proxyActivities<Activities>(databaseWork)
const patient = proxyActivities<Activities>(databaseCommand)

/** Provider work runs on the provider's own rate-limited queue, fair between tenants. */
const atProvider = (state: WorkflowState, ref: ConnectionRef, urgent: boolean) => ({
  taskQueue: `fetch-${state.snapshot?.provider ?? 'unknown'}`,
  priority: {
    priorityKey: urgent ? priorities.person : priorities.scheduled,
    fairnessKey: ref.tenantId,
  },
})

const caller = (state: WorkflowState, ref: ConnectionRef, urgent = true): Activities =>
  proxyActivities<Activities>({ ...providerCall, ...atProvider(state, ref, urgent) })

/**
 * Begins a run; no activity is needed for it. A slot asks the bank for fresh lines where the provider does not by itself,
 * but never while a person is asked for something: that would ask anew.
 */
export const startRun = (state: WorkflowState, cause: RunCause): void => {
  const refreshes = cause === 'scheduled' && state.snapshot?.slotsRefresh && state.parked === null
  state.run = newRun(uuid4(), cause, cause === 'person' || refreshes === true)
  state.eventAtMs = null
}

const requestRefresh = async (
  state: WorkflowState,
  ref: ConnectionRef,
  run: RunState,
): Promise<void> => {
  run.phase = 'read' // whatever becomes of the refresh, what is there can be read
  const at = { ...ref, runId: run.id, cause: run.cause, atMs: Date.now() }
  const answer = await caller(state, ref, run.cause === 'person').requestRefresh(at)
  if (!standsAside(state, run, answer) && answer.ref !== null) follow(run, answer.ref)
}

/** What an answer changes besides the refresh: the plan, and whether the run waits for a person. */
const standsAside = (
  state: WorkflowState,
  run: RunState,
  { ref, challenge, snapshot }: RefreshAnswer,
): boolean => {
  if (snapshot !== undefined) state.snapshot = snapshot
  const isAsked = challenge !== undefined && ref !== null
  if (isAsked) park(state, run, { challenge, ref })
  settleEarlyAnswer(state)
  return isAsked
}

const pollRefresh = async (
  state: WorkflowState,
  ref: ConnectionRef,
  run: RunState,
): Promise<void> => {
  run.phase = 'read'
  const at = { ...ref, runId: run.id, cause: run.cause, atMs: Date.now() }
  const urgent = run.cause === 'person'
  const answer = await caller(state, ref, urgent).pollRefresh({ ...at, ref: run.ref ?? '' })
  if (standsAside(state, run, answer)) return
  if (answer.ref === null || Date.now() >= run.refreshEndsAtMs) return
  run.phase = 'polling'
  run.ref = answer.ref
  run.polls += 1
  run.pollAtMs = Date.now() + (pollDelaysMs[run.polls] ?? 30_000)
}

const read = async (state: WorkflowState, ref: ConnectionRef, run: RunState): Promise<void> => {
  const options = { ...providerRead, ...atProvider(state, ref, run.cause === 'person') }
  const { syncConnection } = proxyActivities<Activities>(options)
  const outcome = await syncConnection({
    ...ref,
    runId: run.id,
    cause: run.cause,
    atMs: Date.now(),
  })
  state.snapshot = outcome.snapshot
  // at the page limit the same run goes on with another step, so that one activity stays bounded
  if (outcome.kind === 'more') return
  finishRun(state, outcome.kind)
}

/** Ends the run in hand; its outcome is known or will be recorded. */
export const finishRun = (state: WorkflowState, outcome: 'ok' | 'failed'): void => {
  state.run = null
  noteAsked(state, Date.now())
  endRun(state, outcome)
}

const endRun = (state: WorkflowState, outcome: 'ok' | 'failed'): void => {
  state.lastOutcome = outcome
  state.cycles += 1
}

const record = async (
  state: WorkflowState,
  ref: ConnectionRef,
  { failed }: Extract<Doing, { kind: 'record' }>,
): Promise<void> => {
  const at = { ...ref, code: failed.code, atMs: Date.now() }
  if (failed.kind === 'flow') {
    state.snapshot = await database.failFlow({ ...at, flowId: failed.flowId })
  } else {
    const { id: runId, cause } = failed.run
    state.snapshot = await database.recordFailure({ ...at, runId, cause, reason: failed.reason })
  }
  state.unrecorded.shift()
}

const isFetching = (snapshot: Snapshot | null): boolean =>
  snapshot !== null && snapshot.nextSyncAtMs !== null

const completeFlow = async (
  state: WorkflowState,
  ref: ConnectionRef,
  flowId: string,
): Promise<void> => {
  const outcome = await caller(state, ref).completeFlow({ ...ref, flowId, atMs: Date.now() })
  state.snapshot = outcome.snapshot
  state.flowsToComplete = state.flowsToComplete.filter((id) => id !== flowId)
  const { parked } = state
  // a page that was left takes no answer any more
  if (outcome.ended && parked?.challengeId === flowId) parked.expiresAtMs = Date.now()
  if (!outcome.linked) return
  solve(state)
  // a renewed consent is followed by a read, so that the gap is filled at once
  if (parked === null && isFetching(outcome.snapshot) && state.run === null)
    startRun(state, 'renewal')
}

const chooseAccounts = async (
  state: WorkflowState,
  ref: ConnectionRef,
  { requestId, choices }: Extract<Doing, { kind: 'choose_accounts' }>,
): Promise<void> => {
  const input = { ...ref, requestId, choices, atMs: Date.now() }
  const { snapshot, newlyChosen } = await patient.chooseAccounts(input)
  state.snapshot = snapshot
  state.choices.shift()
  if (newlyChosen > 0 && snapshot?.state === 'connected' && state.run === null)
    startRun(state, 'first')
}

const disconnect = async (
  state: WorkflowState,
  ref: ConnectionRef,
  { requestId, revoke }: Extract<Doing, { kind: 'disconnect' }>,
): Promise<void> => {
  if (revoke) await caller(state, ref).revokeConsent({ ...ref, requestId })
  const input = {
    ...ref,
    requestId,
    revoked: revoke,
    runId: state.run?.id ?? null,
    droppedFlows: state.droppedFlows ?? [],
    atMs: Date.now(),
  }
  state.snapshot = await database.disconnectConnection(input)
  delete state.droppedFlows
  state.disconnect = null
  state.run = null
  state.parked = null
}

const setAutoSync = async (
  state: WorkflowState,
  ref: ConnectionRef,
  { requestId, enabled }: Extract<Doing, { kind: 'set_auto_sync' }>,
): Promise<void> => {
  state.snapshot = await patient.setAutoSync({ ...ref, requestId, enabled, atMs: Date.now() })
  if (state.autoSync?.requestId === requestId) state.autoSync = null
}

type RunStep = Extract<Doing, { kind: 'request_refresh' | 'poll_refresh' | 'read' }>
type FlowStep = Extract<Doing, { kind: 'begin_flow' | 'complete_flow' | 'end_flows' }>
type CommandStep = Extract<
  Doing,
  { kind: 'disconnect' | 'set_auto_sync' | 'choose_accounts' | 'refresh_accounts' }
>
type MfaStep = Extract<Doing, { kind: 'submit_mfa' | 'expire_mfa' }>
type BookStep = Exclude<Doing, RunStep | FlowStep | CommandStep | MfaStep>

const isRunStep = (step: Doing): step is RunStep =>
  ['request_refresh', 'poll_refresh', 'read'].includes(step.kind)
const isFlowStep = (step: Doing): step is FlowStep =>
  ['begin_flow', 'complete_flow', 'end_flows'].includes(step.kind)
const isCommandStep = (step: Doing): step is CommandStep =>
  ['disconnect', 'set_auto_sync', 'choose_accounts', 'refresh_accounts'].includes(step.kind)

const isMfaStep = (step: Doing): step is MfaStep =>
  step.kind === 'submit_mfa' || step.kind === 'expire_mfa'

const performMfa = async (
  state: WorkflowState,
  ref: ConnectionRef,
  { kind, parked }: MfaStep,
): Promise<void> => {
  const { run, challengeId } = parked
  const at = { ...ref, runId: run.id, challengeId, atMs: Date.now() }
  if (kind === 'submit_mfa') {
    noteSubmission(state, parked, await caller(state, ref).submitMfaAnswer(at))
    return
  }
  state.snapshot = await database.expireChallenge(at)
  state.parked = null
  endRun(state, 'failed')
}

const performRun = async (
  state: WorkflowState,
  ref: ConnectionRef,
  step: RunStep,
): Promise<void> => {
  switch (step.kind) {
    case 'request_refresh':
      return requestRefresh(state, ref, step.run)
    case 'poll_refresh':
      return pollRefresh(state, ref, step.run)
    case 'read':
      return read(state, ref, step.run)
  }
}

const performFlow = async (
  state: WorkflowState,
  ref: ConnectionRef,
  step: FlowStep,
): Promise<void> => {
  const at = { ...ref, atMs: Date.now() }
  switch (step.kind) {
    case 'begin_flow':
      state.snapshot = await caller(state, ref).beginFlow({ ...at, flowId: step.flowId })
      state.flowsToBegin = state.flowsToBegin.filter((id) => id !== step.flowId)
      return
    case 'complete_flow':
      return completeFlow(state, ref, step.flowId)
    case 'end_flows':
      state.snapshot = await patient.endFlows(at)
      return
  }
}

const performCommand = async (
  state: WorkflowState,
  ref: ConnectionRef,
  step: CommandStep,
): Promise<void> => {
  switch (step.kind) {
    case 'disconnect':
      return disconnect(state, ref, step)
    case 'set_auto_sync':
      return setAutoSync(state, ref, step)
    case 'choose_accounts':
      return chooseAccounts(state, ref, step)
    case 'refresh_accounts': {
      const { requestId } = step
      const input = { ...ref, requestId, atMs: Date.now() }
      state.snapshot = await caller(state, ref).refreshAccounts(input)
      if (state.refreshAccounts === requestId) state.refreshAccounts = null
      return
    }
  }
}

const performBook = async (
  state: WorkflowState,
  ref: ConnectionRef,
  step: BookStep,
): Promise<void> => {
  const at = { ...ref, atMs: Date.now() }
  switch (step.kind) {
    case 'load':
      state.snapshot = await database.loadConnection(at)
      state.loaded = true
      return
    case 'record':
      return record(state, ref, step)
    case 'note_refusal':
      await patient.noteRefusal({ ...at, name: step.name, number: step.number })
      state.refusals.shift()
      state.refusalsNoted = step.number
      return
    case 'adopt_settings':
      state.settingsChanged = false
      state.snapshot = await patient.adoptSettings(at)
      return
    case 'look':
      state.eventAtMs = null
      noteAsked(state, at.atMs)
      state.snapshot = await caller(state, ref).lookAtConnection(at)
      return
    case 'consent_due':
      state.snapshot = await patient.consentDue(at)
      return
    case 'remove':
      state.snapshot = await patient.removeConnection(at)
      return
  }
}

/** Does one step; throws only what the caller turns into state. */
export const perform = (state: WorkflowState, ref: ConnectionRef, step: Doing): Promise<void> => {
  if (isRunStep(step)) return performRun(state, ref, step)
  if (isFlowStep(step)) return performFlow(state, ref, step)
  if (isMfaStep(step)) return performMfa(state, ref, step)
  if (isCommandStep(step)) return performCommand(state, ref, step)
  return performBook(state, ref, step)
}
