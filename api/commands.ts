/** The one place where a command reaches a connection's workflow: deadline, update id, start, refusals. */
import type { UpdateDefinition, Workflow } from '@temporalio/client'
import {
  ApplicationFailure,
  WithStartWorkflowOperation,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client'
import { connectionId, connectionWorkflowId } from '../domain/ids.ts'
import type { Deps } from './deps.ts'
import { Problem } from './problem.ts'
import type { Call } from './route.ts'
import { isTemporalAway } from './temporal-away.ts'

const taskQueue = 'connections'
const retrySoonSeconds = 5

/** The connection a command is for, as it was just read within the tenant. */
interface Target {
  id: string
  provider: string
  institutionName: string
  state: string
}

interface Command<Answer, Input> {
  call: Pick<Call, 'caller' | 'updateId'>
  target: Target
  update: UpdateDefinition<Answer, [Input]>
  input: Input
}

const keyword = (name: string, value: string) => ({
  key: { name, type: 'KEYWORD' as const },
  value,
})

const startOperation = (tenantId: string, { id, ...target }: Target) =>
  new WithStartWorkflowOperation('connection', {
    workflowId: connectionWorkflowId(connectionId(id)),
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    taskQueue,
    args: [{ tenantId, connectionId: id }],
    staticSummary: `${target.institutionName} through ${target.provider}`.slice(0, 200),
    typedSearchAttributes: [
      keyword('Provider', target.provider),
      keyword('TenantId', tenantId),
      keyword('ConnectionState', target.state),
    ],
  })

const noAnswer = (cause: unknown): Problem =>
  new Problem('service-unavailable', 'no_answer', { retryAfterSeconds: retrySoonSeconds, cause })

const toProblem = (error: unknown): unknown => {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || isTemporalAway(error))
    return noAnswer(error)
  if (!(error instanceof WorkflowUpdateFailedError)) return error
  const { cause } = error
  // a full queue of requests empties by itself; an update cut off by the end of its workflow run is repeated by the caller
  if (cause instanceof ApplicationFailure && cause.type === 'TypeError')
    return new Problem('conflict', 'refused_by_workflow', { cause: error })
  return noAnswer(error)
}

/**
 * Sends a command to the connection's workflow, starting it where none runs, and waits for the answer until the
 * deadline. The update id makes a repetition harmless. Throws 409 when the workflow refuses, 503 when nobody answers.
 */
export const sendCommand = <Answer, Input>(
  deps: Pick<Deps, 'temporal' | 'limits'>,
  { call, target, ...command }: Command<Answer, Input>,
): Promise<Answer> =>
  sendWithStart(deps, {
    ...command,
    updateId: call.updateId,
    startWorkflowOperation: startOperation(call.caller.tenantId, target),
  })

interface WithStart<Answer, Input> extends Pick<Command<Answer, Input>, 'update' | 'input'> {
  updateId: string
  startWorkflowOperation: WithStartWorkflowOperation<Workflow>
}

/** The same for a workflow that the caller names. */
export const sendWithStart = async <Answer, Input>(
  { temporal, limits }: Pick<Deps, 'temporal' | 'limits'>,
  { updateId, startWorkflowOperation, update, input }: WithStart<Answer, Input>,
): Promise<Answer> => {
  // rejects together with the update, which is awaited below
  startWorkflowOperation.workflowHandle().catch(() => undefined)
  try {
    return await temporal.withDeadline(Date.now() + limits.commandDeadlineMs, () =>
      temporal.workflow.executeUpdateWithStart(update, {
        startWorkflowOperation,
        updateId,
        args: [input],
      }),
    )
  } catch (error) {
    throw toProblem(error)
  }
}
