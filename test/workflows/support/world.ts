/** A namespace with a worker for connections, and a second one for what providers are asked. */
import { randomUUID } from 'node:crypto'
import type { Client, WorkflowHandle } from '@temporalio/client'
import { Context } from '@temporalio/activity'
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker'
import { inject } from 'vitest'
import type { ConnectionFacts } from '../../../domain/connection.ts'
import type { ConnectionStatus } from '../../../workflows/messages.ts'
import * as messages from '../../../workflows/messages.ts'
import { createTestNamespace } from '../../support/temporal.ts'
import type { Bank } from './bank.ts'
import { createBank } from './bank.ts'
import { createFakeActivities } from './fake-activities.ts'

export interface Subject {
  tenantId: string
  connectionId: string
  workflowId: string
  bank: Bank
  handle: WorkflowHandle
}

export interface World {
  address: string
  namespace: string
  client: Client
  /** A connection that is known to the activities; its workflow is not started. */
  arrange: (facts?: Partial<ConnectionFacts>) => Subject
  /** The same, and its workflow runs. */
  live: (facts?: Partial<ConnectionFacts>) => Promise<Subject>
  start: (subject: Subject) => Promise<void>
  close: () => Promise<void>
}

interface Parts {
  address: string
  namespace: string
  client: Client
  connection: NativeConnection
  end: () => Promise<unknown>
}

/** Runs the workers over the given server; used for the ordinary server and for the one that skips time. */
export const createWorld = async (parts: Parts): Promise<World> => {
  const { client, connection, namespace } = parts
  const banks = new Map<string, Bank>()
  const activities = createFakeActivities(banks)
  const shared = { connection, namespace, activities, shutdownGraceTime: '1 second' }
  const workers = await Promise.all([
    Worker.create({
      ...shared,
      taskQueue: 'connections',
      workflowBundle: { codePath: inject('workflowBundle') },
      maxConcurrentActivityTaskPolls: 5,
    }),
    Worker.create({ ...shared, taskQueue: 'fetch-ponto' }),
  ])
  const running = Promise.all(workers.map((worker) => worker.run()))
  const arrange = (facts: Partial<ConnectionFacts> = {}): Subject => {
    const [tenantId, connectionId] = [randomUUID(), randomUUID()]
    const bank = createBank(tenantId, { ...facts, id: connectionId })
    banks.set(connectionId, bank)
    const workflowId = `connection/${connectionId}`
    return {
      tenantId,
      connectionId,
      workflowId,
      bank,
      handle: client.workflow.getHandle(workflowId),
    }
  }
  const start = async ({ workflowId, tenantId, connectionId }: Subject): Promise<void> => {
    await client.workflow.start('connection', {
      workflowId,
      taskQueue: 'connections',
      args: [{ tenantId, connectionId }],
    })
  }
  return {
    address: parts.address,
    namespace,
    client,
    arrange,
    start,
    live: async (facts) => {
      const subject = arrange(facts)
      await start(subject)
      return subject
    },
    close: async () => {
      for (const worker of workers) worker.shutdown()
      await running
      await parts.end()
    },
  }
}

/** Only what is wrong is worth a line in the output of tests. */
export const quiet = (): void => {
  Runtime.install({ logger: new DefaultLogger('ERROR') })
}

export const openWorld = async (): Promise<World> => {
  quiet()
  const { address, namespace, client, close } = await createTestNamespace()
  const connection = await NativeConnection.connect({ address })
  const end = async () => {
    await connection.close()
    await close()
  }
  return createWorld({ address, namespace, client, connection, end })
}

export const statusOf = ({ handle }: Subject): Promise<ConnectionStatus> =>
  handle.query(messages.status)

/** The id of the workflow run that is under way. */
export const currentRunOf = async ({ handle }: Subject): Promise<string> =>
  (await handle.describe()).runId

export const aRequest = (): { requestId: string } => ({ requestId: randomUUID() })
export const aFlow = (): { flowId: string } => ({ flowId: randomUUID() })

/** In an activity: an answer that never comes, as from a bank that hangs; ends with the worker. */
export const untilStopped = (): Promise<undefined> => Context.current().cancelled
