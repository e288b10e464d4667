import { z } from 'zod'
import * as syncRuns from '../../db/queries/sync-runs.ts'
import { withTenant } from '../../db/tenant.ts'
import { syncNow } from '../../workflows/messages.ts'
import { sendCommand } from '../commands.ts'
import { newReference } from '../reference.ts'
import { route } from '../route.ts'
import { createJoinSyncs } from './join-syncs.ts'
import { personBody, personOf, storePerson } from './person.ts'
import { connectionInTenant, connectionParams } from './read-connection.ts'
import { toRefusal } from './refusals.ts'

const accepted = z.object({
  runId: z.uuid().meta({ description: 'See GET /v1/runs/{runId}' }),
  joined: z.boolean().meta({ description: 'true when a run was under way already' }),
})

const joinSyncs = createJoinSyncs()

/** Fetches transactions now: starts a run or joins the one under way. */
export const postSync = route({
  operation: 'POST /v1/connections/:connectionId/syncs',
  summary: 'Fetch transactions now',
  params: connectionParams,
  body: z.strictObject({ person: personBody.optional() }),
  idempotent: true,
  answers: { 202: { description: 'A run was started or joined', schema: accepted } },
  async handler(call, deps) {
    const { caller, params, body, requestId, request } = call
    const { tenantId } = caller
    const target = await withTenant(deps.pool, tenantId, async (tx) => {
      const view = await connectionInTenant(tx, params.connectionId)
      await storePerson(tx, deps, { requestId, person: personOf(body.person, request) })
      return view
    })
    const answer = await joinSyncs(target.id, () =>
      sendCommand(deps, { call, target, update: syncNow, input: { requestId } }),
    )
    if (answer.kind === 'refused') throw toRefusal(answer, target, Date.now())
    const { kind, runId } = answer
    if (kind === 'started') {
      // so that GET /v1/runs finds it at once; the worker adds it too and whoever is first wins
      const run = {
        id: runId,
        connectionId: target.id,
        cause: 'person',
        reference: newReference(),
      } as const
      await withTenant(deps.pool, tenantId, (tx) => syncRuns.accept(tx, run))
    }
    return { status: 202, body: { runId, joined: kind === 'joined' } }
  },
})
