/** The little that both servers of the sandbox need of HTTP. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'

export interface Answer {
  status: number
  headers: Record<string, string>
  body: string
}

const bodyTimeoutMs = 60_000

/** An answer in JSON, already written. */
export const jsonText = (status: number, body: string): Answer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body,
})

/** An answer in JSON. */
export const json = (status: number, body: unknown): Answer =>
  jsonText(status, JSON.stringify(body))

/** A page for a browser. */
export const html = (status: number, body: string): Answer => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
  body,
})

/** Sends the browser elsewhere. */
export const redirect = (location: string): Answer => ({
  status: 302,
  headers: { location, 'cache-control': 'no-store' },
  body: '',
})

/** The whole body of a request; null when it is longer than the limit. */
export const readBody = async (
  request: IncomingMessage,
  limitBytes: number,
): Promise<Buffer | null> => {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    const part = Buffer.from(chunk)
    bytes += part.length
    if (bytes > limitBytes) return null
    chunks.push(part)
  }
  return Buffer.concat(chunks)
}

/** Writes an answer. */
export const send = (response: ServerResponse, { status, headers, body }: Answer): void => {
  const bytes = Buffer.from(body)
  response.writeHead(status, { ...headers, 'content-length': bytes.length })
  response.end(bytes)
}

/** Starts a server; port 0 takes a free one. Resolves with its address when it listens. */
export const listen = async (
  serve: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  { host, port }: { host: string; port: number },
): Promise<{ server: Server; url: string }> => {
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : 'unknown'
      if (!response.headersSent && !response.destroyed)
        send(response, json(500, { errors: [{ code: 'sandboxDefect', detail: reason }] }))
    })
  })
  server.requestTimeout = bodyTimeoutMs
  server.keepAliveTimeout = 15_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const address = server.address()
  const bound = typeof address === 'object' && address !== null ? address.port : port
  return { server, url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}` }
}

/** Ends a server and every connection that is still open, hanging ones too. */
export const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
