/** Process entry of the API. */
import { once } from 'node:events'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { createProviders } from '../activities/providers/registry.ts'
import type { Config } from '../config.ts'
import { readConfig } from '../config.ts'
import { createDatabasePool } from '../db/pool.ts'
import { createVault, parseKeyRing } from '../db/vault.ts'
import { connectTemporal } from '../temporal.ts'
import { createApp } from './app.ts'
import type { Limits } from './deps.ts'
import { defaultLimits } from './deps.ts'
import { createOpenStreams } from './event-stream.ts'
import { createLog } from './log.ts'

const headersTimeoutMs = 10_000
// how often Node looks for those whose time is over; left alone, only every 30 seconds
const connectionsCheckingIntervalMs = 2_000
// the longest is the upload of a file; other bodies get 30 seconds
const requestTimeoutMs = 900_000
const statementTimeoutMs = 10_000

interface Options {
  validateResponses?: boolean
  limits?: Partial<Limits>
  /** How long the balancer is given to notice that this instance stops. */
  noticeMs?: number
  /** How long requests in flight may take to finish. */
  drainMs?: number
}

export interface RunningApi {
  url: string
  /** Refuses readiness, waits for the balancer, finishes what runs, then closes everything. */
  stop(): Promise<void>
}

/** Starts the API: `config.port` 0 takes any free port. */
export const startApi = async (config: Config, options: Options = {}): Promise<RunningApi> => {
  const log = createLog(config.logLevel)
  const vault = createVault(parseKeyRing(config.vaultKeys))
  const providers = createProviders(config.providers, config.environment)
  const pool = await createDatabasePool(config.databaseUrl, {
    maxPoolSize: config.poolSize,
    statementTimeoutMs,
  })
  const temporal = connectTemporal(config)
  let isStopping = false
  const app = createApp({
    pool,
    vault,
    temporal,
    providers,
    publicUrl: config.publicUrl,
    log,
    validateResponses: options.validateResponses ?? false,
    limits: { ...defaultLimits, ...options.limits },
    streams: createOpenStreams(),
    isStopping: () => isStopping,
  })
  const server = createServer(
    {
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: connectionsCheckingIntervalMs,
    },
    app,
  )
  server.listen(config.port, config.host)
  await once(server, 'listening')
  const port = portOf(server)
  log.info({ host: config.host, port }, 'listening')

  const stop = async (): Promise<void> => {
    isStopping = true
    await wait(options.noticeMs ?? 5_000)
    await drain(server, options.drainMs ?? 20_000)
    await temporal.connection.close()
    await pool.end()
    log.info('stopped')
  }
  let stopped: Promise<void> | null = null
  return { url: `http://${config.host}:${port}`, stop: () => (stopped ??= stop()) }
}

const portOf = (server: Server): number => {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address.port
}

/** `close` alone waits for clients that keep their connection open, so idle ones are closed and late ones cut. */
const drain = async (server: Server, drainMs: number): Promise<void> => {
  const cut = new AbortController()
  const closed = once(server, 'close')
  server.close()
  server.closeIdleConnections()
  wait(drainMs, undefined, { signal: cut.signal }).then(
    () => server.closeAllConnections(),
    () => undefined,
  )
  await closed
  cut.abort()
}

if (import.meta.main) {
  const api = await startApi(readConfig())
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      void api.stop()
    })
  }
}
