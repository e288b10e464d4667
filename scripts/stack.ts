/** The whole product on this machine: PostgreSQL, Temporal, the sandbox, worker and API as real processes. */
import path from 'node:path'
import { migrate } from '../db/migrate.ts'
import { claimFolder } from './dev-folder.ts'
import { devSecrets } from './dev-secrets.ts'
import { stackEnvironment } from './stack-environment.ts'
import { reservePorts } from './stack-ports.ts'
import type { StackOptions, Starting } from './stack-options.ts'
import type { StackProcess } from './stack-process.ts'
import { makeDatabase } from './stack-database.ts'
import { startPrograms, type Programs } from './stack-programs.ts'
import { startServers, type Servers } from './stack-servers.ts'

export interface Stack {
  /** What the programs got as environment; holds secrets. */
  env: Readonly<Record<string, string>>
  urls: { api: string; ponto: string; sandboxControl: string; temporalUi: string | null }
  /** PostgreSQL and Temporal are null where they run elsewhere. */
  processes: Servers['processes'] & Programs
  /** Ends everything in order: API, worker, sandbox, Temporal, PostgreSQL. */
  stopAll: () => Promise<void>
}

const stopOrder = ['api', 'worker', 'sandbox', 'temporal', 'postgres']
// the worker finishes the page in hand, which may take it three quarters of a minute
const graceMs = 50_000

/** Starts a stack and resolves when all of it is ready; where a part fails, what was started is ended again. */
export const startStack = async (options: StackOptions): Promise<Stack> => {
  const folder = await claimFolder(path.resolve(options.dir), options.fresh)
  const ports = await reservePorts(folder.dir, options.ports ?? 'remembered')
  const running: StackProcess[] = []
  const stopAll = async () => {
    const rank = ({ name }: StackProcess) => stopOrder.indexOf(name)
    for (const one of running.toSorted((a, b) => rank(a) - rank(b))) await one.stop(graceMs)
    await folder.release()
  }
  const starting: Starting = { options, folder, ports, add: (process) => running.push(process) }
  try {
    return { ...(await startParts(starting)), stopAll }
  } catch (error) {
    await stopAll()
    throw error
  } finally {
    await ports.releaseAll()
  }
}

const startParts = async (starting: Starting): Promise<Omit<Stack, 'stopAll'>> => {
  const { options, folder, ports } = starting
  const secrets = await devSecrets(folder.dir)
  const servers = await startServers(starting)
  const isOurs = servers.processes.postgres !== null
  const adminUrl = isOurs ? await makeDatabase(servers.adminUrl) : servers.adminUrl
  const parts = {
    ports,
    secrets,
    adminUrl,
    temporalAddress: servers.temporalAddress,
    dir: folder.dir,
  }
  const env = { ...stackEnvironment(parts), ...options.environment }
  await migrate({ adminUrl, appUrl: env['DATABASE_URL'] ?? '' })
  const programs = await startPrograms(starting, env)
  return {
    env,
    urls: {
      api: `http://127.0.0.1:${ports.of('api')}`,
      ponto: `http://127.0.0.1:${ports.of('sandbox')}`,
      sandboxControl: `http://127.0.0.1:${ports.of('sandboxControl')}`,
      temporalUi: servers.temporalUi,
    },
    processes: { ...servers.processes, ...programs },
  }
}
