import { WorkflowNotFoundError } from '@temporalio/client'
import { connectionId, connectionWorkflowId } from '../domain/ids.ts'
import { providerEvent } from '../workflows/messages.ts'
import type { Deps } from './deps.ts'

/** Tells a connection's workflow to look again; one that does not run (any more) needs no telling. */
export const wakeConnection = async (
  { temporal, limits }: Pick<Deps, 'temporal' | 'limits'>,
  id: string,
  kind: string,
): Promise<void> => {
  const handle = temporal.workflow.getHandle(connectionWorkflowId(connectionId(id)))
  try {
    await temporal.withDeadline(Date.now() + limits.hookDeadlineMs, () =>
      handle.signal(providerEvent, { kind }),
    )
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error
  }
}
