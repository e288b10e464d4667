import { z } from 'zod'
import * as accounts from '../../db/queries/accounts.ts'
import * as statementLines from '../../db/queries/statement-lines.ts'
import { withTenant } from '../../db/tenant.ts'
import { feedOf, feedQuery, nextOf } from '../feed.ts'
import { notFound } from '../problem.ts'
import { route } from '../route.ts'

const day = z.iso.date()

const entry = z
  .object({
    seq: z.int(),
    op: z.enum(['added', 'changed', 'removed']).meta({
      description:
        'Apply by lineKey: added and changed insert or replace, removed takes away what is there. A line changed before you read it may come as changed at once.',
    }),
    lineKey: z.string().meta({ description: 'Unique within the account, for ever' }),
    line: z.object({
      amount: z.string().meta({ description: 'Signed decimal text; positive = money in' }),
      currency: z.string().length(3),
      bookedOn: day,
      valueOn: day.nullable(),
      text: z.string(),
      counterparty: z.string().nullable(),
      counterpartyAccount: z.string().nullable(),
      reference: z.string().nullable(),
    }),
  })
  .meta({ id: 'FeedEntry' })

/** The lines of an account by their number in the feed. */
export const getLines = route({
  operation: 'GET /v1/accounts/:accountId/lines',
  summary: 'Booked lines of an account, in the order of the feed',
  params: z.strictObject({ accountId: z.uuid() }),
  query: feedQuery,
  answers: { 200: { description: 'A page of the feed', schema: feedOf(entry) } },
  handler: ({ caller, params: { accountId }, query: { after, limit } }, { pool }) =>
    withTenant(pool, caller.tenantId, async (tx) => {
      const data = await statementLines.listFeed(tx, accountId, { afterSeq: after, limit })
      // an account with lines exists: only an empty page needs a second look
      if (data.length === 0 && (await accounts.maybeOneById(tx, accountId)) === null)
        throw notFound()
      return { status: 200, body: { data, nextCursor: nextOf(data, after) } }
    }),
})
