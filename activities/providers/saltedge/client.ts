/** Salt Edge's addresses, keys, signatures and envelopes. Answers are parsed against a schema. */
import { sign } from 'node:crypto'
import type { z } from 'zod'
import type { CallOptions } from '../provider.ts'
import { ProviderError } from '../provider.ts'
import type { Answered, Sent } from '../transport.ts'
import { createTransport, jsonOrNull, parseBody } from '../transport.ts'
import type { SaltEdgeConfig } from './config.ts'
import { failureOf } from './errors.ts'

interface Call {
  method: 'GET' | 'POST' | 'DELETE'
  /** Path below the API's base, with its query. */
  path: string
  /** Sent as `{ data }`. */
  data?: unknown
}

export interface SaltEdgeClient {
  call: <Schema extends z.ZodType>(
    call: Call,
    schema: Schema,
    options: CallOptions,
  ) => Promise<z.infer<Schema>>
  /** Deletes what may be gone already: "not found" is success. */
  remove: (path: string, options: CallOptions) => Promise<void>
}

/** What every part of the adapter works with. */
export interface SaltEdge {
  config: SaltEdgeConfig
  client: SaltEdgeClient
}

/** One call after the other for the same reason, under the same signal. */
export interface Asking extends SaltEdge {
  options: CallOptions
}

/** How long a signature is good for, as Salt Edge advises. */
const signatureSeconds = 60

/** Makes the client of one configuration; it keeps connections open and nothing else. */
export const createSaltEdgeClient = (config: SaltEdgeConfig): SaltEdgeClient => {
  const exchange = createTransport()
  return {
    call: (call, schema, options) =>
      inTime(() =>
        exchange(sentOf(config, call), options, (answered) => {
          if (answered.status >= 300) throw refusal(answered)
          return parseBody(answered.text, schema)
        }),
      ),
    remove: (path, options) =>
      inTime(() =>
        exchange(sentOf(config, { method: 'DELETE', path }), options, (answered) => {
          if (answered.status >= 300 && !isGone(answered)) throw refusal(answered)
        }),
      ),
  }
}

const isLate = (error: unknown): error is ProviderError =>
  error instanceof ProviderError && error.failure.providerCode === 'RequestExpired'

/** A signature that was too old on arrival is given once more; that a second is as well shows that our clock is wrong. */
const inTime = async <Result>(call: () => Promise<Result>): Promise<Result> => {
  try {
    return await call()
  } catch (error) {
    if (!isLate(error)) throw error
  }
  try {
    return await call()
  } catch (error) {
    if (!isLate(error)) throw error
    throw new ProviderError({ ...error.failure, code: 'operator_misconfigured' }, { cause: error })
  }
}

/** A query with only what is set; every value is text. */
export const withQuery = (
  path: string,
  query: Readonly<Record<string, string | undefined>>,
): string => {
  const set = Object.entries(query).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  )
  return set.length === 0 ? path : `${path}?${new URLSearchParams(set).toString()}`
}

/** Signed anew with every call and over exactly what is sent, because a signature lives for a minute. */
const sentOf = (config: SaltEdgeConfig, { method, path, data }: Call): Sent => {
  const address = new URL(config.apiUrl + path).href
  const body = data === undefined ? '' : JSON.stringify({ data })
  return {
    method,
    address,
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      'app-id': config.appId,
      secret: config.secret.reveal(),
      ...signatureOf(config, `${method}|${address}|${body}`),
    },
    ...(body === '' ? {} : { body }),
  }
}

const signatureOf = ({ privateKey }: SaltEdgeConfig, signed: string): Record<string, string> => {
  if (privateKey === null) return {}
  const expiresAt = String(Math.floor(Date.now() / 1_000) + signatureSeconds)
  const text = Buffer.from(`${expiresAt}|${signed}`)
  return {
    'expires-at': expiresAt,
    signature: sign('sha256', text, privateKey.reveal()).toString('base64'),
  }
}

const refusal = ({ status, text, headers }: Answered): ProviderError =>
  new ProviderError(
    failureOf({
      status,
      body: jsonOrNull(text),
      retryAfter: headers.get('retry-after'),
      nowMs: Date.now(),
    }),
  )

const isGone = (answered: Answered): boolean => {
  const { code, reason, providerCode } = refusal(answered).failure
  // without a class only the status speaks; a wrong route has a class of its own
  const isUnnamed = answered.status === 404 && providerCode === undefined
  return code === 'connection_gone' || reason === 'already_revoked' || isUnnamed
}
