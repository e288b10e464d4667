import {
  continueAsNew,
  log,
  ParentClosePolicy,
  proxyActivities,
  startChild,
  TemporalFailure,
} from '@temporalio/workflow'
import type { Activities, ConnectionRef } from '../activities/index.ts'
import { connectionId, connectionWorkflowId } from '../domain/ids.ts'
import { catalogueRead, databaseCommand } from './activity-options.ts'

/** Brings the catalogue of one provider up to date; run by a Temporal Schedule. Where the provider does not answer, the catalogue stays as it was until the next run. */
export async function refreshCatalogue({ provider }: { provider: string }): Promise<void> {
  const { refreshInstitutions } = proxyActivities<Activities>({
    ...catalogueRead,
    taskQueue: `fetch-${provider}`,
  })
  await refreshInstitutions({ provider })
}

/** Deletes what is over: answers, keys, receipts; run by a Temporal Schedule. */
export async function sweepExpired(): Promise<void> {
  await proxyActivities<Activities>(databaseCommand).sweepExpired()
}

const lowestId = '00000000-0000-0000-0000-000000000000'

/**
 * Starts the workflow of every connection whose slot passed unused and that has none any more, because somebody ended it
 * by hand or it went with Temporal's database; run by a Temporal Schedule.
 */
export async function reviveOverdue({ after = lowestId }: { after?: string } = {}): Promise<void> {
  const { listOverdue } = proxyActivities<Activities>(databaseCommand)
  const overdue = await listOverdue({ after })
  await Promise.all(overdue.map(revive))
  const last = overdue.at(-1)
  if (last !== undefined) await continueAsNew<typeof reviveOverdue>({ after: last.connectionId })
}

const revive = async (ref: ConnectionRef): Promise<void> => {
  try {
    await startChild('connection', {
      workflowId: connectionWorkflowId(connectionId(ref.connectionId)),
      taskQueue: 'connections',
      args: [ref],
      parentClosePolicy: ParentClosePolicy.ABANDON,
    })
    log.warn('a connection had no workflow; started again', { ...ref })
  } catch (error) {
    // it lives, and has its reasons to be late
    if (!(
      error instanceof TemporalFailure && error.name === 'WorkflowExecutionAlreadyStartedError'
    ))
      throw error
  }
}
