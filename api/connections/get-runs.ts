import { z } from 'zod'
import * as syncRuns from '../../db/queries/sync-runs.ts'
import { withTenant } from '../../db/tenant.ts'
import { fromCursor, pageOf, pageQuery, toPage } from '../page.ts'
import { route } from '../route.ts'
import { runSchema, toRun } from '../runs/run-shape.ts'
import { connectionInTenant, connectionParams } from './read-connection.ts'

const position = z.tuple([z.iso.datetime(), z.uuid()])

/** The runs of a connection, the latest first. */
export const getRuns = route({
  operation: 'GET /v1/connections/:connectionId/runs',
  summary: 'Synchronization runs of a connection, latest first',
  params: connectionParams,
  query: pageQuery,
  answers: { 200: { description: 'A page of runs', schema: pageOf(runSchema) } },
  async handler({ caller, params, query: { after, limit } }, { pool }) {
    const [startedAt, id] = after === undefined ? [] : fromCursor(position, after)
    const rows = await withTenant(pool, caller.tenantId, async (tx) => {
      await connectionInTenant(tx, params.connectionId)
      return syncRuns.listByConnection(tx, params.connectionId, {
        limit: limit + 1,
        ...(startedAt === undefined || id === undefined ? {} : { before: { startedAt, id } }),
      })
    })
    const body = toPage(rows, { limit, item: toRun, position: (run) => [run.startedAt, run.id] })
    return { status: 200, body }
  },
})
