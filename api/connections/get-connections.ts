import { z } from 'zod'
import * as connectionViews from '../../db/queries/connection-views.ts'
import { withTenant } from '../../db/tenant.ts'
import { fromCursor, pageOf, pageQuery, toPage } from '../page.ts'
import { route } from '../route.ts'
import { connectionSchema, toConnection } from './connection-shape.ts'

const position = z.tuple([z.iso.datetime(), z.uuid()])

/** The tenant's connections, in the order they were made. */
export const getConnections = route({
  operation: 'GET /v1/connections',
  summary: 'All connections, oldest first',
  query: pageQuery.extend({ state: connectionSchema.shape.state.optional() }),
  answers: { 200: { description: 'A page of connections', schema: pageOf(connectionSchema) } },
  async handler({ caller, query: { after, limit, state } }, { pool }) {
    const [createdAt, id] = after === undefined ? [] : fromCursor(position, after)
    const rows = await withTenant(pool, caller.tenantId, (tx) =>
      connectionViews.listViews(tx, {
        limit: limit + 1,
        ...(createdAt === undefined || id === undefined ? {} : { after: { createdAt, id } }),
        ...(state === undefined ? {} : { state }),
      }),
    )
    const body = toPage(rows, {
      limit,
      item: (view) => toConnection(view, caller.clientId),
      position: (view) => [view.createdAt, view.id],
    })
    return { status: 200, body }
  },
})
