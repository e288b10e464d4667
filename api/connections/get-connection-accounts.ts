import { z } from 'zod'
import * as accounts from '../../db/queries/accounts.ts'
import { withTenant } from '../../db/tenant.ts'
import { reachedAccountSchema, toReachedAccount } from '../accounts/account-shape.ts'
import { route } from '../route.ts'
import { connectionInTenant, connectionParams } from './read-connection.ts'

/** The accounts a connection reaches. */
export const getConnectionAccounts = route({
  operation: 'GET /v1/connections/:connectionId/accounts',
  summary: 'Accounts of a connection',
  params: connectionParams,
  answers: {
    200: { description: 'All of them', schema: z.object({ data: z.array(reachedAccountSchema) }) },
  },
  handler: ({ caller, params }, { pool }) =>
    withTenant(pool, caller.tenantId, async (tx) => {
      await connectionInTenant(tx, params.connectionId)
      const reached = await accounts.listByConnection(tx, params.connectionId)
      return { status: 200, body: { data: reached.map(toReachedAccount) } }
    }),
})
