/** Plaid's side of the sandbox. */
import type { Fault } from '../faults.ts'
import type { Answer } from '../http.ts'
import { json } from '../http.ts'
import type { Match } from '../routes.ts'
import { findRoute } from '../routes.ts'
import type { Side } from '../side.ts'
import type { WireRequest } from '../wire.ts'
import { wireListener } from '../wire.ts'
import type { World } from '../world.ts'
import { plaidControl } from './control.ts'
import { PlaidRefusal, refusalBody, statusOf } from './errors.ts'
import type { Route } from './exchange.ts'
import { institutionRoutes } from './institutions.ts'
import { itemRoutes } from './item-routes.ts'
import { keyRoutes } from './keys.ts'
import { linkPageRoutes } from './link-page.ts'
import { linkTokenRoutes } from './link-tokens.ts'
import { testingRoutes } from './testing.ts'
import { transactionRoutes } from './transactions.ts'
import { announceAccount, resumeUpdates } from './updates.ts'
import { resumeRetries } from './webhooks.ts'
import type { PlaidScript } from './script.ts'
import { scriptPlaidFor, standardPlaid } from './script.ts'
import type { PlaidState } from './state.ts'
import { freshPlaid } from './state.ts'

const routes: Route[] = [
  ...institutionRoutes,
  ...linkTokenRoutes,
  ...linkPageRoutes,
  ...itemRoutes,
  ...transactionRoutes,
  ...keyRoutes,
  ...testingRoutes,
]

const find = findRoute(routes)

const refused = (refusal: PlaidRefusal, requestId: string): Answer =>
  json(statusOf(refusal.code), refusalBody(refusal, requestId))

const answerOf = (request: WireRequest, match: Match<Route> | null): Answer => {
  try {
    if (match === null) throw new PlaidRefusal('NOT_FOUND', 'there is no such endpoint')
    return match.route.run({ ...request, params: match.params })
  } catch (error) {
    if (error instanceof PlaidRefusal) return refused(error, request.requestId)
    throw error
  }
}

const codeFor = (status: number | null): string => {
  if (status === 429) return 'RATE_LIMIT'
  return status === null || status >= 500 ? 'INTERNAL_SERVER_ERROR' : 'INVALID_FIELD'
}

/** A fault as Plaid's error; a code may carry its reason behind a slash. */
const refusalOf = (fault: Fault, { requestId }: WireRequest) => {
  const [code = '', reason = null] = (fault.code ?? codeFor(fault.status)).split('/', 2)
  const refusal = new PlaidRefusal(code, 'a scripted fault', reason)
  return { status: fault.status ?? statusOf(code), body: refusalBody(refusal, requestId) }
}

const listener = (world: World) =>
  wireListener(world, {
    provider: 'plaid',
    endpointOf: ({ method, path }) => find(method, path)?.route.endpoint ?? 'plaid/unknown',
    answer: (request) => answerOf(request, find(request.method, request.path)),
    refusal: refusalOf,
  })

export const plaidSide: Side<'plaid', PlaidState, PlaidScript> = {
  name: 'plaid',
  title: 'Plaid',
  freshState: freshPlaid,
  scriptFor: (bankName) => ({ ...standardPlaid, ...scriptPlaidFor(bankName) }),
  endpoints: [...new Set(routes.map(({ endpoint }) => endpoint))],
  listener,
  control: plaidControl,
  resume(world) {
    resumeUpdates(world)
    resumeRetries(world)
  },
  announceLines: announceAccount,
}
