import { route } from '../route.ts'
import { connectionSchema, etagOf, toConnection } from './connection-shape.ts'
import { connectionParams, readConnection } from './read-connection.ts'

/** One connection. */
export const getConnection = route({
  operation: 'GET /v1/connections/:connectionId',
  summary: 'One connection',
  params: connectionParams,
  answers: {
    200: { description: 'The connection; ETag is its version', schema: connectionSchema },
    304: { description: 'Unchanged since the version of If-None-Match' },
  },
  async handler(call, deps) {
    const view = await readConnection(deps, call)
    const headers = { ETag: etagOf(view), 'Cache-Control': 'private, no-cache' }
    if (call.request.get('if-none-match') === headers.ETag) return { status: 304, headers }
    return { status: 200, headers, body: toConnection(view, call.caller.clientId) }
  },
})
