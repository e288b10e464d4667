/** One request to Salt Edge and the routes that answer it. */
import type { Answer } from '../http.ts'
import { json } from '../http.ts'
import type { WireRequest } from '../wire.ts'
import type { SaltEdgeState } from './state.ts'

export interface Exchange extends WireRequest {
  state: SaltEdgeState
  params: Record<string, string>
}

export interface Route {
  method: string
  path: string
  /** Short name that faults are aimed at. */
  endpoint: string
  /** The pages of a person need no keys. */
  access: 'client' | 'anyone'
  run: (exchange: Exchange) => Answer
}

type Address = [method: string, path: string, endpoint: string]

const base = '/api/v6'

/** A route of the API, for a client with its keys. */
export const forClient = (
  [method, path, endpoint]: Address,
  run: (exchange: Exchange) => Answer,
): Route => ({
  method,
  path: base + path,
  endpoint: `saltedge/${endpoint}`,
  access: 'client',
  run,
})

/** A page for a person. */
export const forAnyone = (
  [method, path, endpoint]: Address,
  run: (exchange: Exchange) => Answer,
): Route => ({ method, path, endpoint: `saltedge/${endpoint}`, access: 'anyone', run })

const statuses: Record<string, number> = {
  ApiKeyNotFound: 401,
  AppIdNotProvided: 401,
  SecretNotProvided: 401,
  DuplicatedCustomer: 409,
  ConnectionDuplicated: 409,
  ConnectionAlreadyProcessing: 409,
  BackgroundFetchLimitExceeded: 429,
  RateLimitExceeded: 429,
  TooManyRequests: 429,
  InternalServerError: 500,
}

/** The HTTP status that goes with an error class. */
export const statusOf = (errorClass: string): number =>
  statuses[errorClass] ?? (errorClass.endsWith('NotFound') ? 404 : 400)

/** An error that is answered in Salt Edge's envelope. */
export class Refusal extends Error {
  readonly errorClass: string

  constructor(errorClass: string, message: string) {
    super(message)
    this.errorClass = errorClass
  }
}

/** The envelope of an error. */
export const errorBody = (errorClass: string, message: string, requestBody: string): object => ({
  error: {
    class: errorClass,
    message,
    documentation_url: `https://docs.saltedge.com/v6/#errors-${errorClass}`,
  },
  request: requestOf(requestBody),
})

const requestOf = (text: string): unknown => {
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    return {}
  }
}

/** One thing in the envelope of a success. */
export const dataAnswer = (data: unknown): Answer => json(200, { data })

const pageRowsMax = 1000
const pageRowsUsual = 100

/** How many rows a page has: what was asked for, within the limits. */
export const perPageOf = (query: URLSearchParams, limit = pageRowsMax): number => {
  const asked = query.get('per_page')
  if (asked === null) return Math.min(pageRowsUsual, limit)
  if (!/^\d{1,6}$/.test(asked) || Number(asked) < 1 || Number(asked) > pageRowsMax)
    throw new Refusal('ValueOutOfRange', 'per_page must lie between 1 and 1000.')
  return Math.min(Number(asked), limit)
}

/** The id that a page begins with, itself included; null is the beginning. */
export const fromIdOf = (query: URLSearchParams): bigint | null => {
  const text = query.get('from_id')
  if (text === null || text === '') return null
  if (!/^\d{1,40}$/.test(text)) throw new Refusal('WrongRequestFormat', 'from_id must be an id.')
  return BigInt(text)
}

/** The envelope of a list; `nextId` is the first id of the next page. */
export const listAnswer = (
  { path, query }: Exchange,
  rows: readonly unknown[],
  nextId: string | null,
): Answer => {
  const next = new URLSearchParams(query)
  if (nextId !== null) next.set('from_id', nextId)
  const nextPage = nextId === null ? null : `${path}?${next.toString()}`
  return json(200, { data: rows, meta: { next_id: nextId, next_page: nextPage } })
}

/** A page of rows that are sorted by id. */
export const pageOf = <R extends { id: string }>(
  exchange: Exchange,
  rows: readonly R[],
  show: (row: R) => unknown,
): Answer => {
  const from = fromIdOf(exchange.query)
  const size = perPageOf(exchange.query)
  const rest = from === null ? rows : rows.filter(({ id }) => BigInt(id) >= from)
  return listAnswer(exchange, rest.slice(0, size).map(show), rest[size]?.id ?? null)
}
