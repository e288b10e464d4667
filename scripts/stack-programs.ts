/** The product's own programs in a stack: sandbox, worker and API, run by this Node without npm in between. */
import path from 'node:path'
import { startChild, type Child } from './child.ts'
import { answersHttp, pollersOf, polls } from './readiness.ts'
import type { ProgramName, Starting } from './stack-options.ts'
import { sideNames } from './stack-ports.ts'
import { startProcess, type StackProcess } from './stack-process.ts'

const root = path.resolve(import.meta.dirname, '..')

const productEntries: Record<ProgramName, string> = {
  sandbox: 'sandbox/server.ts',
  worker: 'activities/worker.ts',
  api: 'api/server.ts',
}

/** Without limits the worker lets the garbage of a long reading grow to hundreds of MB. */
export const workerNodeOptions: readonly string[] = [
  '--max-semi-space-size=8',
  '--max-old-space-size=512',
]

export type Programs = Record<ProgramName, StackProcess>

/** Starts the sandbox, then worker and API beside each other; resolves when all are ready. */
export const startPrograms = async (
  starting: Starting,
  env: Readonly<Record<string, string>>,
): Promise<Programs> => {
  const start = (name: ProgramName, isReady: Readiness) =>
    startProgram(starting, { name, env, isReady })
  const sandbox = await start('sandbox', async (child) => {
    const port = (key: string) => `http://127.0.0.1:${env[key]}/`
    await answersHttp(child, port('SANDBOX_PONTO_PORT'), false)
    await answersHttp(child, port('SANDBOX_CONTROL_PORT'), false)
  })
  const address = env['TEMPORAL_ADDRESS'] ?? ''
  const queue = { address, namespace: env['TEMPORAL_NAMESPACE'] ?? '', taskQueue: 'connections' }
  let before = await pollersOf(queue)
  const [worker, api] = await Promise.allSettled([
    start('worker', async (child) => {
      await polls(child, queue, before)
      before = await pollersOf(queue)
    }),
    start('api', (child) => answersHttp(child, `http://127.0.0.1:${env['PORT']}/readyz`, true)),
  ])
  if (worker.status === 'rejected') throw worker.reason
  if (api.status === 'rejected') throw api.reason
  return { sandbox, worker: worker.value, api: api.value }
}

type Readiness = (child: Child) => Promise<unknown>

interface Program {
  name: ProgramName
  env: Readonly<Record<string, string>>
  isReady: Readiness
}

const portsOf = {
  sandbox: ['sandbox', ...sideNames, 'sandboxControl'],
  worker: [],
  api: ['api'],
} as const

const startProgram = async (
  { options, folder, ports, add }: Starting,
  { name, env, isReady }: Program,
): Promise<StackProcess> => {
  const start = async (): Promise<Child> => {
    for (const port of portsOf[name]) await ports.release(port)
    const child = await startChild({
      name,
      command: process.execPath,
      args: [
        ...(name === 'worker' ? workerNodeOptions : []),
        path.resolve(root, options.entries?.[name] ?? productEntries[name]),
      ],
      cwd: root,
      env: { ...process.env, ...env },
      logFile: path.join(folder.dir, 'logs', `${name}.log`),
      onLine: (line) => options.onLine?.(name, line),
    })
    await folder.note(child)
    try {
      await isReady(child)
    } catch (error) {
      await child.stop()
      throw error
    }
    return child
  }
  const started = await startProcess({
    name,
    start,
    onUnexpectedEnd: options.onUnexpectedEnd ?? (() => {}),
  })
  add(started)
  return started
}
