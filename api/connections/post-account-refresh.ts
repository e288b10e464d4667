import { z } from 'zod'
import { refreshAccounts } from '../../workflows/messages.ts'
import { route } from '../route.ts'
import { acceptedSchema } from './accepted-shape.ts'
import { connectionCommand } from './connection-command.ts'
import { connectionParams } from './read-connection.ts'

/** Fetches accounts: looks for new ones at the provider. */
export const postAccountRefresh = route({
  operation: 'POST /v1/connections/:connectionId/account-refreshes',
  summary: 'Fetch accounts',
  params: connectionParams,
  body: z.strictObject({}),
  idempotent: true,
  answers: { 202: { description: 'Taken', schema: acceptedSchema } },
  handler: (call, deps) => connectionCommand(deps, call, refreshAccounts),
})
