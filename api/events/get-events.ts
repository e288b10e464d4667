import { z } from 'zod'
import type { Event } from '../../db/queries/events.ts'
import * as events from '../../db/queries/events.ts'
import { withTenant } from '../../db/tenant.ts'
import { feedOf, feedQuery, nextOf } from '../feed.ts'
import { route } from '../route.ts'

const eventSchema = z
  .object({
    seq: z.int(),
    type: z.string().meta({ description: 'New types may come: pass over what you do not know' }),
    connectionId: z.uuid().nullable(),
    accountId: z.uuid().nullable(),
    runId: z.uuid().nullable(),
    content: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
      .meta({ description: 'Counts and words only; read the rest' }),
    at: z.iso.datetime(),
  })
  .meta({ id: 'Event' })

const toEvent = ({ seq, type, connectionId, accountId, syncRunId, content, at }: Event) => ({
  seq,
  type,
  connectionId,
  accountId,
  runId: syncRunId,
  content,
  at,
})

/** What happened in the tenant, kept for 30 days. */
export const getEvents = route({
  operation: 'GET /v1/events',
  summary: 'Events of the tenant, in order',
  query: feedQuery,
  answers: { 200: { description: 'A page of the feed', schema: feedOf(eventSchema) } },
  async handler({ caller, query: { after, limit } }, { pool }) {
    const rows = await withTenant(pool, caller.tenantId, (tx) => events.list(tx, after, limit))
    return { status: 200, body: { data: rows.map(toEvent), nextCursor: nextOf(rows, after) } }
  },
})
