import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { route } from '../route.ts'
import { readiness } from './readiness.ts'

const schema = z.object({
  status: z.enum(['ok', 'failing', 'stopping']),
  checks: z.record(z.string(), z.string()).optional(),
})

/** Whether this instance should be sent requests: PostgreSQL answers, its schema fits, Temporal answers. */
export const getReadyz = route({
  operation: 'GET /readyz',
  summary: 'This instance can work',
  query: z.object({ verbose: z.string().optional() }),
  answers: {
    200: { description: 'Send requests', schema },
    503: { description: 'Send them elsewhere', schema },
  },
  async handler({ query }, deps: Deps) {
    const checks = await readiness(deps)
    const isReady = Object.values(checks).every((result) => result === 'ok')
    const status = deps.isStopping() ? 'stopping' : isReady ? 'ok' : 'failing'
    return {
      status: status === 'ok' ? 200 : 503,
      body: { status, ...(query.verbose === undefined ? {} : { checks }) },
    }
  },
})
