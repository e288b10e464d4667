/** What every provider's port does with a request: body, faults, the log, the observer; the rest is the provider's. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { Fault } from './faults.ts'
import type { Answer } from './http.ts'
import { html, readBody, send } from './http.ts'
import type { Observed } from './observe.ts'
import { strike } from './strike.ts'
import type { World } from './world.ts'
import { nextId } from './world.ts'

const bodyBytesMax = 1024 * 1024

export interface WireRequest {
  world: World
  method: string
  path: string
  /** Path and query exactly as they were written, for signatures. */
  target: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  /** Address under which the caller reached us. */
  origin: string
  body: string
  /** The provider's own id of this call. */
  requestId: string
}

export interface Wire {
  provider: Observed['provider']
  /** Short name of the endpoint, by which faults strike and the log tells calls apart. */
  endpointOf: (request: WireRequest) => string
  answer: (request: WireRequest) => Answer
  /** A scripted fault in the provider's own form. */
  refusal: (fault: Fault, request: WireRequest) => { status: number; body: unknown }
  /** Header of every answer that carries the request id. */
  requestIdHeader?: string
}

const requestOf = (world: World, request: IncomingMessage, body: string): WireRequest => {
  const [path = '/', ...search] = (request.url ?? '/').split('?')
  return {
    world,
    method: request.method ?? 'GET',
    path,
    target: request.url ?? '/',
    query: new URLSearchParams(search.join('?')),
    headers: request.headers,
    origin: `http://${request.headers.host ?? 'localhost'}`,
    body,
    requestId: nextId(world, 'request'),
  }
}

interface Done {
  endpoint: string
  fault: Fault | null
  answer: Answer | null
  startedMs: number
}

const note = ({ world, ...request }: WireRequest, done: Done, status: number | null) => {
  const { headers, body, requestId } = request
  return {
    at: world.clock.instant(),
    endpoint: done.endpoint,
    requestId,
    idempotencyKey: String(headers['ibanity-idempotency-key'] ?? '') || null,
    authorization: headers.authorization,
    contentType: headers['content-type'] ?? '',
    body,
    status,
    fault: done.fault?.mode ?? null,
    durationMs: Math.round((performance.now() - done.startedMs) * 1000) / 1000,
  }
}

const unanswered: Answer = { status: 0, headers: {}, body: '' }

const tell = ({ provider }: Wire, request: WireRequest, done: Done): void => {
  const { world, method, path, query, headers, body } = request
  const status = done.answer?.status ?? null
  const { headers: responseHeaders, body: responseBody } = done.answer ?? unanswered
  const call = { provider, method, path, query: query.toString() }
  world.log.add({ ...call, ...note(request, done, status) })
  world.observe({
    ...call,
    direction: 'in',
    requestHeaders: headers,
    requestBody: body,
    status,
    responseHeaders,
    responseBody,
    faulty: done.fault !== null,
  })
}

/** The listener of one provider's port. */
export const wireListener =
  (world: World, wire: Wire) =>
  async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(incoming, bodyBytesMax)
    if (body === null) return send(response, html(413, 'too large'))
    const startedMs = performance.now()
    const request = requestOf(world, incoming, body.toString())
    const endpoint = wire.endpointOf(request)
    const fault = world.faults.take(endpoint, request.path)
    if (wire.requestIdHeader) response.setHeader(wire.requestIdHeader, request.requestId)
    const answer = await answerOf(wire, request, { fault, response })
    tell(wire, request, { endpoint, fault, answer, startedMs })
    if (answer !== null) send(response, answer)
  }

const answerOf = async (
  wire: Wire,
  request: WireRequest,
  { fault, response }: { fault: Fault | null; response: ServerResponse },
): Promise<Answer | null> => {
  const carryOut = () => wire.answer(request)
  if (fault === null) return carryOut()
  return strike(fault, { carryOut, response, refusal: (each) => wire.refusal(each, request) })
}
