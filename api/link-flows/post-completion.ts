import { z } from 'zod'
import { isLinkStateOf } from '../../db/link-state.ts'
import * as linkFlows from '../../db/queries/link-flows.ts'
import { withTenant } from '../../db/tenant.ts'
import { completeLink } from '../../workflows/messages.ts'
import { sendCommand } from '../commands.ts'
import { connectionInTenant } from '../connections/read-connection.ts'
import { notFound, Problem } from '../problem.ts'
import { route } from '../route.ts'
import { linkFlowSchema, toLinkFlow } from './link-flow-shape.ts'
import { completionParameters, storeCompletion, takesCompletion } from './store-completion.ts'

/** For programs that receive the browser themselves: hands over what the provider's page gave it. */
export const postCompletion = route({
  operation: 'POST /v1/link-flows/:flowId/completions',
  summary: 'The person came back: complete the link flow',
  params: z.strictObject({ flowId: z.uuid() }),
  body: z.strictObject({ parameters: completionParameters }),
  idempotent: true,
  answers: {
    202: { description: 'Handed over; the flow tells how it ends', schema: linkFlowSchema },
  },
  async handler(call, deps) {
    const { flowId } = call.params
    const { parameters } = call.body
    const { flow, target } = await withTenant(deps.pool, call.caller.tenantId, async (tx) => {
      const found = await linkFlows.maybeOneById(tx, flowId)
      if (found === null) throw notFound()
      if (!takesCompletion(found))
        throw new Problem('conflict', 'flow_closed', { why: found.state })
      const state = parameters['state']
      if (state !== undefined && !isLinkStateOf(deps.vault, flowId, state)) throw foreignState()
      await storeCompletion(tx, deps, { flowId, parameters })
      return { flow: found, target: await connectionInTenant(tx, found.connectionId) }
    })
    await sendCommand(deps, { call, target, update: completeLink, input: { flowId: flow.id } })
    return { status: 202, body: toLinkFlow(flow) }
  },
})

/** A person came back from the page of another flow: this one stays open for theirs. */
const foreignState = (): Problem =>
  new Problem('validation-failed', 'invalid_fields', {
    params: { n: 1 },
    errors: [{ pointer: '/body/parameters/state', detail: 'not the state of this flow' }],
  })
