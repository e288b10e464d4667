import * as messages from '../../db/queries/messages.ts'
import { withTenant } from '../../db/tenant.ts'
import { feedOf, feedQuery, nextOf } from '../feed.ts'
import { route } from '../route.ts'
import { messageSchema, toMessage } from './message-shape.ts'
import { connectionInTenant, connectionParams } from './read-connection.ts'

/** The chatter of a connection, written in the reader's language. */
export const getMessages = route({
  operation: 'GET /v1/connections/:connectionId/messages',
  summary: 'Chatter of a connection, oldest first',
  params: connectionParams,
  query: feedQuery,
  answers: { 200: { description: 'A page of messages', schema: feedOf(messageSchema) } },
  handler: ({ caller, params, query, language }, { pool }) =>
    withTenant(pool, caller.tenantId, async (tx) => {
      const rows = await messages.list(tx, params.connectionId, query)
      // a connection with messages exists: only an empty page needs a second look
      if (rows.length === 0) await connectionInTenant(tx, params.connectionId)
      const data = rows.map((message) => toMessage(message, language))
      const headers = { 'Content-Language': language, Vary: 'Accept-Language' }
      return { status: 200, headers, body: { data, nextCursor: nextOf(rows, query.after) } }
    }),
})
