/** Real workers for the activities of a scene, in a namespace of their own. */
import { randomUUID } from 'node:crypto'
import type { WorkflowHandle } from '@temporalio/client'
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker'
import { inject } from 'vitest'
import { FailureInterceptor } from '../../../activities/interceptors.ts'
import { eventually } from '../../support/eventually.ts'
import * as messages from '../../../workflows/messages.ts'
import { createTestNamespace } from '../../support/temporal.ts'
import type { Scene } from './scene.ts'
import type { Subject } from './subject.ts'

/** Starts the workers; `close` them in `afterAll`. */
export const openWorker = async ({ activities }: Scene) => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) })
  const { address, namespace, client, close } = await createTestNamespace()
  const connection = await NativeConnection.connect({ address })
  const shared = {
    connection,
    namespace,
    activities,
    interceptors: {
      activity: [
        (context: ConstructorParameters<typeof FailureInterceptor>[0]) => ({
          inbound: new FailureInterceptor(context),
        }),
      ],
    },
    shutdownGraceTime: '1 second',
  }
  const workers = await Promise.all([
    Worker.create({
      ...shared,
      taskQueue: 'connections',
      workflowBundle: { codePath: inject('workflowBundle') },
    }),
    Worker.create({ ...shared, taskQueue: 'fetch-ponto' }),
  ])
  const running = Promise.all(workers.map((worker) => worker.run()))

  /** Starts the workflow of a connection. */
  const start = ({ tenantId, connectionId }: Subject): Promise<WorkflowHandle> =>
    client.workflow.start('connection', {
      workflowId: `connection/${connectionId}`,
      taskQueue: 'connections',
      args: [{ tenantId, connectionId }],
    })

  return {
    start,
    /** A person asks for a synchronization and waits for its end; returns the run's id. */
    pressSync: async (subject: Subject, handle: WorkflowHandle): Promise<string> => {
      const requestId = randomUUID()
      const answer = await handle.executeUpdate(messages.syncNow, { args: [{ requestId }] })
      if (answer.kind === 'refused') throw new Error(`refused: ${answer.why}`)
      await eventually('The end of the run', async () => {
        const { outcome } = await subject.runOf(answer.runId)
        return outcome !== null && (await handle.query(messages.status)).runId === null
      })
      return answer.runId
    },
    close: async () => {
      for (const worker of workers) worker.shutdown()
      await running
      await connection.close()
      await close()
    },
  }
}

export type TestWorker = Awaited<ReturnType<typeof openWorker>>
