import { z } from 'zod'
import { disconnect } from '../../workflows/messages.ts'
import { route } from '../route.ts'
import { acceptedSchema } from './accepted-shape.ts'
import { connectionCommand } from './connection-command.ts'
import { connectionParams } from './read-connection.ts'

/** Ends a connection and withdraws the consent at the provider; what was fetched stays. */
export const postDisconnection = route({
  operation: 'POST /v1/connections/:connectionId/disconnections',
  summary: 'Disconnect and withdraw the consent',
  params: connectionParams,
  body: z.strictObject({}),
  idempotent: true,
  answers: { 202: { description: 'Taken', schema: acceptedSchema } },
  handler: (call, deps) => connectionCommand(deps, call, disconnect),
})
