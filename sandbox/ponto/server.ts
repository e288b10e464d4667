/** Ponto's side of the sandbox: authentication, faults, the log, and the routes. */
import type { Fault } from '../faults.ts'
import type { Answer } from '../http.ts'
import { json } from '../http.ts'
import type { Match } from '../routes.ts'
import { findRoute } from '../routes.ts'
import type { AccessToken, Organization, World } from '../world.ts'
import type { WireRequest } from '../wire.ts'
import { wireListener } from '../wire.ts'
import { accountRoutes } from './accounts.ts'
import { consentRoutes } from './consent-page.ts'
import type { Exchange, Route } from './exchange.ts'
import { errorAnswer, Refusal } from './exchange.ts'
import { institutionRoutes } from './institutions.ts'
import { oauthRoutes } from './oauth.ts'
import { partnerRoutes } from './partner.ts'
import { reauthorizationRoutes } from './reauthorization.ts'
import { sandboxLineRoutes } from './sandbox-lines.ts'
import { synchronizationRoutes } from './synchronizations.ts'
import { transactionRoutes } from './transactions.ts'
import { userinfoRoutes } from './userinfo.ts'
import type { Webhooks } from './webhooks.ts'
import { webhookRoutes } from './webhooks.ts'

const routesOf = (webhooks: Webhooks): Route[] => [
  ...oauthRoutes,
  ...consentRoutes,
  ...accountRoutes,
  ...transactionRoutes,
  ...synchronizationRoutes,
  ...reauthorizationRoutes,
  ...institutionRoutes,
  ...partnerRoutes,
  ...userinfoRoutes,
  ...sandboxLineRoutes,
  ...webhookRoutes(webhooks),
]

const tokenOf = ({ world, headers }: Exchange): AccessToken | null => {
  const [scheme = '', token = ''] = (headers.authorization ?? '').split(' ', 2)
  const found = scheme.toLowerCase() === 'bearer' ? world.accessTokens.get(token) : undefined
  return found !== undefined && found.expiresMs > world.clock.now() ? found : null
}

const authenticate = (exchange: Exchange, access: Route['access']): Organization | null => {
  if (access === 'anyone') return null
  const token = tokenOf(exchange)
  const organization = exchange.world.organizations.get(token?.organizationId ?? '') ?? null
  const fits = access === 'client' ? token?.organizationId === null : organization !== null
  if (!fits) throw new Refusal(401, 'invalidAccessToken', 'The access token is not valid.')
  return organization
}

const answerOf = (exchange: Exchange, match: Match<Route> | null): Answer => {
  if (match === null)
    return json(404, {
      errors: [{ code: 'noSuchRoute', detail: 'The sandbox has no such route.' }],
    })
  try {
    return match.route.run(exchange, authenticate(exchange, match.route.access))
  } catch (error) {
    if (error instanceof Refusal) return errorAnswer(error, exchange.requestId)
    throw error
  }
}

const statusOf = ({ status, code }: Fault): number =>
  status ?? (code === 'invalid_grant' ? 400 : code === 'invalid_client' ? 401 : 500)

/** A fault in Ponto's envelope, or in that of its token endpoint. */
const refusalOf = (fault: Fault, { path, requestId }: WireRequest) => {
  const status = statusOf(fault)
  const code = fault.code ?? (status === 429 ? 'tooManyRequests' : 'internalServerError')
  const detail = 'A scripted fault.'
  const body = path.includes('/oauth2/')
    ? { error: code, error_description: detail }
    : { errors: [{ code, detail, meta: { requestId } }] }
  return { status, body }
}

/** The listener of Ponto's port. */
export const pontoListener = (world: World, webhooks: Webhooks) => {
  const find = findRoute(routesOf(webhooks))
  return wireListener(world, {
    provider: 'ponto',
    requestIdHeader: 'ibanity-request-id',
    endpointOf: ({ method, path }) => find(method, path)?.route.endpoint ?? 'unknown',
    refusal: (fault, request) => refusalOf(fault, request),
    answer(request) {
      const match = find(request.method, request.path)
      const apiUrl = `${request.origin}/ponto-connect`
      return answerOf({ ...request, apiUrl, params: match?.params ?? {} }, match)
    },
  })
}
