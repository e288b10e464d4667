/** HTTP and nothing else: addresses, authorization, time and size limits. Answers are parsed against a schema. */
import { Agent, fetch, type Dispatcher } from 'undici'
import type { z } from 'zod'
import type { CallOptions, Exchange } from '../provider.ts'
import { ProviderError } from '../provider.ts'
import type { PontoConfig } from './config.ts'
import { failureOf, invalidResponse, unreachable } from './errors.ts'
import { parseExact } from './json.ts'

const callTimeoutMs = 30_000
const bodyMaxBytes = 10 * 1_024 * 1_024

type Authorization = { bearer: string } | 'basic' | 'none'

export interface Call {
  method: 'GET' | 'POST' | 'DELETE'
  /** Path below the API's base. */
  path: string
  authorization: Authorization
  json?: unknown
  form?: Record<string, string>
  headers?: Record<string, string>
}

export interface PontoClient {
  call: <Schema extends z.ZodType>(
    call: Call,
    schema: Schema,
    options: CallOptions,
  ) => Promise<z.infer<Schema>>
  /** For calls whose answer does not matter; "not found" is success when deleting. */
  send: (call: Call, options: CallOptions) => Promise<void>
  /** Reads the published keys, which are on an address of their own and need no token. */
  published: <Schema extends z.ZodType>(
    schema: Schema,
    options: CallOptions,
  ) => Promise<z.infer<Schema>>
  /** The path of a paging link; a link that leaves the API is an `invalid_response`, because a token would follow it. */
  pathOf: (link: string) => string
}

/** What every part of the adapter works with. */
export interface Ponto {
  config: PontoConfig
  client: PontoClient
}

interface Answered {
  status: number
  text: string
  requestId: string | null
  retryAfter: string | null
}

interface Context {
  config: PontoConfig
  dispatcher: Dispatcher
}

interface Asked {
  address: string
  call: Call
  options: CallOptions
}

/** Makes the client of one configuration; it keeps connections open and nothing else. */
export const createPontoClient = (config: PontoConfig): PontoClient => {
  const { tls } = config
  const certificates = tls && { cert: tls.cert?.reveal(), key: tls.key?.reveal(), ca: tls.ca }
  const dispatcher = new Agent({ ...(certificates && { connect: certificates }), connections: 64 })
  const context = { config, dispatcher }
  const below = (call: Call, options: CallOptions): Asked => ({
    address: config.apiUrl + call.path,
    call,
    options,
  })
  return {
    call: (call, schema, options) =>
      exchange(context, below(call, options), (answered) => parsed(answered, { call, schema })),
    send: (call, options) =>
      exchange(context, below(call, options), (answered) => {
        const isGone = call.method === 'DELETE' && answered.status === 404
        if (answered.status >= 300 && !isGone) throw refusal(answered, call)
      }),
    published(schema, options) {
      const call: Call = { method: 'GET', path: '', authorization: 'none' }
      const asked = { address: config.jwksUrl, call, options }
      return exchange(context, asked, (answered) => parsed(answered, { call, schema }))
    },
    pathOf: (link) => pathBelow(config.apiUrl, link),
  }
}

const pathBelow = (apiUrl: string, link: string): string => {
  const href = URL.canParse(link, `${apiUrl}/`) ? new URL(link, `${apiUrl}/`).href : ''
  if (!href.startsWith(`${apiUrl}/`)) throw invalidResponse('link_leaves_the_api')
  return href.slice(apiUrl.length)
}

const authorizationOf = (
  { clientId, clientSecret }: PontoConfig,
  authorization: Authorization,
): Record<string, string> => {
  if (authorization === 'none') return {}
  if (authorization !== 'basic') return { authorization: `Bearer ${authorization.bearer}` }
  const pair = Buffer.from(`${clientId}:${clientSecret.reveal()}`).toString('base64')
  return { authorization: `Basic ${pair}` }
}

