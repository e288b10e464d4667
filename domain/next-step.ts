import type { DisconnectReason, RunCause, Snapshot } from './connection.ts'
import type { Choice, ParkedRun, RunState, Unrecorded, WorkflowState } from './workflow-state.ts'

/** What the connection workflow does next. */
export type Step =
  | { kind: 'load' }
  | { kind: 'record'; failed: Unrecorded }
  | { kind: 'disconnect'; requestId: string; revoke: boolean }
  | { kind: 'note_refusal'; name: string; number: number }
  | { kind: 'submit_mfa'; parked: ParkedRun }
  | { kind: 'expire_mfa'; parked: ParkedRun }
  | { kind: 'resume_run'; run: RunState }
  | { kind: 'set_auto_sync'; requestId: string; enabled: boolean }
  | { kind: 'begin_flow'; flowId: string }
  | { kind: 'complete_flow'; flowId: string }
  | { kind: 'choose_accounts'; requestId: string; choices: Choice[] }
  | { kind: 'refresh_accounts'; requestId: string }
  | { kind: 'adopt_settings' }
  | { kind: 'start_run'; cause: RunCause }
  | { kind: 'request_refresh'; run: RunState }
  | { kind: 'poll_refresh'; run: RunState }
  | { kind: 'read'; run: RunState }
  | { kind: 'look' }
  | { kind: 'consent_due' }
  | { kind: 'end_flows' }
  | { kind: 'remove' }
  | { kind: 'leave' }
  | { kind: 'wait'; untilMs: number | null; summary: string }

/** Cycles after which the workflow continues as new: a week of 12 h slots. */
export const cyclesMax = 14

const commandStep = (state: WorkflowState): Step | null => {
  const [failed] = state.unrecorded
  if (failed) return { kind: 'record', failed }
  if (state.disconnect !== null)
    return { kind: 'disconnect', requestId: state.disconnect, revoke: !state.revokeGivenUp }
  // a code is good for minutes
  if (state.parked?.answer === 'given') return { kind: 'submit_mfa', parked: state.parked }
  if (state.autoSync) return { kind: 'set_auto_sync', ...state.autoSync }
  const [begin] = state.flowsToBegin
  if (begin !== undefined) return { kind: 'begin_flow', flowId: begin }
  const [complete] = state.flowsToComplete
  if (complete !== undefined) return { kind: 'complete_flow', flowId: complete }
  const [choice] = state.choices
  if (choice) return { kind: 'choose_accounts', ...choice }
  return state.refreshAccounts === null
    ? null
    : { kind: 'refresh_accounts', requestId: state.refreshAccounts }
}

/** What strangers can ask for as often as they like: it comes last and may be carried on, so that it starves nothing. */
const patientStep = ({ settingsChanged, refusals, refusalsNoted }: WorkflowState): Step | null => {
  if (settingsChanged) return { kind: 'adopt_settings' }
  const [name] = refusals
  return name === undefined ? null : { kind: 'note_refusal', name, number: refusalsNoted + 1 }
}

const runStep = (run: RunState, nowMs: number): Step | null => {
  switch (run.phase) {
    case 'refresh':
      return { kind: 'request_refresh', run }
    case 'polling':
      return nowMs >= run.pollAtMs ? { kind: 'poll_refresh', run } : null
    case 'read':
      return { kind: 'read', run }
  }
}

/** A parked run whose time is over ends before another run could ask the bank for a new code. */
const parkedStep = ({ parked, run }: WorkflowState, nowMs: number): Step | null => {
  if (parked === null) return null
  if (parked.answer === null)
    return isDue(parked.expiresAtMs, nowMs) ? { kind: 'expire_mfa', parked } : null
  return parked.answer === 'taken' && run === null ? { kind: 'resume_run', run: parked.run } : null
}

const isDue = (atMs: number | null, nowMs: number): boolean => atMs !== null && nowMs >= atMs

/** What asks the provider for news; one at a time. */
const newsStep = (
  { run, eventAtMs }: WorkflowState,
  snapshot: Snapshot,
  nowMs: number,
): Step | null => {
  if (run !== null) return null
  if (isDue(snapshot.nextSyncAtMs, nowMs))
    return { kind: 'start_run', cause: snapshot.nextSyncIsRetry ? 'retry' : 'scheduled' }
  if (isDue(eventAtMs, nowMs)) return eventStep(snapshot)
  return isDue(snapshot.lookAtMs ?? null, nowMs) ? { kind: 'look' } : null
}

