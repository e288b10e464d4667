import { z } from 'zod'
import * as linkFlows from '../../db/queries/link-flows.ts'
import { withTenant } from '../../db/tenant.ts'
import { notFound } from '../problem.ts'
import { route } from '../route.ts'
import { takeUrl } from './begin-flow.ts'
import { linkFlowSchema, toLinkFlow } from './link-flow-shape.ts'

/** One link flow; shows the bank's page to the first who asks with a key that may begin flows. */
export const getLinkFlow = route({
  operation: 'GET /v1/link-flows/:flowId',
  summary: 'Progress of a link flow',
  params: z.strictObject({ flowId: z.uuid() }),
  getOnly: true,
  answers: {
    200: {
      description: 'The flow; with url when nobody was shown it before',
      schema: linkFlowSchema,
    },
  },
  handler: ({ caller, params }, deps) =>
    withTenant(deps.pool, caller.tenantId, async (tx) => {
      const flow = await linkFlows.maybeOneById(tx, params.flowId)
      if (flow === null) throw notFound()
      const mayOpen = flow.state === 'waiting' && caller.scope === 'erp'
      const url = mayOpen ? await takeUrl(tx, deps, flow.id) : undefined
      return { status: 200, body: toLinkFlow(flow, url) }
    }),
})
