/** Yodlee's addresses, headers and tokens. Any 2xx is an answer; its description is unsure between 200, 201 and 204. */
import type { z } from 'zod'
import type { CallOptions } from '../provider.ts'
import { ProviderError } from '../provider.ts'
import type { Answered, Sent } from '../transport.ts'
import { createTransport, jsonOrNull, parseBody } from '../transport.ts'
import type { YodleeConfig } from './config.ts'
import { failureOf } from './errors.ts'
import { errorBody, token } from './schema.ts'

export interface Call {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Path below the API's base. */
  path: string
  query?: Record<string, string>
  json?: unknown
}

/** What is read of an answer; throws `ProviderError` where it cannot be used. */
export type Read<T> = (answered: Answered) => T

export interface Token {
  accessToken: string
  expiresAt: string
}

export interface YodleeClient {
  /** A token of minutes for one user; a name that Yodlee does not know is registered by it, silently. */
  mint: (loginName: string, options: CallOptions) => Promise<Token>
  call: <T>(call: Call & { accessToken: string }, read: Read<T>, options: CallOptions) => Promise<T>
}

/** What every part of the adapter works with. */
export interface Yodlee {
  config: YodleeConfig
  client: YodleeClient
}

const version = { 'api-version': '1.1' }
const errorTextMax = 4_096
const lifeDefaultSeconds = 1_800

/** Reads a body as the schema describes it. */
export const bodyAs =
  <Schema extends z.ZodType>(schema: Schema): Read<z.infer<Schema>> =>
  ({ text }) =>
    parseBody(text, schema)

/** For calls whose answer says nothing that is needed. */
export const nothing: Read<void> = () => undefined

/** Only refusals carry a reference, and they are short. */
const referenceOf = (text: string): string | null => {
  if (text.length > errorTextMax) return null
  const parsed = errorBody.safeParse(jsonOrNull(text))
  return parsed.success ? (parsed.data.referenceCode ?? null) : null
}

const refusal = ({ status, text, headers, requestId }: Answered): ProviderError => {
  const parsed = errorBody.safeParse(jsonOrNull(text))
  const code = parsed.success ? parsed.data.errorCode : null
  const retryAfter = headers.get('retry-after')
  return new ProviderError(
    failureOf({ where: 'api', code, status, retryAfter, requestId, nowMs: Date.now() }),
  )
}

const accepted =
  <T>(read: Read<T>): Read<T> =>
  (answered) => {
    if (answered.status >= 300) throw refusal(answered)
    return read(answered)
  }

const tokenOf: Read<Token> = ({ text }) => {
  const { accessToken, expiresIn } = parseBody(text, token).token
  const seconds = Math.min(Number(expiresIn ?? lifeDefaultSeconds), lifeDefaultSeconds)
  return { accessToken, expiresAt: new Date(Date.now() + seconds * 1_000).toISOString() }
}

/** Makes the client of one configuration; it keeps connections open and nothing else. */
export const createYodleeClient = (config: YodleeConfig): YodleeClient => {
  const exchange = createTransport({ requestIdOf: referenceOf })
  return {
    mint(loginName, options) {
      const { clientId, clientSecret } = config
      const sent: Sent = {
        method: 'POST',
        address: `${config.apiUrl}/auth/token`,
        headers: { ...version, loginname: loginName, accept: 'application/json' },
        body: new URLSearchParams({ clientId, secret: clientSecret.reveal() }),
      }
      return exchange(sent, options, accepted(tokenOf))
    },
    call: ({ accessToken, ...call }, read, options) =>
      exchange(sentOf(config, call, accessToken), options, accepted(read)),
  }
}

const addressOf = (base: string, query: Record<string, string> | undefined): string =>
  query === undefined ? base : `${base}?${new URLSearchParams(query).toString()}`

const sentOf = (
  { apiUrl }: YodleeConfig,
  { method, path, query, json }: Call,
  accessToken: string,
): Sent => ({
  method,
  address: addressOf(apiUrl + path, query),
  headers: {
    ...version,
    accept: 'application/json',
    authorization: `Bearer ${accessToken}`,
    ...(json === undefined ? {} : { 'content-type': 'application/json' }),
  },
  ...(json === undefined ? {} : { body: JSON.stringify(json) }),
})
