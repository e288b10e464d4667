/** The worker process of the idle cycle: the product's workflow and the bare one, activities of both do nothing. */
import { fileURLToPath } from 'node:url'
import {
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
} from '@temporalio/worker'
import type { Activities } from '../activities/index.ts'
import { FailureInterceptor } from '../activities/interceptors.ts'
import type { Snapshot } from '../domain/connection.ts'

/** What the measuring process asks for, and is told. */
export interface WorkerReport {
  /** Activities done since the start, one for each cycle. */
  cycles: Record<'product' | 'bare', number>
  /** Processor time of all threads since the start. */
  cpuMs: number
}

const [, , address = '', interval = ''] = process.argv
const cycles = { product: 0, bare: 0 }

const snapshot = (): Snapshot => ({
  provider: 'ponto',
  state: 'connected',
  awaiting: 'nothing',
  autoSync: true,
  pauses: [],
  failureCode: null,
  disconnectReason: null,
  nextSyncAtMs: Date.now() + Number(interval),
  nextSyncIsRetry: false,
  noticeAtMs: Date.now() + 76 * 86_400_000,
  flowEndsAtMs: null,
  removeAtMs: null,
  lastPulledAtMs: Date.now(),
  chosenAccounts: 2,
})

const product: Pick<Activities, 'loadConnection' | 'syncConnection'> = {
  loadConnection: () => Promise.resolve(snapshot()),
  syncConnection: () => {
    cycles.product += 1
    return Promise.resolve({ kind: 'ok', snapshot: snapshot() })
  },
}

const bare = {
  nothing: () => {
    cycles.bare += 1
    return Promise.resolve()
  },
}

const report = (): WorkerReport => {
  const { user, system } = process.cpuUsage()
  return { cycles: { ...cycles }, cpuMs: (user + system) / 1_000 }
}

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

Runtime.install({
  logger: new DefaultLogger('ERROR'),
  // workflows that are measured to their end are cut off in the middle of their work
  telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
})
const connection = await NativeConnection.connect({ address })
const shared = {
  connection,
  interceptors: { activity: [(context) => ({ inbound: new FailureInterceptor(context) })] },
} satisfies Partial<Parameters<typeof Worker.create>[0]>
const workers = await Promise.all([
  Worker.create({
    ...shared,
    taskQueue: 'connections',
    workflowsPath: pathOf('../workflows/index.ts'),
    activities: product,
  }),
  Worker.create({ ...shared, taskQueue: 'fetch-ponto', activities: product }),
  Worker.create({
    ...shared,
    taskQueue: 'bare',
    workflowsPath: pathOf('bare-workflow.ts'),
    activities: bare,
  }),
])
process.on('message', () => process.send?.(report()))
process.on('disconnect', () => process.exit())
process.send?.(report())
await Promise.all(workers.map((worker) => worker.run()))
