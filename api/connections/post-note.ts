import { route } from '../route.ts'
import { messageSchema } from './message-shape.ts'
import { postText, textBody } from './post-text.ts'
import { connectionParams } from './read-connection.ts'

/** Logs a note for colleagues. */
export const postNote = route({
  operation: 'POST /v1/connections/:connectionId/notes',
  summary: 'Log a note',
  params: connectionParams,
  body: textBody,
  idempotent: true,
  answers: { 201: { description: 'Posted', schema: messageSchema } },
  handler: (call, deps) => postText(deps, call, 'note'),
})
