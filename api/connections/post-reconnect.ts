import type { ConnectionView } from '../../db/queries/connection-views.ts'
import { beginLink, reconnect } from '../../workflows/messages.ts'
import { beginFlow } from '../link-flows/begin-flow.ts'
import { begunFlowSchema } from '../link-flows/link-flow-shape.ts'
import { Problem } from '../problem.ts'
import { route } from '../route.ts'
import { connectionParams } from './read-connection.ts'
import { flowBody, storeFlowFor } from './renew-flow.ts'

/** Brings a disconnected connection back, or begins again where the first link flow was never finished. */
export const postReconnect = route({
  operation: 'POST /v1/connections/:connectionId/reconnects',
  summary: 'Reconnect a disconnected connection',
  params: connectionParams,
  body: flowBody,
  idempotent: true,
  answers: {
    202: {
      description: 'Begun; open flow.url in the browser of the person',
      schema: begunFlowSchema,
    },
  },
  async handler(call, deps) {
    const { clientId } = call.caller
    const kindFor = ({ state, disconnectReason }: ConnectionView) => {
      if (disconnectReason === 'support')
        throw new Problem('conflict', 'closed_by_support', { why: 'support', params: { clientId } })
      if (state === 'not_connected') return 'link'
      if (state !== 'disconnected')
        throw new Problem('conflict', 'not_disconnected', { why: state })
      return 'reconnect'
    }
    const { view, kind } = await storeFlowFor(deps, call, kindFor)
    const update = kind === 'link' ? beginLink : reconnect
    return beginFlow(deps, call, { view, flowId: call.requestId, update })
  },
})
