/** Asks the queue for work as a worker does, and never gets any. */
import { hostname } from 'node:os'
import { Connection } from '@temporalio/client'

const connection = await Connection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? '' })
const ask = () =>
  connection.withDeadline(Date.now() + 60_000, () =>
    connection.workflowService.pollWorkflowTaskQueue({
      namespace: process.env['TEMPORAL_NAMESPACE'] ?? '',
      taskQueue: { name: 'connections' },
      identity: `${process.pid}@${hostname()}`,
    }),
  )
for (;;) await ask().catch(() => new Promise((resolve) => setTimeout(resolve, 200)))
