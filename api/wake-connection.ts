import { WorkflowNotFoundError } from '@temporalio/client'
import type { WorkflowHandle } from '@temporalio/client'
import * as linkFlows from '../db/queries/link-flows.ts'
import { withTenant } from '../db/tenant.ts'
import { connectionId, connectionWorkflowId } from '../domain/ids.ts'
import { credentialsUpdated, providerEvent } from '../workflows/messages.ts'
import type { Deps } from './deps.ts'

type Waking = Pick<Deps, 'temporal' | 'limits'>

interface Telling {
  id: string
  untilMs: number
  send: (handle: WorkflowHandle) => Promise<void>
}

const tell = async (
  { temporal }: Pick<Waking, 'temporal'>,
  { id, untilMs, send }: Telling,
): Promise<void> => {
  const handle = temporal.workflow.getHandle(connectionWorkflowId(connectionId(id)))
  try {
    await temporal.withDeadline(untilMs, () => send(handle))
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error
  }
}

/** Tells a connection's workflow to look again; one that does not run (any more) needs no telling. */
export const wakeConnection = (
  deps: Waking,
  id: string,
  { kind, untilMs = Date.now() + deps.limits.hookDeadlineMs }: { kind: string; untilMs?: number },
): Promise<void> =>
  tell(deps, { id, untilMs, send: (handle) => handle.signal(providerEvent, { kind }) })

/**
 * The provider says that a person has finished on its page: the workflow looks at the open flows, as if the person had
 * come back; without an open flow it looks at the connection.
 */
export const finishFlows = async (
  deps: Waking & Pick<Deps, 'pool'>,
  { tenantId, connectionId: id }: { tenantId: string; connectionId: string },
  untilMs: number,
): Promise<void> => {
  const open = await withTenant(deps.pool, tenantId, (tx) => linkFlows.listOpenByConnection(tx, id))
  const waiting = open.filter(({ state }) => state === 'waiting')
  const send = async (handle: WorkflowHandle): Promise<void> => {
    for (const { id: flowId } of waiting) await handle.signal(credentialsUpdated, { flowId })
    if (waiting.length === 0) await handle.signal(providerEvent, { kind: 'link_finished' })
  }
  await tell(deps, { id, untilMs, send })
}
