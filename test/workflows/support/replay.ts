import { Worker } from '@temporalio/worker'
import { inject } from 'vitest'

interface Recorded {
  events: { workflowExecutionStartedEventAttributes?: { workflowId?: string } }[]
}

/** Replays a history, as JSON text, with today's code; rejects where the code would have decided differently. */
export const replay = (json: string): Promise<void> => {
  const history: Recorded = JSON.parse(json)
  // the workflow checks its own id, so it is replayed under the one it had
  const { workflowId = '' } = history.events[0]?.workflowExecutionStartedEventAttributes ?? {}
  const options = { workflowBundle: { codePath: inject('workflowBundle') } }
  return Worker.runReplayHistory(options, history, workflowId)
}
