/** Salt Edge's side of the sandbox: keys, signatures, faults and the routes. */
import type { Fault } from '../faults.ts'
import type { Answer } from '../http.ts'
import { json } from '../http.ts'
import type { Match } from '../routes.ts'
import { findRoute } from '../routes.ts'
import type { Side } from '../side.ts'
import type { WireRequest } from '../wire.ts'
import { wireListener } from '../wire.ts'
import type { World } from '../world.ts'
import { accountRoutes } from './accounts.ts'
import { attemptRoutes } from './attempt-json.ts'
import { schedule } from './attempts.ts'
import { authenticate } from './authenticate.ts'
import { connectRoutes } from './connect.ts'
import { connectionRoutes } from './connections.ts'
import { consentRoutes } from './consents.ts'
import { saltedgeControl } from './control.ts'
import { customerRoutes } from './customers.ts'
import type { Exchange, Route } from './exchange.ts'
import { errorBody, Refusal, statusOf } from './exchange.ts'
import { announceLines, keepOwnSchedule } from './own-schedule.ts'
import { providerRoutes } from './providers.ts'
import { transactionRoutes } from './transactions.ts'
import { visitRoutes } from './visit.ts'
import type { SaltEdgeScript } from './script.ts'
import { scriptSaltEdgeFor, standardSaltEdge } from './script.ts'
import type { SaltEdgeState } from './state.ts'
import { freshSaltEdge } from './state.ts'

// connectRoutes stand first: `/connections/connect` is no connection's id
const routes: Route[] = [
  ...connectRoutes,
  ...connectionRoutes,
  ...providerRoutes,
  ...customerRoutes,
  ...attemptRoutes,
  ...consentRoutes,
  ...accountRoutes,
  ...transactionRoutes,
  ...visitRoutes,
]

const find = findRoute(routes)

const refuse = ({ errorClass, message }: Refusal, body: string): Answer =>
  json(statusOf(errorClass), errorBody(errorClass, message, body))

const answerOf = (exchange: Exchange, match: Match<Route> | null): Answer => {
  try {
    if (match === null) throw new Refusal('RouteNotFound', 'No such route.')
    if (match.route.access === 'client') authenticate(exchange)
    return match.route.run(exchange)
  } catch (error) {
    if (error instanceof Refusal) return refuse(error, exchange.body)
    throw error
  }
}

const classOfStatus = (status: number | null): string =>
  status === 429 ? 'TooManyRequests' : 'InternalServerError'

/** A fault in Salt Edge's envelope; its code is the error class. */
const refusalOf = (fault: Fault, { body }: WireRequest) => {
  const errorClass = fault.code ?? classOfStatus(fault.status)
  const status = fault.status ?? statusOf(errorClass)
  return { status, body: errorBody(errorClass, 'A scripted fault.', body) }
}

const listenerOf = (world: World) =>
  wireListener(world, {
    provider: 'saltedge',
    endpointOf: ({ method, path }) => find(method, path)?.route.endpoint ?? 'saltedge/unknown',
    refusal: refusalOf,
    answer(request) {
      const match = find(request.method, request.path)
      return answerOf({ ...request, state: world.saltedge, params: match?.params ?? {} }, match)
    },
  })

const resume = (world: World): void => {
  for (const attempt of Object.values(world.saltedge.attempts)) schedule(world, attempt)
  keepOwnSchedule(world)
}

export const saltedgeSide: Side<'saltedge', SaltEdgeState, SaltEdgeScript> = {
  name: 'saltedge',
  title: 'Salt Edge',
  freshState: freshSaltEdge,
  scriptFor: (bankName) => ({ ...standardSaltEdge, ...scriptSaltEdgeFor(bankName) }),
  endpoints: [...new Set(routes.map(({ endpoint }) => endpoint))],
  listener: listenerOf,
  control: saltedgeControl,
  resume,
  announceLines,
}
