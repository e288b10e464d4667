import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
  makeContinueAsNewFunc,
  sleep,
  workflowInfo,
} from '@temporalio/workflow'
import type { ConnectionRef } from '../activities/index.ts'
import { connectionId, connectionWorkflowId, isUuid } from '../domain/ids.ts'
import type { Step } from '../domain/next-step.ts'
import { hasWork, isOver, nextStep } from '../domain/next-step.ts'
import type { WorkflowState } from '../domain/workflow-state.ts'
import { freshState } from '../domain/workflow-state.ts'
import { noteFailure } from './connection-failures.ts'
import type { Handled } from './connection-handlers.ts'
import { registerHandlers } from './connection-handlers.ts'
import type { Doing } from './connection-steps.ts'
import { perform, startRun } from './connection-steps.ts'
import { resume } from './connection-challenges.ts'
import { createSupportView } from './connection-support-view.ts'
import type { ConnectionInput } from './messages.ts'

/** Keeps one bank connection in step for its whole life. Workflow id: connection/<connectionId>. */
export async function connection(input: ConnectionInput): Promise<void> {
  const ref = refOf(input)
  const handled: Handled = { state: begin(input), changed: false, work: null }
  registerHandlers(handled)
  const supportView = createSupportView(ref)
  const { state } = handled

  for (;;) {
    const step = nextStep(state, Date.now(), leaveSuggested())
    supportView.show(state, step)
    if (step.kind === 'leave') {
      await condition(() => allHandlersFinished() || hasWork(state))
      if (!hasWork(state)) break
    } else if (step.kind === 'wait') {
      await waitForChange(handled, step)
    } else if (step.kind === 'start_run') {
      startRun(state, step.cause)
    } else if (step.kind === 'resume_run') {
      resume(state, step.run)
    } else {
      await performInto(handled, ref, step)
    }
  }
  if (!isOver(state)) await continueWith({ ...ref, carried: carryOver(state) })
}

const continueWith = makeContinueAsNewFunc<typeof connection>({
  initialVersioningBehavior: 'AUTO_UPGRADE',
})

/** Anybody may start the workflow with the ordinary command line, so the input is checked by hand. */
const refOf = (input: unknown): ConnectionRef => {
  const { tenantId, connectionId: id } = (input ?? {}) as Partial<ConnectionInput>
  const expected = isUuid(id) ? connectionWorkflowId(connectionId(id)) : null
  if (!isUuid(tenantId) || expected === null)
    throw ApplicationFailure.nonRetryable(
      'the input must be { tenantId, connectionId }, both uuids',
    )
  if (workflowInfo().workflowId !== expected)
    throw ApplicationFailure.nonRetryable(`the workflow of this connection has the id ${expected}`)
  return { tenantId: tenantId.toLowerCase(), connectionId: connectionId(id ?? '') }
}

const begin = ({ carried }: ConnectionInput): WorkflowState => {
  const fresh = freshState()
  // of a stranger's making, or of another time
  return carried?.schemaVersion === fresh.schemaVersion ? { ...fresh, ...carried } : fresh
}

/** Everything but what belongs to one workflow run; the facts are read again by the next one. */
const carryOver = (state: WorkflowState): WorkflowState => ({ ...state, loaded: false, cycles: 0 })

const leaveSuggested = (): boolean => {
  const { continueAsNewSuggested, targetWorkerDeploymentVersionChanged } = workflowInfo()
  return continueAsNewSuggested || targetWorkerDeploymentVersionChanged
}

/**
 * Waits beside a timer of its own: `condition` with a timeout makes more than twice as many promises, and of each of them
 * the worker keeps a stack trace, which was the better part of a cycle in which nothing happens.
 */
const waitForChange = async (
  handled: Handled,
  { untilMs, summary }: Extract<Step, { kind: 'wait' }>,
): Promise<void> => {
  if (untilMs === null) await condition(() => handled.changed)
  else {
    const timer = new CancellationScope()
    let isDue = false
    const end = () => {
      isDue = true
    }
    timer.run(() => sleep(Math.max(1, untilMs - Date.now()), { summary })).then(end, end)
    await condition(() => handled.changed || isDue)
    if (!isDue) timer.cancel()
  }
  handled.changed = false
}

const performInto = async (handled: Handled, ref: ConnectionRef, step: Doing): Promise<void> => {
  const { state } = handled
  const scope = new CancellationScope()
  let isStopped = false
  const stopWork = (): void => {
    isStopped = true
    scope.cancel()
  }
  handled.work = isStoppable(step) ? { kind: step.kind, stop: stopWork } : null
  try {
    await scope.run(() => perform(state, ref, step))
  } catch (error) {
    // a disconnection or an answer stopped the work in hand; anything else that cancels is an operator, and ends the workflow
    if (isCancellation(error) && !isStopped) throw error
    if (!isStopped) noteFailure(state, step, error)
  } finally {
    handled.work = null
  }
}

const isStoppable = ({ kind }: Doing): boolean =>
  kind === 'read' || kind === 'request_refresh' || kind === 'poll_refresh'
