/** Faults for the next calls, and the log of calls. */
import { z } from 'zod'
import type { ControlCall, ControlRoute } from './control-route.ts'
import { sides } from '../sides.ts'
import { bodyOf } from './control-route.ts'

const endpoints = [
  'any',
  'token',
  'revoke',
  'authorization',
  'userinfo',
  'institutions',
  'accounts',
  'transactions',
  'transaction',
  'pending-transactions',
  'synchronizations',
  'synchronization',
  'updated-transactions',
  'reauthorization',
  'reauthorization-page',
  'jwks',
  'integration',
  'integration-accounts',
  'onboarding-details',
  'usage',
  'sandbox',
  'root',
  ...sides.flatMap((side) => side.endpoints),
]

const faultShape = z.strictObject({
  endpoint: z.enum(endpoints),
  mode: z
    .enum([
      'error',
      'delay',
      'hang',
      'reset',
      'truncate',
      'html',
      'lost',
      'foreignNext',
      'garbage',
      'words',
    ])
    .default('error'),
  times: z.number().int().min(1).max(1_000_000).default(1),
  skip: z.number().int().min(0).max(1_000_000).default(0),
  delayMs: z.number().int().min(0).max(600_000).default(0),
  status: z.number().int().min(200).max(599).nullable().default(null),
  code: z.string().max(100).nullable().default(null),
  body: z.unknown().default(null),
  contentType: z.string().max(100).nullable().default(null),
  headers: z.record(z.string(), z.string()).default({}),
  pathContains: z.string().max(500).nullable().default(null),
})

const failNext = (call: ControlCall) => {
  call.world.faults.add(bodyOf(call, faultShape))
  return { waiting: call.world.faults.list() }
}

const listRequests = ({ world, query }: ControlCall) => {
  const since = Number(query.get('since') ?? '0') || 0
  const limit = Math.min(Number(query.get('limit') ?? '1000') || 1000, 5000)
  return world.log.list(since, limit)
}

export const faultRoutes: ControlRoute[] = [
  { method: 'POST', path: '/__sim/fail-next', run: failNext },
  {
    method: 'GET',
    path: '/__sim/fail-next',
    run: ({ world }) => ({ waiting: world.faults.list() }),
  },
  {
    method: 'DELETE',
    path: '/__sim/fail-next',
    run: ({ world }) => {
      world.faults.clear()
      return { waiting: [] }
    },
  },
  { method: 'GET', path: '/__sim/requests', run: listRequests },
  {
    method: 'DELETE',
    path: '/__sim/requests',
    run: ({ world }) => {
      world.log.clear()
      return { requests: [] }
    },
  },
]
