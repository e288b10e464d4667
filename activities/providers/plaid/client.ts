/** Plaid's calls: always POST, JSON both ways, keys in headers, the connection's token in the body. */
import type { z } from 'zod'
import type { CallOptions } from '../provider.ts'
import { ProviderError } from '../provider.ts'
import type { Sent } from '../transport.ts'
import { createTransport, jsonOrNull, parseBody } from '../transport.ts'
import type { PlaidConfig } from './config.ts'
import { failureOf } from './errors.ts'

const timeoutDefaultMs = 60_000

interface Call {
  path: string
  body: Record<string, unknown>
  timeoutMs?: number
}

export interface PlaidClient {
  post: <Schema extends z.ZodType>(
    call: Call,
    schema: Schema,
    options: CallOptions,
  ) => Promise<z.infer<Schema>>
}

/** What every part of the adapter works with. */
export interface Plaid {
  config: PlaidConfig
  client: PlaidClient
}

export interface Asking extends Plaid {
  options: CallOptions
}

const requestIdPattern = /^"request_id"\s*:\s*"([^"\\]{1,100})"/
const requestIdMax = 150

/** Plaid's id of a call is the last thing of that name in the answer; the text is not parsed for it. */
const requestIdOf = (text: string): string | null => {
  const from = text.lastIndexOf('"request_id"')
  return from < 0
    ? null
    : (requestIdPattern.exec(text.slice(from, from + requestIdMax))?.[1] ?? null)
}

const sentOf = (
  { apiUrl, clientId, secret }: PlaidConfig,
  { path, body, timeoutMs = timeoutDefaultMs }: Call,
): Sent => ({
  method: 'POST',
  address: apiUrl + path,
  headers: {
    accept: 'application/json',
    'content-type': 'application/json',
    'plaid-client-id': clientId,
    'plaid-secret': secret.reveal(),
    'plaid-version': '2020-09-14',
  },
  body: JSON.stringify(body),
  timeoutMs,
})

/** Makes the client of one configuration; it keeps connections open and nothing else. */
export const createPlaidClient = (config: PlaidConfig): PlaidClient => {
  const exchange = createTransport({ requestIdOf })
  return {
    post: (call, schema, options) =>
      exchange(sentOf(config, call), options, ({ status, text, headers, requestId }) => {
        if (status < 300) return parseBody(text, schema)
        const retryAfter = headers.get('retry-after')
        const body = jsonOrNull(text)
        throw new ProviderError(
          failureOf({ status, body, retryAfter, requestId, nowMs: Date.now() }),
        )
      }),
  }
}
