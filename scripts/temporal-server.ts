/** A Temporal server for development and tests: one that runs already, else a development server of our own. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Connection } from '@temporalio/client'
import { startChild, type Child } from './child.ts'
import { freePort } from './ports.ts'
import { registerSearchAttributes, searchAttributes } from './search-attributes.ts'
import { temporalBinary } from './temporal-binary.ts'
import { until } from './until.ts'
import { withoutProxy } from '../temporal.ts'

export interface TemporalOptions {
  /** Address (host:port) of a server that runs already; nothing is started then. */
  address?: string | undefined
  namespace?: string
  /** File that keeps workflows across restarts; in memory when absent. */
  dbFile?: string
  /** Wanted ports; the next free one is taken instead when occupied. Any port, and no UI, when absent. */
  port?: number
  uiPort?: number
  logFile?: string
  log?: (line: string) => void
}

export interface Temporal {
  address: string
  namespace: string
  uiUrl: string | null
  /** The server's process; null where it is not ours. */
  child: Child | null
  stop: () => Promise<void>
}

const startLimitMs = 60_000
const startsMax = 3

/** Gives a Temporal server whose namespace is ready and knows our search attributes; rejects with a sentence. */
export const startTemporal = async (options: TemporalOptions = {}): Promise<Temporal> => {
  const { address, namespace = 'default' } = options
  if (address === undefined || address === '') return startOwn({ ...options, namespace })
  await ready({ address, namespace })
  return { address, namespace, uiUrl: null, child: null, stop: async () => {} }
}

type OwnOptions = TemporalOptions & { namespace: string }

/**
 * The server chooses ports for its own services and opens them a moment later; when somebody else was faster it ends,
 * and another start chooses others.
 */
const startOwn = async (options: OwnOptions, startsLeft = startsMax): Promise<Temporal> => {
  const { namespace } = options
  const { child, address, uiUrl } = await launch(options)
  try {
    await ready({ address, namespace, child })
  } catch (error) {
    const hasEnded = child.hasExited()
    await child.stop()
    if (!hasEnded || startsLeft === 1) throw error
    options.log?.('The Temporal server ended while it was starting and is started again.')
    return startOwn(options, startsLeft - 1)
  }
  return { address, namespace, uiUrl, child, stop: () => child.stop(30_000) }
}

const launch = async (options: OwnOptions) => {
  const { namespace } = options
  const command = await temporalBinary(options.log === undefined ? {} : { log: options.log })
  const port = await freePort(options.port ?? 0)
  const uiPort = options.uiPort === undefined ? null : await freePort(options.uiPort)
  const child = await startChild({
    name: 'temporal',
    command,
    args: await serverArguments(command, { ...options, namespace, port, uiPort }),
    ...(options.logFile === undefined ? {} : { logFile: options.logFile }),
  })
  const uiUrl = uiPort === null ? null : `http://127.0.0.1:${uiPort}`
  return { child, address: `127.0.0.1:${port}`, uiUrl }
}

interface ServerOptions {
  namespace: string
  dbFile?: string
  port: number
  uiPort: number | null
}

const serverArguments = async (
  command: string,
  { namespace, dbFile, port, uiPort }: ServerOptions,
): Promise<string[]> => {
  // an installed CLI may be older than the one we build, and refuses what it does not know
  const help = await promisify(execFile)(command, ['server', 'start-dev', '--help'])
  const optional = ['--ui-disable-news-fetch'].filter((flag) => help.stdout.includes(flag))
  return [
    'server',
    'start-dev',
    '--ip=127.0.0.1',
    `--port=${port}`,
    `--namespace=${namespace}`,
    '--log-level=warn',
    // the server would otherwise ask the vendor for newer versions
    '--dynamic-config-value=frontend.enableServerVersionCheck=false',
    ...searchAttributes.map((name) => `--search-attribute=${name}=Keyword`),
    ...(uiPort === null ? ['--headless'] : [`--ui-port=${uiPort}`, ...optional]),
    ...(dbFile === undefined ? [] : [`--db-filename=${dbFile}`]),
  ]
}

const ready = async ({
  address,
  namespace,
  child,
}: {
  address: string
  namespace: string
  child?: Child
}) => {
  const options = { address, connectTimeout: 2_000, ...withoutProxy }
  const connection = await until(() => Connection.connect(options), {
    what: `An answer of the Temporal server at ${address}`,
    limitMs: child === undefined ? 10_000 : startLimitMs,
    givenUp: () =>
      child?.hasExited() === true ? `it ended.\n${child.tail().slice(-8).join('\n')}` : undefined,
  })
  try {
    await until(
      async () => {
        await connection.workflowService.describeNamespace({ namespace })
        await registerSearchAttributes(connection, namespace)
        return true
      },
      {
        what: `A usable namespace "${namespace}" of the Temporal server at ${address}`,
        limitMs: 15_000,
      },
    )
  } finally {
    await connection.close()
  }
}