const dueStep = (state: WorkflowState, snapshot: Snapshot, nowMs: number): Step | null => {
  const news = newsStep(state, snapshot, nowMs)
  if (news !== null) return news
  const { flowLook } = snapshot
  if (flowLook && isDue(flowLook.atMs, nowMs)) return { kind: 'complete_flow', flowId: flowLook.id }
  if (isDue(snapshot.noticeAtMs, nowMs)) return { kind: 'consent_due' }
  if (isDue(snapshot.flowEndsAtMs, nowMs)) return { kind: 'end_flows' }
  return isDue(snapshot.removeAtMs, nowMs) ? { kind: 'remove' } : null
}

/** A hint never starts a refresh: it leads to a read where unattended reading is allowed, else to a look. */
const eventStep = (snapshot: Snapshot): Step =>
  snapshot.nextSyncAtMs === null ? { kind: 'look' } : { kind: 'start_run', cause: 'event' }

/** While a run is going on, nothing else starts one. */
const runWaits = (
  { run, eventAtMs }: WorkflowState,
  { nextSyncAtMs, lookAtMs }: Snapshot,
): [number | null, string][] =>
  run === null
    ? [
        [nextSyncAtMs, 'next synchronization'],
        [eventAtMs, 'follow a provider event'],
        [lookAtMs ?? null, 'look whether the connection is back'],
      ]
    : [[run.phase === 'polling' ? run.pollAtMs : null, 'refresh at the bank']]

const waitStep = (state: WorkflowState, snapshot: Snapshot): Step => {
  const waits: [number | null, string][] = [
    ...runWaits(state, snapshot),
    [state.parked?.answer === null ? state.parked.expiresAtMs : null, 'answer of a person'],
    [snapshot.noticeAtMs, 'end of consent comes nearer'],
    [snapshot.flowLook?.atMs ?? null, 'link flow at the provider'],
    [snapshot.flowEndsAtMs, 'link flow ends'],
    [snapshot.removeAtMs, 'removal of a connection never finished'],
  ]
  const due = waits.filter((wait): wait is [number, string] => wait[0] !== null)
  const [first] = due.toSorted(([a], [b]) => a - b)
  return first
    ? { kind: 'wait', untilMs: first[0], summary: first[1] }
    : { kind: 'wait', untilMs: null, summary: `waits for a person (${snapshot.state})` }
}

/**
 * Whether the workflow's life ends here: there is no such connection, or it was closed by command and no link flow is
 * open that could bring it back, or must be looked at because its consent comes late.
 */
export const isOver = (state: WorkflowState): boolean => {
  const { snapshot } = state
  if (!state.loaded) return false
  if (snapshot === null) return true
  // closed from outside while a run goes on or waits: the run ends first
  if (state.run !== null || state.parked !== null) return false
  const closed = snapshot.disconnectReason !== null && closing.includes(snapshot.disconnectReason)
  const isIdle = commandStep(state) === null && patientStep(state) === null
  return closed && snapshot.flowEndsAtMs === null && !snapshot.flowLook && isIdle
}

const closing: readonly DisconnectReason[] = ['user', 'support', 'legacy']

/** Decides the workflow's next step; pure, so that every combination can be tested without a server. */
export const nextStep = (state: WorkflowState, nowMs: number, leaveSuggested = false): Step => {
  if (!state.loaded) return { kind: 'load' }
  const { snapshot } = state
  if (snapshot === null || isOver(state)) return { kind: 'leave' }
  const mayLeave = state.run === null && (leaveSuggested || state.cycles >= cyclesMax)
  return (
    stepAtHand(state, snapshot, nowMs) ??
    (mayLeave ? { kind: 'leave' } : (patientStep(state) ?? waitStep(state, snapshot)))
  )
}

/** What can be done now: people's requests first, then the runs under way, then what is due. */
const stepAtHand = (state: WorkflowState, snapshot: Snapshot, nowMs: number): Step | null =>
  commandStep(state) ??
  parkedStep(state, nowMs) ??
  (state.run && runStep(state.run, nowMs)) ??
  dueStep(state, snapshot, nowMs)

/** Whether something arrived that must be done before leaving. */
export const hasWork = (state: WorkflowState): boolean =>
  !(state.loaded && state.snapshot === null) && (commandStep(state) !== null || state.run !== null)
