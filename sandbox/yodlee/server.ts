/** Yodlee's side of the sandbox: tokens, faults and the routes. */
import type { BankAccount } from '../bank.ts'
import { publishStaged } from '../bank.ts'
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
import { followRun } from './aggregation.ts'
import { reachedBy } from './connections.ts'
import { consentRoutes, watchConsent } from './consents.ts'
import { yodleeControlRoutes } from './control.ts'
import { dataExtractRoutes } from './data-extracts.ts'
import { senderOf } from './events.ts'
import type { Exchange, Route } from './exchange.ts'
import { errorBody, instantOf, Refusal } from './exchange.ts'
import { fastLinkRoutes } from './fastlink-page.ts'
import { latestBalanceRoutes } from './latest-balances.ts'
import { keepNights } from './night.ts'
import { dataUpdatesEvent, followBatch } from './notices.ts'
import { notificationRoutes } from './notifications.ts'
import { oauthRoutes } from './oauth-page.ts'
import { providerAccountRoutes } from './provider-accounts.ts'
import { providerRoutes } from './providers.ts'
import { authenticate, tokenRoutes } from './tokens.ts'
import { transactionRoutes } from './transactions.ts'
import { userRoutes } from './users.ts'
import type { YodleeScript } from './script.ts'
import { scriptYodleeFor, standardYodlee } from './script.ts'
import type { YodleeState } from './state.ts'
import { freshYodlee } from './state.ts'

const routes: Route[] = [
  ...tokenRoutes,
  ...userRoutes,
  ...providerRoutes,
  ...providerAccountRoutes,
  ...latestBalanceRoutes,
  ...accountRoutes,
  ...transactionRoutes,
  ...consentRoutes,
  ...notificationRoutes,
  ...dataExtractRoutes,
  ...fastLinkRoutes,
  ...oauthRoutes,
]

const refused = ({ status, code, message }: Refusal, requestId: string): Answer =>
  json(status, errorBody(code, message, requestId))

const answerOf = (exchange: Exchange, match: Match<Route> | null): Answer => {
  if (match === null)
    return refused(new Refusal('Y807', 'Resource not found', 404), exchange.requestId)
  try {
    return match.route.run(exchange, authenticate(exchange, match.route.access))
  } catch (error) {
    if (error instanceof Refusal) return refused(error, exchange.requestId)
    throw error
  }
}

const unauthorized = new Set(['Y007', 'Y008', 'Y010', 'Y015', 'Y016', 'Y020', 'Y023', 'Y027'])

const statusOf = ({ status, code }: Fault): number => {
  if (status !== null) return status
  if (code === null || code === 'Y904') return 500
  return unauthorized.has(code) ? 401 : 400
}

/** A scripted fault in Yodlee's envelope. */
const refusalOf = (fault: Fault, { requestId }: WireRequest) => ({
  status: statusOf(fault),
  body: errorBody(fault.code ?? 'Y904', 'A scripted fault.', requestId),
})

const listener = (world: World) => {
  const find = findRoute(routes)
  return wireListener(world, {
    provider: 'yodlee',
    endpointOf: ({ method, path }) => find(method, path)?.route.endpoint ?? 'yodlee/unknown',
    refusal: refusalOf,
    answer(request) {
      const match = find(request.method, request.path)
      const answer = answerOf({ ...request, params: match?.params ?? {} }, match)
      // a client that compares instants with Yodlee's clock meets the virtual one
      const date = new Date(world.clock.now()).toUTCString()
      return { ...answer, headers: { ...answer.headers, date } }
    },
  })
}

const resume = (world: World): void => {
  for (const connection of Object.values(world.yodlee.connections)) followRun(world, connection)
  for (const consent of Object.values(world.yodlee.consents)) watchConsent(world, consent)
  followBatch(world)
  keepNights(world)
}

/** The bank's changes are seen at once, and told without waiting for the next batch. */
const announceLines = (world: World, account: BankAccount): void => {
  const holders = Object.values(world.yodlee.connections).filter((connection) =>
    reachedBy(world, connection).some((reached) => reached.account === account),
  )
  if (holders.length === 0) return
  const now = world.clock.now()
  publishStaged(account, now)
  for (const connection of holders) connection.lastUpdatedAt = world.clock.instant()
  const logins = [...new Set(holders.map(({ loginName }) => loginName))]
  const span = { fromDate: instantOf(now - 15 * 60_000), toDate: instantOf(now + 1000) }
  senderOf(world).tell('DATA_UPDATES', dataUpdatesEvent(logins, span))
  world.changed()
}

export const yodleeSide: Side<'yodlee', YodleeState, YodleeScript> = {
  name: 'yodlee',
  title: 'Yodlee',
  freshState: freshYodlee,
  scriptFor: (bankName) => ({ ...standardYodlee, ...scriptYodleeFor(bankName) }),
  endpoints: [...new Set(routes.map(({ endpoint }) => endpoint))],
  listener,
  control: yodleeControlRoutes,
  resume,
  announceLines,
}
