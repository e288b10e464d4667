/** One load generator: a fixed number of kept-alive connections, each with one request at a time. */
import { Pool } from 'undici'

export interface LoadRequest {
  method: 'GET' | 'POST' | 'PATCH'
  path: string
  headers: Record<string, string>
  body?: string
}

const concurrency = 16
const timeoutMs = 20_000

export interface Load {
  /** Sends one request and returns the answer as it is. */
  once: (request: LoadRequest) => Promise<unknown>
  /** Repeats a request on all connections for a time; returns answers per second. Rejects at any refusal. */
  perSecond: (request: LoadRequest, forMs: number) => Promise<number>
  close: () => Promise<void>
}

/** Opens the connections to one server. */
export const openLoad = (origin: string): Load => {
  const pool = new Pool(origin, {
    connections: concurrency,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  })
  const send = async (request: LoadRequest): Promise<string> => {
    const { statusCode, body } = await pool.request({ ...request, body: request.body ?? null })
    const text = await body.text()
    if (statusCode >= 300) throw new Error(`${request.path} answered ${statusCode}: ${text}`)
    return text
  }
  return {
    once: async (request) => JSON.parse(await send(request)),
    perSecond: async (request, forMs) => {
      let answers = 0
      const startedAt = performance.now()
      const repeat = async () => {
        while (performance.now() - startedAt < forMs) {
          await send(request)
          answers += 1
        }
      }
      await Promise.all(Array.from({ length: concurrency }, repeat))
      return (answers / (performance.now() - startedAt)) * 1_000
    },
    close: () => pool.close(),
  }
}
