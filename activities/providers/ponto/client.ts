/** Ponto's addresses, authorization and envelopes. Answers are parsed against a schema. */
import type { z } from 'zod'
import { invalidResponse } from '../call-failures.ts'
import type { CallOptions } from '../provider.ts'
import { ProviderError } from '../provider.ts'
import type { Answered, Sent, Transport } from '../transport.ts'
import { createTransport, jsonOrNull, parseBody } from '../transport.ts'
import type { PontoConfig } from './config.ts'
import { failureOf } from './errors.ts'

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

const transportOf = ({ tls }: PontoConfig): Transport =>
  createTransport({
    requestIdHeader: 'ibanity-request-id',
    tls: tls && { cert: tls.cert?.reveal(), key: tls.key?.reveal(), ca: tls.ca },
  })

/** Makes the client of one configuration; it keeps connections open and nothing else. */
export const createPontoClient = (config: PontoConfig): PontoClient => {
  const exchange = transportOf(config)
  return {
    call: (call, schema, options) =>
      exchange(sentOf(config, call), options, (answered) => parsed(answered, { call, schema })),
    send: (call, options) =>
      exchange(sentOf(config, call), options, (answered) => {
        const isGone = call.method === 'DELETE' && answered.status === 404
        if (answered.status >= 300 && !isGone) throw refusal(answered, call)
      }),
    published(schema, options) {
      const call: Call = { method: 'GET', path: '', authorization: 'none' }
      const sent = { ...sentOf(config, call), address: config.jwksUrl }
      return exchange(sent, options, (answered) => parsed(answered, { call, schema }))
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

const sentOf = (config: PontoConfig, call: Call): Sent => ({
  method: call.method,
  address: config.apiUrl + call.path,
  headers: headersOf(config, call),
  ...bodyOf(call),
})

const refusal = ({ status, text, headers, requestId }: Answered, { path }: Call): ProviderError => {
  const where = path.startsWith('/oauth2/') ? 'token' : 'api'
  const retryAfter = headers.get('retry-after')
  const body = jsonOrNull(text)
  return new ProviderError(
    failureOf({ status, requestId, retryAfter, where, body, nowMs: Date.now() }),
  )
}

const parsed = <Schema extends z.ZodType>(
  answered: Answered,
  { call, schema }: { call: Call; schema: Schema },
): z.infer<Schema> => {
  if (answered.status >= 300) throw refusal(answered, call)
  return parseBody(answered.text, schema)
}