const headersOf = (config: PontoConfig, call: Call): Record<string, string> => ({
  accept: 'application/vnd.api+json, application/json',
  ...authorizationOf(config, call.authorization),
  ...(call.json === undefined ? {} : { 'content-type': 'application/vnd.api+json' }),
  ...call.headers,
})

const bodyOf = ({ json, form }: Call): { body?: string | URLSearchParams } => {
  if (json !== undefined) return { body: JSON.stringify(json) }
  return form === undefined ? {} : { body: new URLSearchParams(form) }
}

/** One call, from the first byte to what is read from the answer; told to `onExchange` however it ends. */
const exchange = async <T>(
  context: Context,
  asked: Asked,
  read: (answered: Answered) => T,
): Promise<T> => {
  const startedMs = performance.now()
  let answered: Answered | null = null
  let failureCode: string | null = null
  try {
    answered = await answerOf(context, asked)
    return read(answered)
  } catch (error) {
    const failed = providerErrorOf(error, asked.options)
    failureCode = failed.failure.code
    throw failed
  } finally {
    const durationMs = Math.round(performance.now() - startedMs)
    asked.options.onExchange?.({
      ...recordOf(asked, answered),
      durationMs,
      ...(failureCode === null ? {} : { failureCode }),
    })
  }
}

const providerErrorOf = (error: unknown, { signal }: CallOptions): ProviderError => {
  if (error instanceof ProviderError) return error
  // our own stop is not the provider's fault
  if (signal.aborted) throw signal.reason
  return unreachable(error)
}

/** What is kept of a call: no header, no query, no word of a body. */
const recordOf = (
  { address, call }: Asked,
  answered: Answered | null,
): Omit<Exchange, 'durationMs'> => ({
  method: call.method,
  path: new URL(address).pathname,
  status: answered?.status ?? null,
  responseBytes: answered === null ? 0 : Buffer.byteLength(answered.text),
  ...(answered?.requestId ? { providerRequestId: answered.requestId } : {}),
})

const answerOf = async (
  { config, dispatcher }: Context,
  { address, call, options }: Asked,
): Promise<Answered> => {
  const response = await fetch(address, {
    method: call.method,
    headers: headersOf(config, call),
    ...bodyOf(call),
    // a redirect would carry the token elsewhere
    redirect: 'manual',
    dispatcher,
    signal: AbortSignal.any([options.signal, AbortSignal.timeout(callTimeoutMs)]),
  })
  const { headers, status } = response
  return {
    status,
    text: await readLimited(response.body),
    requestId: headers.get('ibanity-request-id'),
    retryAfter: headers.get('retry-after'),
  }
}

const readLimited = async (body: AsyncIterable<Uint8Array> | null): Promise<string> => {
  if (body === null) return ''
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.byteLength
    if (bytes > bodyMaxBytes) throw invalidResponse('body_too_large')
    chunks.push(chunk)
  }
  return new TextDecoder('utf-8').decode(Buffer.concat(chunks))
}

const parseOrNull = (text: string): unknown => {
  try {
    return parseExact(text)
  } catch {
    return null
  }
}

const refusal = ({ text, ...answered }: Answered, { path }: Call): ProviderError => {
  const where = path.startsWith('/oauth2/') ? 'token' : 'api'
  const nowMs = Date.now()
  return new ProviderError(failureOf({ ...answered, where, body: parseOrNull(text), nowMs }))
}

const parsed = <Schema extends z.ZodType>(
  answered: Answered,
  { call, schema }: { call: Call; schema: Schema },
): z.infer<Schema> => {
  if (answered.status >= 300) throw refusal(answered, call)
  let value: unknown
  try {
    value = parseExact(answered.text)
  } catch (error) {
    throw invalidResponse('not_json', { cause: error })
  }
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const place = result.error.issues[0]?.path.join('.') ?? ''
  throw invalidResponse(`schema:${place}`.slice(0, 100))
}
