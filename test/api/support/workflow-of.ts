import { connectionId as toConnectionId, connectionWorkflowId } from '../../../domain/ids.ts'
import type { Received } from './stand-in-connection.ts'
import type { World } from './world.ts'

/** The workflow of a connection. */
export const workflowOf = ({ temporal }: World, connectionId: string) =>
  temporal.workflow.getHandle(connectionWorkflowId(toConnectionId(connectionId)))

/** The messages that reached it so far, in order. */
export const receivedBy = (world: World, connectionId: string): Promise<Received[]> =>
  workflowOf(world, connectionId).query<Received[]>('received')

/** Tells the stand-in how to answer from now on: `refuse:<why>` or `end`. */
export const steer = (world: World, connectionId: string, kind: string): Promise<void> =>
  workflowOf(world, connectionId).signal('providerEvent', { kind })
