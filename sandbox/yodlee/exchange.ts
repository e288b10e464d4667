/** One call to Yodlee's API, its answer and its errors. */
import { z } from 'zod'
import type { Answer } from '../http.ts'
import { json } from '../http.ts'
import type { WireRequest } from '../wire.ts'

export interface Exchange extends WireRequest {
  params: Record<string, string>
}

/** Whose token a call carries. */
export interface Caller {
  loginName: string
  admin: boolean
}

export interface Route {
  method: string
  path: string
  /** Short name, by which faults strike. */
  endpoint: string
  /** Whose token it takes. */
  access: 'anyone' | 'user' | 'admin' | 'either'
  run: (exchange: Exchange, caller: Caller) => Answer
}

type Address = readonly [method: string, path: string, endpoint: string]

/** Where the API begins on this port. */
export const apiPath = '/ysl'

const routeFor =
  (access: Route['access'], prefix: string) =>
  ([method, path, endpoint]: Address, run: Route['run']): Route => ({
    method,
    path: prefix + path,
    endpoint: `yodlee/${endpoint}`,
    access,
    run,
  })

/** A route of the API for the token of a user. */
export const forUser = routeFor('user', apiPath)
/** A route of the API for the token of the customer itself. */
export const forAdmin = routeFor('admin', apiPath)
/** A route of the API for both kinds of tokens. */
export const forEither = routeFor('either', apiPath)
/** A route of the API that takes no token. */
export const forAnyone = routeFor('anyone', apiPath)
/** A page for a browser, outside of the API. */
export const forBrowser = routeFor('anyone', '')

/** A call that Yodlee refuses, with one of its codes. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string

  constructor(code: string, reason: string, status = 400) {
    super(reason)
    this.code = code
    this.status = status
  }
}

/** The refusal of a value that cannot be. */
export const invalidValue = (name: string): Refusal =>
  new Refusal('Y800', `Invalid value for ${name}`)

/** Yodlee's form of an error. */
export const errorBody = (code: string, message: string, reference: string) => ({
  errorCode: code,
  errorMessage: message,
  referenceCode: `y${reference.replaceAll('-', '')}`,
})

/** An answer without a body. */
export const noContent = (): Answer => ({ status: 204, headers: {}, body: '' })

/** An answer that lists things; an empty list is left out altogether. */
export const listed = (name: string, rows: readonly unknown[]): Answer =>
  json(200, rows.length === 0 ? {} : { [name]: rows })

const idsMax = 100

/** The numbers of a comma-separated parameter; null when it is absent. Throws Y800 and Y824. */
export const idsOf = ({ query }: Exchange, name: string, max = idsMax): number[] | null => {
  const text = query.get(name)
  if (text === null || text === '') return null
  const ids = text.split(',').map((part) => part.trim())
  if (!ids.every((id) => /^\d{1,15}$/.test(id))) throw invalidValue(name)
  if (ids.length > max)
    throw new Refusal('Y824', `The maximum number of ${name} is ${String(max)}.`)
  return ids.map(Number)
}

/** A number of the path; throws Y800 when it is none. */
export const idIn = ({ params }: Exchange, name: string): number => {
  const text = params[name] ?? ''
  if (!/^\d{1,15}$/.test(text)) throw invalidValue(name)
  return Number(text)
}

/** A whole number from the query within its limits; throws Y800 and Y804. */
export const countOf = (
  { query }: Exchange,
  name: string,
  { standard, max }: { standard: number; max: number },
): number => {
  const text = query.get(name)
  if (text === null || text === '') return standard
  if (!/^\d{1,9}$/.test(text)) throw invalidValue(name)
  const count = Number(text)
  if (count > max)
    throw new Refusal('Y804', `Permitted values of ${name} are between 0 and ${String(max)}.`)
  return count
}

/** A day from the query, `YYYY-MM-DD`; throws Y800. */
export const dayOf = ({ query }: Exchange, name: string, standard: string): string => {
  const text = query.get(name)
  if (text === null || text === '') return standard
  if (!z.iso.date().safeParse(text).success) throw invalidValue(name)
  return text
}

const parsed = (text: string): unknown => {
  try {
    return text.trim() === '' ? {} : JSON.parse(text)
  } catch {
    throw new Refusal('Y806', 'Invalid input: the body is not JSON')
  }
}

/** The body of a call in the shape of the schema; throws Y800 with the path of what is wrong. */
export const bodyOf = <T>({ body }: Exchange, shape: z.ZodType<T>): T => {
  const read = shape.safeParse(parsed(body))
  if (read.success) return read.data
  throw invalidValue(read.error.issues[0]?.path.join('.') || 'the request')
}

/** An instant as Yodlee writes it, without fractions of a second. */
export const instantOf = (at: number | string): string =>
  `${new Date(at).toISOString().slice(0, 19)}Z`
