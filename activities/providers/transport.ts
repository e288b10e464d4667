/** One HTTP call to a provider: time and size limits, and a redacted record of it, however it ends. */
import { Agent, fetch, type Dispatcher } from 'undici'
import type { z } from 'zod'
import { invalidResponse, unreachable } from './call-failures.ts'
import { parseExact } from './exact-json.ts'
import type { CallOptions, Exchange } from './provider.ts'
import { ProviderError } from './provider.ts'

const timeoutDefaultMs = 30_000
const bodyMaxBytes = 10 * 1_024 * 1_024

/** A call ready to be sent: its headers may hold secrets and are never kept. */
export interface Sent {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  address: string
  headers: Record<string, string>
  body?: string | URLSearchParams
  timeoutMs?: number
}

export interface Answered {
  status: number
  text: string
  headers: Headers
  requestId: string | null
}

export interface TransportOptions {
  /** Header of an answer with the provider's own id of the call. */
  requestIdHeader?: string
  /** Where an answer has that id in its body instead. */
  requestIdOf?: (text: string) => string | null
  tls?: { cert?: Buffer | undefined; key?: Buffer | undefined; ca?: Buffer | undefined } | null
}

/** Sends a call and reads its answer with `read`, which throws `ProviderError` for an answer that means a failure. */
export type Transport = <T>(
  sent: Sent,
  options: CallOptions,
  read: (answered: Answered) => T,
) => Promise<T>

/** Makes the way to one provider; it keeps connections open and nothing else. Whatever is thrown is a `ProviderError`, or the reason of the caller's signal. */
export const createTransport = (how: TransportOptions = {}): Transport => {
  const { tls } = how
  const dispatcher = new Agent({ ...(tls && { connect: tls }), connections: 64 })
  return async (sent, options, read) => {
    const startedMs = performance.now()
    let answered: Answered | null = null
    let failureCode: string | null = null
    try {
      answered = await answerOf({ how, dispatcher }, sent, options)
      return read(answered)
    } catch (error) {
      const failed = providerErrorOf(error, options)
      failureCode = failed.failure.code
      throw failed
    } finally {
      const durationMs = Math.round(performance.now() - startedMs)
      options.onExchange?.({
        ...recordOf(sent, answered),
        durationMs,
        ...(failureCode === null ? {} : { failureCode }),
      })
    }
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
  { method, address }: Sent,
  answered: Answered | null,
): Omit<Exchange, 'durationMs'> => ({
  method,
  path: new URL(address).pathname,
  status: answered?.status ?? null,
  responseBytes: answered === null ? 0 : Buffer.byteLength(answered.text),
  ...(answered?.requestId ? { providerRequestId: answered.requestId } : {}),
})

interface Context {
  how: TransportOptions
  dispatcher: Dispatcher
}

const answerOf = async (
  { how, dispatcher }: Context,
  { method, address, headers: asked, body, timeoutMs = timeoutDefaultMs }: Sent,
  { signal }: CallOptions,
): Promise<Answered> => {
  const response = await fetch(address, {
    method,
    headers: asked,
    ...(body === undefined ? {} : { body }),
    // a redirect would carry the secret elsewhere
    redirect: 'manual',
    dispatcher,
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  })
  const { status } = response
  const text = await readLimited(response.body)
  const named = how.requestIdHeader ? response.headers.get(how.requestIdHeader) : null
  const requestId = named ?? how.requestIdOf?.(text) ?? null
  return { status, text, headers: new Headers([...response.headers]), requestId }
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

/** The body as exact JSON; null where it is none. */
export const jsonOrNull = (text: string): unknown => {
  try {
    return parseExact(text)
  } catch {
    return null
  }
}

/** The body as the schema describes it; throws `invalid_response` with the place that does not fit, never its value. */
export const parseBody = <Schema extends z.ZodType>(
  text: string,
  schema: Schema,
): z.infer<Schema> => {
  let value: unknown
  try {
    value = parseExact(text)
  } catch (error) {
    throw invalidResponse('not_json', { cause: error })
  }
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const place = result.error.issues[0]?.path.join('.') ?? ''
  throw invalidResponse(`schema:${place}`.slice(0, 100))
}
