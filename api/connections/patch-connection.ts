import { setTimeout as delay } from 'node:timers/promises'
import type { DatabaseTransactionConnection } from 'slonik'
import { z } from 'zod'
import * as connections from '../../db/queries/connections.ts'
import type { ConnectionView } from '../../db/queries/connection-views.ts'
import { withTenant } from '../../db/tenant.ts'
import { setAutoSync } from '../../workflows/messages.ts'
import { sendCommand } from '../commands.ts'
import type { Deps } from '../deps.ts'
import { plainText } from '../plain-text.ts'
import { notFound, Problem } from '../problem.ts'
import type { Call } from '../route.ts'
import { route } from '../route.ts'
import { wakeConnection } from '../wake-connection.ts'
import { connectionSchema, etagOf, toConnection } from './connection-shape.ts'
import { storePerson } from './person.ts'
import { connectionInTenant, connectionParams, readConnection } from './read-connection.ts'

const secondsMax = 30 * 86_400

const body = z.strictObject({
  autoSync: z.boolean().optional(),
  label: z.string().max(200).transform(plainText).optional(),
  syncIntervalSeconds: z.int().min(1).max(secondsMax).nullable().optional(),
})

type Changes = z.infer<typeof body>

/** Changes settings: the switch through the workflow, label and interval as rows. */
export const patchConnection = route({
  operation: 'PATCH /v1/connections/:connectionId',
  summary: 'Change automatic synchronization, label or interval',
  params: connectionParams,
  body,
  answers: { 200: { description: 'The connection as it is now', schema: connectionSchema } },
  async handler(call, deps) {
    const { caller, params, requestId } = call
    const before = await withTenant(deps.pool, caller.tenantId, async (tx) => {
      await checkVersion(tx, params.connectionId, call.request.get('if-match'))
      await storeRows(tx, params.connectionId, call.body)
      if (call.body.autoSync !== undefined)
        await storePerson(tx, deps, { requestId, person: { name: call.actingUser } })
      return connectionInTenant(tx, params.connectionId)
    })
    await tellWorkflow(deps, call, before)
    const view = await settled(() => readConnection(deps, call), call.body)
    const autoSync = call.body.autoSync ?? view.autoSync
    return {
      status: 200,
      headers: { ETag: etagOf(view) },
      body: { ...toConnection(view, caller.clientId), autoSync },
    }
  },
})

const settleTries = 30
const settlePauseMs = 100

/**
 * The connection once the workflow has stored the switch, so that whoever reads it next finds it set. A run under way may
 * take longer than this waits; the switch is kept by the workflow all the same.
 */
const settled = async (
  read: () => Promise<ConnectionView>,
  { autoSync }: Changes,
): Promise<ConnectionView> => {
  for (let tries = 1; ; tries += 1) {
    const view = await read()
    if (autoSync === undefined || view.autoSync === autoSync || tries === settleTries) return view
    await delay(settlePauseMs)
  }
}

const checkVersion = async (
  tx: DatabaseTransactionConnection,
  connectionId: string,
  ifMatch: string | undefined,
): Promise<void> => {
  const facts = await connections.lockById(tx, connectionId)
  if (facts === null) throw notFound()
  if (ifMatch === undefined || ifMatch === '*' || ifMatch === etagOf(facts)) return
  throw new Problem('stale-version', 'version_differs', { params: { version: etagOf(facts) } })
}

const storeRows = async (
  tx: DatabaseTransactionConnection,
  connectionId: string,
  { label, syncIntervalSeconds }: Changes,
): Promise<void> => {
  if (label !== undefined) await connections.setLabel(tx, connectionId, label)
  if (syncIntervalSeconds === undefined) return
  const set = await connections.setInterval(tx, connectionId, syncIntervalSeconds)
  if (set.kind !== 'too_short') return
  throw new Problem('validation-failed', 'interval_too_short', {
    params: { seconds: set.minSeconds },
    errors: [{ pointer: '/body/syncIntervalSeconds', detail: `at least ${set.minSeconds}` }],
  })
}

const tellWorkflow = async (
  deps: Deps,
  call: Call<unknown, unknown, Changes>,
  target: ConnectionView,
): Promise<void> => {
  const { autoSync, syncIntervalSeconds } = call.body
  if (syncIntervalSeconds !== undefined) await wakeConnection(deps, target.id, { kind: 'settings' })
  if (autoSync === undefined) return
  const input = { requestId: call.requestId, enabled: autoSync }
  await sendCommand(deps, { call, target, update: setAutoSync, input })
}
