/** HTTP and nothing else: addresses, authorization, time and size limits. Answers are parsed against a schema. */
import { Agent, fetch, type Dispatcher } from 'undici'
import type { z } from 'zod'
import type { CallOptions } from '../provider.ts'
import { ProviderError } from '../provider.ts'
import type { PontoConfig } from './config.ts'
import { failureOf, invalidResponse, unreachable } from './errors.ts'
import { parseExact } from './json.ts'

const callTimeoutMs = 30_000
const bodyMaxBytes = 10 * 1_024 * 1_024

export type Authorization = { bearer: string } | 'basic' | 'none'

export interface Call {
  method: 'GET' | 'POST' | 'DELETE'
  /** Path below the API's base, or a whole address on the same host. */
  url: string
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
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')

interface Answered {
  status: number
  text: string
  requestId: string | null
  retryAfter: string | null
}

/** Makes the client of one configuration; it keeps connections open and nothing else. */
export const createPontoClient = (config: PontoConfig): PontoClient => {
  const dispatcher = new Agent({
    ...(config.tls === null ? {} : { connect: config.tls }),
    connections: 64,
  })
  const context = { config, dispatcher }
  return {
    async call(call, schema, options) {
      const answered = await exchange(context, call, options)
      if (answered.status >= 400) throw refusal(answered)
      return parsed(answered, schema)
    },
    async send(call, options) {
      const answered = await exchange(context, call, options)
      const isGone = call.method === 'DELETE' && answered.status === 404
      if (answered.status >= 400 && !isGone) throw refusal(answered)
    },
  }
}

interface Context {
  config: PontoConfig
  dispatcher: Dispatcher
}

/** A token must never travel to another host, whatever a paging link says. */
const addressOf = ({ apiUrl, jwksUrl }: PontoConfig, url: string): URL => {
  const address = new URL(url.startsWith('/') ? `${apiUrl}${url}` : url)
  const allowed = [new URL(apiUrl).origin, new URL(jwksUrl).origin]
  if (!allowed.includes(address.origin)) throw invalidResponse('link_to_another_host')
  return address
}

const headersOf = (
  { clientId, clientSecret }: PontoConfig,
  call: Call,
): Record<string, string> => ({
  accept: 'application/vnd.api+json, application/json',
  ...(call.authorization === 'basic'
    ? { authorization: `Basic ${base64(`${clientId}:${clientSecret}`)}` }
    : call.authorization === 'none'
      ? {}
      : { authorization: `Bearer ${call.authorization.bearer}` }),
  ...(call.json === undefined ? {} : { 'content-type': 'application/vnd.api+json' }),
  ...call.headers,
})

const bodyOf = ({ json, form }: Call): Record<string, string | URLSearchParams> => {
  if (json !== undefined) return { body: JSON.stringify(json) }
  return form === undefined ? {} : { body: new URLSearchParams(form) }
}

const exchange = async (
  { config, dispatcher }: Context,
  call: Call,
  options: CallOptions,
): Promise<Answered> => {
  const address = addressOf(config, call.url)
  const startedMs = performance.now()
  let answered: Answered | null = null
  try {
    const response = await fetch(address, {
      method: call.method,
      headers: headersOf(config, call),
      ...bodyOf(call),
      redirect: 'error',
      dispatcher,
      signal: AbortSignal.any([options.signal, AbortSignal.timeout(callTimeoutMs)]),
    })
    const { headers, status } = response
    answered = {
      status,
      text: await readLimited(response.body),
      requestId: headers.get('ibanity-request-id'),
      retryAfter: headers.get('retry-after'),
    }
    return answered
  } catch (error) {
    if (error instanceof ProviderError) throw error
    // our own stop is not the provider's fault
    if (options.signal.aborted) throw options.signal.reason
    throw unreachable(error)
  } finally {
    options.onExchange?.({
      method: call.method,
      path: address.pathname,
      status: answered?.status ?? null,
      durationMs: Math.round(performance.now() - startedMs),
      responseBytes: answered === null ? 0 : Buffer.byteLength(answered.text),
      ...(answered?.requestId ? { providerRequestId: answered.requestId } : {}),
    })
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

const refusal = ({ status, text, requestId, retryAfter }: Answered): ProviderError =>
  new ProviderError(
    failureOf({ status, body: parseOrNull(text), requestId, retryAfter, nowMs: Date.now() }),
  )

const parsed = <Schema extends z.ZodType>({ text }: Answered, schema: Schema): z.infer<Schema> => {
  let value: unknown
  try {
    value = parseExact(text)
  } catch (error) {
    throw invalidResponse('not_json', error)
  }
  const result = schema.safeParse(value)
  if (!result.success)
    throw invalidResponse(`schema:${result.error.issues[0]?.path.join('.') ?? ''}`.slice(0, 100))
  return result.data
}
