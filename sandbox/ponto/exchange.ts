/** One request to Ponto and the routes that answer it. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Answer } from '../http.ts'
import { json } from '../http.ts'
import type { Organization, World } from '../world.ts'

export interface Exchange {
  world: World
  method: string
  path: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: string
  params: Record<string, string>
  /** Address under which the caller reached the server, without a slash at the end. */
  origin: string
  /** Origin with the base path of the API. */
  apiUrl: string
  requestId: string
}

type Run = (exchange: Exchange) => Answer

export interface Route {
  method: string
  path: string
  /** Short name that faults are aimed at. */
  endpoint: string
  access: 'anyone' | 'client' | 'organization'
  run: (exchange: Exchange, organization: Organization | null) => Answer
}

type Address = [method: string, path: string, endpoint: string]

/** A route that needs no token. */
export const forAnyone = ([method, path, endpoint]: Address, run: Run): Route => ({
  method,
  path,
  endpoint,
  access: 'anyone',
  run,
})

/** A route for the token of the client itself. */
export const forClient = ([method, path, endpoint]: Address, run: Run): Route => ({
  method,
  path,
  endpoint,
  access: 'client',
  run,
})

/** A route for the token of an organization. */
export const forOrganization = (
  [method, path, endpoint]: Address,
  run: (exchange: Exchange, organization: Organization) => Answer,
): Route => ({
  method,
  path,
  endpoint,
  access: 'organization',
  run: (exchange, organization) => {
    if (organization === null) throw new Refusal(401, 'invalidAccessToken', 'No organization.')
    return run(exchange, organization)
  },
})

interface RefusalMore {
  pointer?: string
  meta?: Record<string, unknown>
}

/** An error that is answered in the envelope of the API. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  readonly more: RefusalMore

  constructor(status: number, code: string, detail: string) {
    super(detail)
    this.status = status
    this.code = code
    this.more = {}
  }

  /** Says which member of the body is wrong. */
  at(pointer: string, attribute: string): this {
    this.more.pointer = pointer
    this.more.meta = { attribute }
    return this
  }

  /** Says which kind of resource it is about. */
  about(resource: string): this {
    this.more.meta = { resource }
    return this
  }
}

/** The refusal for something that is not there. */
export const notFound = (resource: string): Refusal =>
  new Refusal(404, 'resourceNotFound', `The requested ${resource} does not exist.`).about(resource)

/** The envelope of an error. */
export const errorAnswer = (
  { status, code, message, more: { pointer, meta } }: Refusal,
  requestId: string,
): Answer =>
  json(status, {
    errors: [
      {
        code,
        detail: message,
        ...(pointer === undefined ? {} : { source: { pointer } }),
        meta: { ...meta, requestId },
      },
    ],
  })
