/** A PostgreSQL data directory of our own: made once, started, and cleared of what a killed start left behind. */
import { execFile } from 'node:child_process'
import { readFile, rm, stat, writeFile, chown } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { startChild, type Child } from './child.ts'
import { commandOf, hasEnded } from './running-process.ts'
import { makeOwnFolder, type SystemUser } from './system-user.ts'
import { until } from './until.ts'

export interface Cluster {
  binaries: string
  folder: string
  user: SystemUser | null
  /** Only throw-away clusters may lose what they confirmed. */
  durable: boolean
  logFile?: string
}

/** Makes the data directory unless it exists; the administrator is `postgres` and logs in by password only. */
export const initialise = async (cluster: Cluster, password: string): Promise<void> => {
  const { binaries, folder, user } = cluster
  if ((await stat(path.join(folder, 'PG_VERSION')).catch(() => null)) !== null) return
  await rm(folder, { recursive: true, force: true })
  await makeOwnFolder(user, folder)
  const passwordFile = `${folder}.password`
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 })
  if (user !== null) await chown(passwordFile, user.uid, user.gid)
  try {
    await promisify(execFile)(
      path.join(binaries, 'initdb'),
      [
        `--pgdata=${folder}`,
        '--username=postgres',
        '--auth=scram-sha-256',
        `--pwfile=${passwordFile}`,
        '--encoding=UTF8',
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--no-sync',
      ],
      { cwd: '/', ...ids(user), env: { ...process.env, LC_ALL: 'C' } },
    )
  } catch (cause) {
    await rm(folder, { recursive: true, force: true })
    throw new Error(`PostgreSQL could not make its data directory ${folder}: ${reasonOf(cause)}`, {
      cause,
    })
  } finally {
    await rm(passwordFile, { force: true })
  }
}

const reasonOf = (cause: unknown): string => {
  const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr) : ''
  const lines = said.split('\n').filter((line) => line.trim() !== '')
  return lines.find((line) => /error|fatal/i.test(line)) ?? lines.at(-1) ?? String(cause)
}

/** Starts the server; it listens on 127.0.0.1 only and has no socket file. */
export const start = async (cluster: Cluster, port: number): Promise<Child> => {
  await clearLeftovers(cluster)
  return startChild({
    name: 'postgres',
    command: path.join(cluster.binaries, 'postgres'),
    args: ['-D', cluster.folder, ...settings(cluster, port).flatMap((setting) => ['-c', setting])],
    cwd: '/',
    env: { ...process.env, LC_ALL: 'C' },
    // SIGINT is the fast shutdown: SIGTERM would wait for every client to leave by itself
    stopSignal: 'SIGINT',
    ...(cluster.logFile === undefined ? {} : { logFile: cluster.logFile }),
    ...(cluster.user === null ? {} : { user: cluster.user }),
  })
}

const settings = ({ durable }: Cluster, port: number): string[] => [
  `port=${port}`,
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=200',
  'log_min_messages=warning',
  'timezone=UTC',
  ...(durable ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']),
]

const ids = (user: SystemUser | null) => (user === null ? {} : { uid: user.uid, gid: user.gid })

/**
 * Ends a server that outlived a killed start, and removes a pid file whose number now belongs to another
 * program: PostgreSQL would take that program for a running server and refuse to start.
 */
const clearLeftovers = async ({ folder }: Cluster): Promise<void> => {
  const pidFile = path.join(folder, 'postmaster.pid')
  const text = await readFile(pidFile, 'utf8').catch(() => '')
  const pid = Number(text.split('\n')[0])
  const command = await commandOf(pid)
  if (command === null) return
  if (!command.includes(folder)) return rm(pidFile, { force: true })
  process.kill(pid, 'SIGINT')
  await until(async () => ((await hasEnded(pid)) ? true : undefined), {
    what: `The end of the PostgreSQL left behind by an earlier start (process ${pid})`,
    limitMs: 30_000,
  })
}
