/** One endpoint as data: how it is called, what it answers, what it does. Bound to Express and documented from the same words. */
import type { Request } from 'express'
import type { z } from 'zod'
import type { Language } from '../locales/languages.ts'
import type { Deps } from './deps.ts'
import type { Operation, Scope } from './roles.ts'

/** The key that came with a request, and whom it stands for. */
export interface Caller {
  keyId: string
  scope: Scope
  tenantId: string
  /** The tenant's public name. */
  clientId: string
}

/** One request, checked. */
export interface Call<Params = unknown, Query = unknown, Body = unknown> {
  params: Params
  query: Query
  body: Body
  /** The key's holder; empty words on a public route. */
  caller: Caller
  language: Language
  /** The person of the ERP on whose behalf a program calls, from X-Acting-User. */
  actingUser: string
  /** Stable for all repetitions of one command: derived from tenant, route and idempotency key. */
  requestId: string
  updateId: string
  reference: string
  request: Request
}

export interface Reply {
  status: number
  /** Sent as JSON; a reply with `text`, `bytes` or `parts` is sent as it is. */
  body?: unknown
  text?: string
  bytes?: Buffer
  /** What is made while it is sent. */
  parts?: AsyncIterable<Uint8Array | string>
  headers?: Record<string, string>
  /** What a repetition with the same idempotency key is told instead of `body`, where that holds a secret. */
  replay?: unknown
}

export interface Answer {
  description: string
  schema?: z.ZodType
  contentType?: string
}

type Outputs<Schema> = Schema extends z.ZodType ? z.output<Schema> : unknown

interface Definition<P, Q, B> {
  operation: Operation
  summary: string
  params?: P
  query?: Q
  /** Absent body = `{}`; `raw` hands the bytes over. */
  body?: B
  rawBody?: true
  /**
   * The body is a file that the handler reads as it arrives. Repetitions with one Idempotency-Key are known by what the
   * first one left behind, because an answer is only kept for what was read before.
   */
  fileBody?: true
  answers: Record<number, Answer>
  /** Repetitions with one Idempotency-Key are answered alike. */
  idempotent?: true
  /** Only GET is answered and never HEAD: reading it uses something up, or takes as long as the reader stays. */
  getOnly?: true
  /** Answered to blocked tenants and ended trials too. */
  evenWhenBlocked?: true
  handler(call: Call<Outputs<P>, Outputs<Q>, Outputs<B>>, deps: Deps): Promise<Reply>
}

/** A route whose inner types are only known to its own handler. */
export type Route = Definition<z.ZodType | undefined, z.ZodType | undefined, z.ZodType | undefined>

/** Declares an endpoint; the handler's types follow from the schemas. */
export const route = <
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(
  definition: Definition<P, Q, B>,
): Definition<P, Q, B> => definition

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const

/** The parts of an operation's name: `POST /v1/x/:id` → method `post`, path `/v1/x/:id`. */
export const methodAndPath = ({ operation }: Pick<Route, 'operation'>) => {
  const [verb = '', path = ''] = operation.split(' ')
  const method = methods.find((one) => one === verb.toLowerCase())
  if (method === undefined) throw new TypeError(`no such method: ${operation}`)
  return { method, path }
}
