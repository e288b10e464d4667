/** Ponto's side of the sandbox: authentication, faults, the log, and the routes. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Fault } from '../faults.ts'
import type { Answer } from '../http.ts'
import { html, json, readBody, send } from '../http.ts'
import type { Match } from '../routes.ts'
import { findRoute } from '../routes.ts'
import { strike } from '../strike.ts'
import type { AccessToken, Organization, World } from '../world.ts'
import { nextId } from '../world.ts'
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

const bodyBytesMax = 1024 * 1024

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

const exchangeOf = (world: World, request: IncomingMessage): Omit<Exchange, 'body' | 'params'> => {
  const [path = '/', ...search] = (request.url ?? '/').split('?')
  const origin = `http://${request.headers.host ?? 'localhost'}`
  return {
    world,
    method: request.method ?? 'GET',
    path,
    query: new URLSearchParams(search.join('?')),
    headers: request.headers,
    origin,
    apiUrl: `${origin}/ponto-connect`,
    requestId: nextId(world, 'request'),
  }
}

const note = (
  { world, method, path, query, headers, requestId, body }: Exchange,
  { endpoint, fault }: { endpoint: string; fault: Fault | null },
) => ({
  provider: 'ponto' as const,
  at: world.clock.instant(),
  method,
  path,
  query: query.toString(),
  endpoint,
  requestId,
  idempotencyKey: String(headers['ibanity-idempotency-key'] ?? '') || null,
  authorization: headers.authorization,
  contentType: headers['content-type'] ?? '',
  body,
  fault: fault?.mode ?? null,
})

const statusOf = ({ status, code }: Fault): number =>
  status ?? (code === 'invalid_grant' ? 400 : code === 'invalid_client' ? 401 : 500)

/** A fault in Ponto's envelope, or in that of its token endpoint. */
const refusalOf =
  ({ path, requestId }: { path: string; requestId: string }) =>
  (fault: Fault) => {
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
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const begun = exchangeOf(world, request)
    const body = await readBody(request, bodyBytesMax)
    if (body === null) return send(response, html(413, 'too large'))
    const startedMs = performance.now()
    const match = find(begun.method, begun.path)
    const exchange = { ...begun, body: body.toString(), params: match?.params ?? {} }
    const endpoint = match?.route.endpoint ?? 'unknown'
    const fault = world.faults.take(endpoint, begun.path)
    const seen = note(exchange, { endpoint, fault })
    response.setHeader('ibanity-request-id', begun.requestId)
    const carryOut = () => answerOf(exchange, match)
    const refusal = refusalOf(begun)
    const answer =
      fault === null ? carryOut() : await strike(fault, { carryOut, response, refusal })
    const durationMs = Math.round((performance.now() - startedMs) * 1000) / 1000
    world.log.add({ ...seen, status: answer?.status ?? null, durationMs })
    world.observe({
      provider: 'ponto',
      direction: 'in',
      method: begun.method,
      path: begun.path,
      query: begun.query.toString(),
      requestHeaders: begun.headers,
      requestBody: exchange.body,
      status: answer?.status ?? null,
      responseHeaders: answer?.headers ?? {},
      responseBody: answer?.body ?? '',
      faulty: fault !== null,
    })
    if (answer !== null) send(response, answer)
  }
}
