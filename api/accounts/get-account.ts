import { z } from 'zod'
import * as accounts from '../../db/queries/accounts.ts'
import { withTenant } from '../../db/tenant.ts'
import { notFound } from '../problem.ts'
import { route } from '../route.ts'
import { accountSchema, toAccount } from './account-shape.ts'

/** One account of the tenant. */
export const getAccount = route({
  operation: 'GET /v1/accounts/:accountId',
  summary: 'One account',
  params: z.strictObject({ accountId: z.uuid() }),
  answers: { 200: { description: 'The account', schema: accountSchema } },
  async handler({ caller, params }, { pool }) {
    const account = await withTenant(pool, caller.tenantId, (tx) =>
      accounts.maybeOneById(tx, params.accountId),
    )
    if (account === null) throw notFound()
    return { status: 200, body: toAccount(account) }
  },
})
