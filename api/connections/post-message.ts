import { route } from '../route.ts'
import { messageSchema } from './message-shape.ts'
import { postText, textBody } from './post-text.ts'
import { connectionParams } from './read-connection.ts'

/** Sends a message: everybody who follows the connection sees it. */
export const postMessage = route({
  operation: 'POST /v1/connections/:connectionId/messages',
  summary: 'Send a message',
  params: connectionParams,
  body: textBody,
  idempotent: true,
  answers: { 201: { description: 'Posted', schema: messageSchema } },
  handler: (call, deps) => postText(deps, call, 'message'),
})
