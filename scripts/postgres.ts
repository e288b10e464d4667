/** PostgreSQL for development and tests: a server that runs already, else one of our own. */
import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import type { Child } from './child.ts'
import { freePort } from './ports.ts'
import { postgresBinaries } from './postgres-binaries.ts'
import { initialise, start, type Cluster } from './postgres-cluster.ts'
import { canReach, databaseUser, reachableTwin, type SystemUser } from './system-user.ts'
import { until } from './until.ts'

export interface PostgresOptions {
  /** Folder that keeps the data directory and the administrator's password. */
  dir: string
  /** Administrator's address of a server that runs already; nothing is started then. */
  databaseUrl?: string | undefined
  /** Wanted port; the next free one is taken instead when it is occupied, any when absent. */
  port?: number
  /** False for throw-away servers of tests, which then skip every flush to disk. */
  durable?: boolean
  logFile?: string
  log?: (line: string) => void
}

export interface Postgres {
  /** Address of the administrator, at the database `postgres` for a server of our own. */
  adminUrl: string
  /** The server's process; null where it is not ours. */
  child: Child | null
  /** The folder with the data; null where the server is not ours. */
  folder: string | null
  stop: () => Promise<void>
}

const startAttemptsMax = 5

/** Gives a PostgreSQL server that answers, as root and as an ordinary user alike; rejects with a sentence. */
export const startPostgres = async (options: PostgresOptions): Promise<Postgres> => {
  if (options.databaseUrl !== undefined && options.databaseUrl !== '') {
    await answersElsewhere(options.databaseUrl)
    return { adminUrl: options.databaseUrl, child: null, folder: null, stop: async () => {} }
  }
  const user = await databaseUser()
  await mkdir(options.dir, { recursive: true })
  const folder = await dataFolder(options, user)
  const password = await keptPassword(path.join(options.dir, 'postgres-password'))
  const cluster: Cluster = {
    binaries: await postgresBinaries(user),
    folder,
    user,
    durable: options.durable ?? true,
    ...(options.logFile === undefined ? {} : { logFile: options.logFile }),
  }
  await initialise(cluster, password)
  const { child, port } = await startAndWait(cluster, { password, port: options.port ?? 0 })
  return { adminUrl: addressAt(port, password), child, folder, stop: () => child.stop(30_000) }
}

const addressAt = (port: number, password: string): string =>
  `postgres://postgres:${password}@127.0.0.1:${port}/postgres`

const dataFolder = async (options: PostgresOptions, user: SystemUser | null): Promise<string> => {
  // temporary folders are made for one user only; what is secret below keeps its own protection
  if (user !== null) await chmod(options.dir, ((await stat(options.dir)).mode & 0o777) | 0o011)
  if (await canReach(user, options.dir)) return path.resolve(options.dir, 'pg')
  const folder = path.join(await reachableTwin(options.dir), 'pg')
  options.log?.(
    `PostgreSQL keeps its data in ${folder}, because ${user?.name} cannot enter ${options.dir}`,
  )
  return folder
}

const keptPassword = async (file: string): Promise<string> => {
  const kept = await readFile(file, 'utf8').catch(() => '')
  if (kept.trim() !== '') return kept.trim()
  const password = randomBytes(24).toString('base64url')
  await writeFile(file, `${password}\n`, { mode: 0o600 })
  return password
}

/**
 * A server killed a moment ago may still hold its shared memory, and a port may be taken since it was found free: the
 * new server then ends at once, so it is tried again.
 */
const startAndWait = async (
  cluster: Cluster,
  wanted: { password: string; port: number },
): Promise<{ child: Child; port: number }> => {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort(wanted.port)
    const child = await start(cluster, port)
    try {
      await answers(addressAt(port, wanted.password), child)
      return { child, port }
    } catch (error) {
      await child.stop()
      if (!child.tail().some((line) => passes.test(line)) || attempt === startAttemptsMax)
        throw error
      await delay(500 * attempt)
    }
  }
}

/** What PostgreSQL says of a reason that is gone a moment later. */
const passes = /shared memory block|lock file|could not create any TCP\/IP sockets/

const ask = async (adminUrl: string): Promise<boolean> => {
  const client = new Client({ connectionString: adminUrl, connectionTimeoutMillis: 2_000 })
  // a server that ends while we ask says so on the socket; the rejected query is enough for us
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('SELECT 1')
    return true
  } finally {
    await client.end().catch(() => {})
  }
}

const answers = (adminUrl: string, child: Child): Promise<boolean> =>
  until(() => ask(adminUrl), {
    what: 'The start of PostgreSQL',
    limitMs: 30_000,
    givenUp: () =>
      child.hasExited() ? `it ended.\n${child.tail().slice(-8).join('\n')}` : undefined,
  })

/** A wrong user or password, an unknown database: asking again does not help. */
const refusals = new Set(['28000', '28P01', '3D000'])

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : ''

const answersElsewhere = async (adminUrl: string): Promise<void> => {
  if (!/^postgres(ql)?:\/\//.test(adminUrl) || !URL.canParse(adminUrl))
    throw new Error('DATABASE_URL is no address such as postgres://user:password@host:5432/name.')
  let last: unknown
  const attempt = () =>
    ask(adminUrl).catch((error: unknown) => {
      last = error
      throw error
    })
  const saying = () => (last instanceof Error && last.message !== '' ? last.message : codeOf(last))
  await until(attempt, {
    what: 'An answer of the PostgreSQL at DATABASE_URL',
    limitMs: 10_000,
    givenUp: () => (refusals.has(codeOf(last)) ? saying() : undefined),
  }).catch((error: unknown) => {
    if (!(error instanceof Error) || error.message.includes(saying())) throw error
    throw new Error(`${error.message} It says: ${saying()}`, { cause: error })
  })
}
