import { z } from 'zod'
import * as syncRuns from '../../db/queries/sync-runs.ts'
import { withTenant } from '../../db/tenant.ts'
import { notFound } from '../problem.ts'
import { route } from '../route.ts'
import { runSchema, toRun } from './run-shape.ts'

/** One sync run. */
export const getRun = route({
  operation: 'GET /v1/runs/:runId',
  summary: 'One synchronization run',
  params: z.strictObject({ runId: z.uuid() }),
  answers: { 200: { description: 'The run', schema: runSchema } },
  async handler({ caller, params }, { pool }) {
    const run = await withTenant(pool, caller.tenantId, (tx) =>
      syncRuns.maybeOneById(tx, params.runId),
    )
    if (run === null) throw notFound()
    return { status: 200, body: toRun(run) }
  },
})
