import type { ConnectionView } from '../../db/queries/connection-views.ts'
import { beginRenewal } from '../../workflows/messages.ts'
import { beginFlow } from '../link-flows/begin-flow.ts'
import { begunFlowSchema } from '../link-flows/link-flow-shape.ts'
import { Problem } from '../problem.ts'
import { route } from '../route.ts'
import { connectionParams } from './read-connection.ts'
import { notConnected } from './refusals.ts'
import { flowBody, storeFlowFor } from './renew-flow.ts'

const renewal = (view: ConnectionView): 'renewal' => {
  const { state, disconnectReason } = view
  if (state === 'not_connected') throw notConnected(view)
  // after the end of a consent the provider still knows the connection; otherwise there is nothing to renew
  if (disconnectReason !== null && disconnectReason !== 'consent')
    throw new Problem('conflict', 'reconnect_instead', { why: 'disconnected' })
  return 'renewal'
}

/** Updates credentials: begins the renewal of the consent; leaving half-way changes nothing. */
export const postCredentialUpdate = route({
  operation: 'POST /v1/connections/:connectionId/credential-updates',
  summary: 'Update credentials: renew the consent',
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
    const { view } = await storeFlowFor(deps, call, renewal)
    return beginFlow(deps, call, { view, flowId: call.requestId, update: beginRenewal })
  },
})
