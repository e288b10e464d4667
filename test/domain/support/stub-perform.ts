/** Does the steps of a connection without a server, the way the workflow does them; every activity answers at once. */
import type { ConnectionFacts, RunCause } from '../../../domain/connection.ts'
import type { FailureCode } from '../../../domain/failure.ts'
import { isFailureCode } from '../../../domain/failure.ts'
import type { Step } from '../../../domain/next-step.ts'
import { snapshotOf } from '../../../domain/snapshot.ts'
import type { Occurrence } from '../../../domain/transitions/occurrence.ts'
import { transition } from '../../../domain/transitions/transition.ts'
import type { RunState, WorkflowState } from '../../../domain/workflow-state.ts'
import { newRun } from '../../../domain/workflow-state.ts'
import { at, day, failedRun, readRun } from './facts.ts'

export interface Stub {
  state: WorkflowState
  /** Null once the connection is removed. */
  facts: ConnectionFacts | null
  flowEndsAtMs: number | null
  nowMs: number
  /** How every run ends. */
  outcome: FailureCode | 'ok'
}

const without = (ids: string[], done: string): string[] => ids.filter((id) => id !== done)

const record = (stub: Stub, occurrence: Occurrence): void => {
  const { facts, nowMs } = stub
  if (facts === null) return
  const { after } = transition(facts, occurrence, at(nowMs))
  stub.facts = { ...after, version: facts.version + 1 }
}

const show = (stub: Stub): void => {
  const { facts, flowEndsAtMs, nowMs } = stub
  stub.state.snapshot = facts === null ? null : snapshotOf(facts, flowEndsAtMs, nowMs)
}

const fail = (stub: Stub, { id: runId, cause }: RunState, code: FailureCode): void =>
  record(stub, failedRun(code, { runId, cause }))

const startRun = ({ state }: Stub, cause: RunCause): void => {
  state.run = newRun('run', cause)
  state.eventAtMs = null
}

const readOnce = (stub: Stub, run: RunState): void => {
  const { state, nowMs, outcome } = stub
  if (outcome === 'ok')
    record(stub, readRun({ cause: run.cause, consentExpiresAtMs: nowMs + 90 * day }))
  else fail(stub, run, outcome)
  state.run = null
  state.lastReadAtMs = nowMs
  state.cycles += 1
}

const complete = (stub: Stub, flowId: string): void => {
  const { state, nowMs } = stub
  stub.flowEndsAtMs = null
  record(stub, {
    kind: 'linked',
    flowId,
    flowKind: 'renewal',
    consentExpiresAtMs: nowMs + 90 * day,
    undecided: 0,
    gone: 0,
  })
  if (stub.facts) stub.facts.generation += 1
  state.flowsToComplete = without(state.flowsToComplete, flowId)
  if (stub.facts?.nextSyncAtMs && state.run === null) startRun(stub, 'renewal')
}

const choose = (stub: Stub, requestId: string): void => {
  const { state } = stub
  record(stub, { kind: 'accounts_chosen', requestId, chosen: 1, undecided: 0, user: 'Anna' })
  state.choices.shift()
  if (stub.facts?.state === 'connected' && state.run === null) startRun(stub, 'first')
}

const recordFailed = (stub: Stub, { failed }: Extract<Step, { kind: 'record' }>): void => {
  if (failed.kind === 'flow') stub.flowEndsAtMs = null
  else fail(stub, failed.run, isFailureCode(failed.code) ? failed.code : 'defect')
  stub.state.unrecorded.shift()
}

type Doing = Exclude<Step, { kind: 'wait' | 'leave' }>
type Doings = {
  [Kind in Doing['kind']]: (stub: Stub, step: Extract<Doing, { kind: Kind }>) => void
}

const readNow = (_stub: Stub, { run }: { run: RunState }): void => {
  run.phase = 'read'
}

const doings: Doings = {
  load: ({ state }) => {
    state.loaded = true
  },
  record: recordFailed,
  disconnect: (stub, { requestId }) => {
    record(stub, { kind: 'disconnected', reason: 'user', requestId })
    stub.state.disconnect = null
    stub.state.run = null
    stub.state.parked = null
  },
  submit_mfa: (_stub, { parked }) => {
    parked.answer = 'taken'
  },
  expire_mfa: (stub, { parked }) => {
    const { run, challengeId } = parked
    const ended = { kind: 'mfa_ended', how: 'expired', user: '', undecided: 0 } as const
    record(stub, { ...ended, challengeId, runId: run.id })
    stub.state.parked = null
    stub.state.cycles += 1
  },
  resume_run: ({ state }, { run }) => {
    state.parked = null
    state.run = run
  },
  note_refusal: ({ state }, { number }) => {
    state.refusals.shift()
    state.refusalsNoted = number
  },
  set_auto_sync: (stub, { requestId, enabled }) => {
    record(stub, { kind: 'auto_sync_set', requestId, enabled, user: 'Anna' })
    stub.state.autoSync = null
  },
  begin_flow: (stub, { flowId }) => {
    stub.flowEndsAtMs = stub.nowMs + day
    stub.state.flowsToBegin = without(stub.state.flowsToBegin, flowId)
  },
  complete_flow: (stub, { flowId }) => complete(stub, flowId),
  choose_accounts: (stub, { requestId }) => choose(stub, requestId),
  refresh_accounts: ({ state }) => {
    state.refreshAccounts = null
  },
  adopt_settings: (stub) => {
    stub.state.settingsChanged = false
    record(stub, { kind: 'settings_changed' })
  },
  start_run: (stub, { cause }) => startRun(stub, cause),
  request_refresh: readNow,
  poll_refresh: readNow,
  read: (stub, { run }) => readOnce(stub, run),
  look: ({ state }) => {
    state.eventAtMs = null
  },
  consent_due: (stub) => record(stub, { kind: 'consent_due' }),
  end_flows: (stub) => {
    stub.flowEndsAtMs = null
  },
  remove: (stub) => {
    stub.facts = null
  },
}

/** Does one step and shows the workflow what became of it. */
export const perform = (stub: Stub, step: Doing): void => {
  const act = doings[step.kind] as (stub: Stub, step: Doing) => void
  act(stub, step)
  show(stub)
}
