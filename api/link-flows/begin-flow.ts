import { setTimeout as wait } from 'node:timers/promises'
import type { UpdateDefinition } from '@temporalio/client'
import type { DatabaseTransactionConnection } from 'slonik'
import type { ConnectionView } from '../../db/queries/connection-views.ts'
import type { LinkFlow } from '../../db/queries/link-flows.ts'
import * as linkFlows from '../../db/queries/link-flows.ts'
import * as oneTimeSecrets from '../../db/queries/one-time-secrets.ts'
import { withTenant } from '../../db/tenant.ts'
import type { Language } from '../../locales/languages.ts'
import type { FlowInput } from '../../workflows/messages.ts'
import { sendCommand } from '../commands.ts'
import { connectionInTenant } from '../connections/read-connection.ts'
import { toConnection } from '../connections/connection-shape.ts'
import type { Deps } from '../deps.ts'
import type { Call, Reply } from '../route.ts'
import { toLinkFlow } from './link-flow-shape.ts'
import { hashLinkState, linkStateOf } from '../../db/link-state.ts'

/** How long a person has; the provider may allow less, which is then what holds. */
const flowTtlSeconds = 1_800

interface NewFlow {
  connectionId: string
  kind: LinkFlow['kind']
  returnUrl: string
  locale: Language
}

/** Adds the flow's row, once per request: a repeated request finds it. */
export const storeFlow = (
  tx: DatabaseTransactionConnection,
  { vault }: Pick<Deps, 'vault'>,
  { id, startedBy, ...flow }: NewFlow & { id: string; startedBy: string },
): Promise<void> =>
  linkFlows.create(tx, {
    ...flow,
    id,
    stateHash: hashLinkState(linkStateOf(vault, id)),
    startedBy,
    ttlSeconds: flowTtlSeconds,
  })

/** Tells the workflow to begin a stored flow, waits a little for the bank's page, and answers 202 with what there is. */
export const beginFlow = async (
  deps: Deps,
  call: Pick<Call, 'caller' | 'updateId'>,
  begin: { view: ConnectionView; flowId: string; update: UpdateDefinition<FlowInput, [FlowInput]> },
): Promise<Reply> => {
  const { view, flowId, update } = begin
  await sendCommand(deps, { call, target: view, update, input: { flowId } })
  const { flow, connection, url } = await pageOfFlow(deps, call.caller.tenantId, flowId)
  const { clientId } = call.caller
  return {
    status: 202,
    body: { connection: toConnection(connection, clientId), flow: toLinkFlow(flow, url) },
    // the address is shown once: a repetition is told the flow, not its page
    replay: { connection: toConnection(connection, clientId), flow: toLinkFlow(flow) },
  }
}

const firstPauseMs = 50
const longestPauseMs = 400

const pageOfFlow = async (deps: Deps, tenantId: string, flowId: string) => {
  const endsAtMs = Date.now() + deps.limits.linkWaitMs
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    const seen = await withTenant(deps.pool, tenantId, async (tx) => {
      const flow = await linkFlows.oneById(tx, flowId)
      const url = flow.state === 'waiting' ? await takeUrl(tx, deps, flowId) : undefined
      return { flow, url, connection: await connectionInTenant(tx, flow.connectionId) }
    })
    if (seen.flow.state !== 'requested' || Date.now() + pauseMs >= endsAtMs) return seen
    await wait(pauseMs)
  }
}

/** The address of the bank's page; undefined once it was shown. */
export const takeUrl = async (
  tx: DatabaseTransactionConnection,
  { vault }: Pick<Deps, 'vault'>,
  flowId: string,
): Promise<string | undefined> =>
  (await oneTimeSecrets.take({ tx, vault }, 'link_url', flowId))?.reveal()
