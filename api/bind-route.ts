import type { Express, Request, RequestHandler, Response } from 'express'
import express from 'express'
import { languageOf } from '../locales/languages.ts'
import { referenceOf, stateOf } from './answer-state.ts'
import type { createAuthenticate } from './authenticate.ts'
import { checkRole, checkTenant } from './authenticate.ts'
import type { Deps } from './deps.ts'
import { answerOnce } from './idempotency.ts'
import { plainText } from './plain-text.ts'
import { Problem } from './problem.ts'
import { idempotencyKey, requestNames } from './request-key.ts'
import type { Role } from './roles.ts'
import { roles } from './roles.ts'
import type { Call, Caller, Reply, Route } from './route.ts'
import { methodAndPath } from './route.ts'
import { validate } from './validate.ts'

type Authenticate = ReturnType<typeof createAuthenticate>

const jsonLimit = '64kb'
const rawLimit = '256kb'
const actingUserMax = 200

const nobody: Caller = { keyId: '', scope: 'readonly', tenantId: '', clientId: '' }

/** Registers one endpoint with Express: authentication first, then the body, the checks, the work, the answer. */
export const bindRoute = (
  app: Express,
  route: Route,
  { deps, authenticate }: { deps: Deps; authenticate: Authenticate },
): void => {
  const { method, path } = methodAndPath(route)
  const role: Role = roles[route.operation]

  const admit: RequestHandler = async (request, response, next) => {
    const state = stateOf(response)
    state.operation = route.operation
    if (role !== 'public') {
      const { caller, tenant } = await authenticate(request)
      state.caller = caller
      checkRole(role, caller)
      checkTenant(route, tenant, Date.now())
    }
    next()
  }

  const answer: RequestHandler = async (request, response) => {
    const call = checkedCall(route, request, response)
    const reply = route.idempotent
      ? await answerOnce(call, deps, {
          operation: route.operation,
          work: () => route.handler(call, deps),
        })
      : await route.handler(call, deps)
    if (deps.validateResponses) checkReply(route, reply)
    send(response, reply)
  }

  app[method](path, admit, ...bodyParsers(route), answer)
}

const bodyParsers = (route: Route): RequestHandler[] => {
  if (route.rawBody) return [express.raw({ type: () => true, limit: rawLimit })]
  return route.body === undefined ? [] : [requireJson, express.json({ limit: jsonLimit })]
}

const requireJson: RequestHandler = (request, _response, next) => {
  // null: no body at all, which counts as {}
  if (request.is('json') === false && hasBody(request))
    throw new Problem('unsupported-media-type', 'send_json')
  next()
}

const hasBody = ({ headers }: Request): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

const checkedCall = (route: Route, request: Request, response: Response): Call => {
  const language = languageOf(request.headers['accept-language'])
  const part = (schema: Route['params'], at: readonly [string, unknown]): unknown =>
    schema === undefined ? at[1] : validate(schema, at, language)
  const caller = stateOf(response).caller ?? nobody
  const key = route.idempotent ? idempotencyKey(request.get('idempotency-key')) : null
  return {
    params: part(route.params, ['params', { ...request.params }]),
    query: part(route.query, ['query', { ...request.query }]),
    body: part(route.body, ['body', (request.body as unknown) ?? {}]),
    caller,
    language,
    actingUser: actingUser(request.get('x-acting-user')),
    ...requestNames(route.operation, caller.tenantId, key),
    get reference() {
      return referenceOf(response)
    },
    request,
  }
}

/** Header values are bytes: names beyond ASCII come percent-encoded. */
const actingUser = (header: string | undefined): string => {
  if (header === undefined) return ''
  let text = header
  try {
    text = decodeURIComponent(header)
  } catch {
    // a lone percent sign is part of the name
  }
  return plainText(text).slice(0, actingUserMax)
}

const checkReply = (route: Route, { status, body }: Reply): void => {
  const answer = route.answers[status]
  if (answer === undefined) throw new Error(`${route.operation} answered an undocumented ${status}`)
  if (answer.schema === undefined || body === undefined) return
  const checked = answer.schema.safeParse(body)
  if (!checked.success)
    throw new Error(
      `${route.operation} does not answer what it documents: ${checked.error.message}`,
    )
}

const send = (response: Response, { status, body, text, headers = {} }: Reply): void => {
  response.status(status).set(headers)
  if (text !== undefined) response.send(text)
  else if (body === undefined) response.end()
  else response.json(body)
}
