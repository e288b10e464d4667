/** PostgreSQL and Temporal of a stack: started beside each other, or used where they run already. */
import path from 'node:path'
import type { Child } from './child.ts'
import { startPostgres } from './postgres.ts'
import type { Starting } from './stack-options.ts'
import { startProcess, type StackProcess } from './stack-process.ts'
import { startTemporal } from './temporal-server.ts'

export interface Servers {
  processes: { postgres: StackProcess | null; temporal: StackProcess | null }
  /** Administrator's address. */
  adminUrl: string
  temporalAddress: string
  temporalUi: string | null
}

/** Starts both servers; when one fails, the other is started to its end before the failure is passed on. */
export const startServers = async (starting: Starting): Promise<Servers> => {
  const [postgres, temporal] = await Promise.allSettled([database(starting), workflows(starting)])
  if (postgres.status === 'rejected') throw postgres.reason
  if (temporal.status === 'rejected') throw temporal.reason
  const processes = { postgres: postgres.value.process, temporal: temporal.value.process }
  const { adminUrl } = postgres.value
  return {
    processes,
    adminUrl,
    temporalAddress: temporal.value.address,
    temporalUi: temporal.value.uiUrl,
  }
}

const database = async (starting: Starting) => {
  const { options, folder, ports } = starting
  let adminUrl = options.databaseUrl ?? ''
  const start = async (): Promise<Child | null> => {
    await ports.release('postgres')
    const postgres = await startPostgres({
      dir: folder.dir,
      databaseUrl: options.databaseUrl,
      port: ports.of('postgres'),
      logFile: path.join(folder.dir, 'logs/postgres.log'),
      ...(options.log === undefined ? {} : { log: options.log }),
    })
    adminUrl = postgres.adminUrl
    return postgres.child
  }
  return { process: await watched(starting, 'postgres', start), adminUrl }
}

const workflows = async (starting: Starting) => {
  const { options, folder, ports } = starting
  let address = ''
  let uiUrl: string | null = null
  const start = async (): Promise<Child | null> => {
    await Promise.all([ports.release('temporal'), ports.release('temporalUi')])
    const temporal = await startTemporal({
      address: options.temporalAddress,
      dbFile: path.join(folder.dir, 'temporal.db'),
      port: ports.of('temporal'),
      uiPort: ports.of('temporalUi'),
      logFile: path.join(folder.dir, 'logs/temporal.log'),
      ...(options.log === undefined ? {} : { log: options.log }),
    })
    address = temporal.address
    uiUrl = temporal.uiUrl
    return temporal.child
  }
  const process = await watched(starting, 'temporal', start)
  return { process, address, uiUrl }
}

/** Runs `start`; gives null where it found a server that is not ours to watch. */
const watched = async (
  { folder, options, add }: Starting,
  name: string,
  start: () => Promise<Child | null>,
): Promise<StackProcess | null> => {
  let first = await start()
  if (first === null) return null
  const process = await startProcess({
    name,
    start: async () => {
      const child = first ?? (await start())
      first = null
      if (child === null) throw new Error(`${name} runs elsewhere now.`)
      await folder.note(child)
      return child
    },
    onUnexpectedEnd: options.onUnexpectedEnd ?? (() => {}),
  })
  add(process)
  return process
}
