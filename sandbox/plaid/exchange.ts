/** One call to Plaid: who calls, what is asked, and the answer with its request id. */
import { z } from 'zod'
import { parseExactJson } from '../exact-json.ts'
import type { Answer } from '../http.ts'
import { json } from '../http.ts'
import type { WireRequest } from '../wire.ts'
import { PlaidRefusal } from './errors.ts'

export interface Exchange extends WireRequest {
  params: Record<string, string>
}

export interface Route {
  method: 'GET' | 'POST'
  path: string
  /** Short name that faults are aimed at. */
  endpoint: string
  run: (exchange: Exchange) => Answer
}

const version = '2020-09-14'

/** Members that every call may carry instead of the headers. */
const keys = { client_id: z.string().optional(), secret: z.string().optional() }

const bodyOf = ({ body }: Exchange): Record<string, unknown> => {
  const shape = z.record(z.string(), z.unknown())
  try {
    return shape.parse(body.trim() === '' ? {} : parseExactJson(body))
  } catch {
    throw new PlaidRefusal('INVALID_BODY', 'the body is not a JSON object')
  }
}

const textAt = (body: Record<string, unknown>, name: string): string | null =>
  typeof body[name] === 'string' ? body[name] : null

const headerAt = ({ headers }: Exchange, name: string): string | null =>
  typeof headers[name] === 'string' ? headers[name] : null

const authenticate = (exchange: Exchange, body: Record<string, unknown>): void => {
  const { clientId, clientSecret } = exchange.world.settings
  const id = headerAt(exchange, 'plaid-client-id') ?? textAt(body, 'client_id')
  const secret = headerAt(exchange, 'plaid-secret') ?? textAt(body, 'secret')
  if (id === null || secret === null)
    throw new PlaidRefusal('MISSING_FIELDS', 'client_id and secret are required')
  if (id !== clientId || secret !== clientSecret)
    throw new PlaidRefusal('INVALID_API_KEYS', 'client_id or secret is not valid')
  const wanted = headerAt(exchange, 'plaid-version')
  if (wanted !== null && wanted !== version)
    throw new PlaidRefusal('INCOMPATIBLE_API_VERSION', `only ${version} is served`)
}

const at = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (member, key) =>
      typeof member === 'object' && member !== null ? Reflect.get(member, key) : undefined,
    value,
  )

const problemOf = ({ issues: [issue] }: z.ZodError, body: unknown): PlaidRefusal => {
  if (issue === undefined) return new PlaidRefusal('INVALID_BODY', 'the body cannot be used')
  const name = issue.path.join('.')
  if (issue.code === 'unrecognized_keys')
    return new PlaidRefusal('UNKNOWN_FIELDS', `unknown fields: ${issue.keys.join(', ')}`)
  if (at(body, issue.path) === undefined)
    return new PlaidRefusal('MISSING_FIELDS', `missing fields: ${name}`)
  return new PlaidRefusal('INVALID_FIELD', `${name}: ${issue.message}`)
}

/** A route of the API: only these members are taken, the answer is JSON with the request id. */
export const route = <S extends z.ZodRawShape>(
  path: string,
  shape: S,
  run: (exchange: Exchange, body: z.infer<z.ZodObject<S & typeof keys, z.core.$strict>>) => object,
): Route => {
  const strict = z.strictObject({ ...keys, ...shape })
  return {
    method: 'POST',
    path,
    endpoint: `plaid${path}`,
    run(exchange) {
      const body = bodyOf(exchange)
      authenticate(exchange, body)
      const parsed = strict.safeParse(body)
      if (!parsed.success) throw problemOf(parsed.error, body)
      return json(200, { ...run(exchange, parsed.data), request_id: exchange.requestId })
    },
  }
}

/** The member of every call that speaks of one Item. */
export const ofItem = { access_token: z.string() }
