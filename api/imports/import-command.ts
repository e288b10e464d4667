/** The way to the workflow of an import: started with every command, because it ends when nothing waits. */
import type { UpdateDefinition } from '@temporalio/client'
import { WithStartWorkflowOperation } from '@temporalio/client'
import type { ConfirmRefusal } from '../../domain/statement-import.ts'
import { statementImportWorkflowId } from '../../domain/statement-import.ts'
import type { DetailKey } from '../../locales/render.ts'
import type { ImportAnswer, StatementImportInput } from '../../workflows/messages.ts'
import { sendWithStart } from '../commands.ts'
import type { Deps } from '../deps.ts'
import { notFound, Problem } from '../problem.ts'
import type { Call } from '../route.ts'

const workflowType = 'statementImport'

const startOf = (input: StatementImportInput) => ({
  workflowId: statementImportWorkflowId(input.importId),
  workflowIdConflictPolicy: 'USE_EXISTING' as const,
  taskQueue: 'connections',
  args: [input] as [StatementImportInput],
  typedSearchAttributes: [
    { key: { name: 'TenantId', type: 'KEYWORD' as const }, value: input.tenantId },
  ],
})

/** Begins the work on a file that is stored; harmless where it has begun. */
export const startImport = async (
  { temporal, limits }: Pick<Deps, 'temporal' | 'limits'>,
  input: StatementImportInput,
): Promise<void> => {
  await temporal.withDeadline(Date.now() + limits.commandDeadlineMs, () =>
    temporal.workflow.start(workflowType, startOf(input)),
  )
}

const details: Record<Exclude<ConfirmRefusal, 'not_found'>, DetailKey> = {
  not_ready: 'import_not_ready',
  stale: 'import_stale',
  question_open: 'import_question_open',
  nothing_importable: 'import_nothing_importable',
  over: 'import_over',
}

/** A refusal as a problem: 404, or 409 that says why. */
export const toImportRefusal = (why: ConfirmRefusal): Problem =>
  why === 'not_found' ? notFound() : new Problem('conflict', details[why], { why })

/** Sends a command to the import's workflow; throws what the workflow refuses. */
export const sendImportCommand = async <Input>(
  deps: Pick<Deps, 'temporal' | 'limits'>,
  { caller, updateId, params }: Pick<Call<{ importId: string }>, 'caller' | 'updateId' | 'params'>,
  { update, input }: { update: UpdateDefinition<ImportAnswer, [Input]>; input: Input },
): Promise<void> => {
  const { importId } = params
  const start = startOf({ tenantId: caller.tenantId, importId })
  const startWorkflowOperation = new WithStartWorkflowOperation(workflowType, {
    ...start,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
  })
  const answer = await sendWithStart(deps, { updateId, startWorkflowOperation, update, input })
  if (answer.kind === 'refused') throw toImportRefusal(answer.why)
}
