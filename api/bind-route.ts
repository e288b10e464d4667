import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Express, Request, RequestHandler, Response } from 'express'
import express from 'express'
import { stateOf } from './answer-state.ts'
import type { createAuthenticate } from './authenticate.ts'
import { checkRole, checkTenant } from './authenticate.ts'
import { checkedCall } from './checked-call.ts'
import type { Deps } from './deps.ts'
import { fieldOf } from './error-fields.ts'
import { answerOnce } from './idempotency.ts'
import { Problem } from './problem.ts'
import type { Role } from './roles.ts'
import { roles } from './roles.ts'
import type { Reply, Route } from './route.ts'
import { methodAndPath } from './route.ts'

type Authenticate = ReturnType<typeof createAuthenticate>

const jsonLimit = '64kb'
const rawLimit = '256kb'

/** Registers one endpoint with Express: authentication first, then the body, the checks, the work, the answer. */
export const bindRoute = (
  app: Express,
  route: Route,
  { deps, authenticate }: { deps: Deps; authenticate: Authenticate },
): void => {
  const { method, path } = methodAndPath(route)
  const role: Role = roles[route.operation]

  const admit: RequestHandler = async (request, response, next) => {
    if (route.getOnly && request.method === 'HEAD') return next('route')
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
    const reply =
      route.idempotent && !route.fileBody
        ? await answerOnce(call, deps, {
            operation: route.operation,
            work: () => route.handler(call, deps),
          })
        : await route.handler(call, deps)
    if (deps.validateResponses) checkReply(route, reply)
    await send(response, reply)
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

const send = async (
  response: Response,
  { status, body, text, bytes, parts, headers = {} }: Reply,
): Promise<void> => {
  response.status(status).set({ 'Cache-Control': 'no-store', ...headers })
  const plain = text ?? bytes
  if (parts !== undefined) await sendParts(response, parts)
  else if (plain !== undefined) response.send(plain)
  else if (body === undefined) response.end()
  else response.json(body)
}

const sendParts = async (response: Response, parts: NonNullable<Reply['parts']>): Promise<void> => {
  try {
    await pipeline(Readable.from(parts), response)
  } catch (error) {
    // a reader who leaves is no failure of ours, and nobody is there to be told
    if (fieldOf(error, 'code') !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
  }
}
