/** Process entry of the worker and its composition root: configuration → dependencies → Temporal workers. */
import { fileURLToPath } from 'node:url'
import type { WorkerOptions } from '@temporalio/worker'
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker'
import type { Config } from '../config.ts'
import { readConfig } from '../config.ts'
import { createDatabasePool } from '../db/pool.ts'
import { createVault, parseKeyRing } from '../db/vault.ts'
import { connectTemporal, connectionOptionsOf } from '../temporal.ts'
import { ensureSchedules } from './ensure-schedules.ts'
import type { Deps } from './deps.ts'
import { createActivities } from './index.ts'
import { FailureInterceptor } from './interceptors.ts'
import { createProviders } from './providers/registry.ts'

/** At least as long as the longest page, so that a stop does not tear one apart. */
const graceTime = '35 seconds'
const forceTime = '45 seconds'
/** Connections sleep for hours: keeping more of them in memory buys nothing. */
const cachedWorkflows = 1_000
const concurrentFetches = 50
/** Each holds a file of up to 50 MB in memory. */
const concurrentFiles = 2

const temporalLogLevels = {
  fatal: 'ERROR',
  error: 'ERROR',
  warn: 'WARN',
  info: 'INFO',
  debug: 'DEBUG',
  trace: 'TRACE',
  silent: 'ERROR',
} as const

const workflowFile = (name: string): string =>
  fileURLToPath(new URL(`../workflows/${name}`, import.meta.url))

const activityInterceptors: WorkerOptions['interceptors'] = {
  activity: [(context) => ({ inbound: new FailureInterceptor(context) })],
}

type WorkflowOptions = Pick<
  WorkerOptions,
  'workflowBundle' | 'workflowsPath' | 'dataConverter' | 'interceptors'
>

const workflowsOf = ({ workflowBundle }: Config): WorkflowOptions =>
  workflowBundle === null
    ? {
        workflowsPath: workflowFile('index.ts'),
        dataConverter: { payloadConverterPath: workflowFile('payload-converter.ts') },
        interceptors: {
          ...activityInterceptors,
          workflowModules: [workflowFile('interceptors.ts')],
        },
      }
    : { workflowBundle: { codePath: workflowBundle } }

const createDeps = async (
  config: Config,
  { reach, stopping }: Pick<Deps, 'reach'> & { stopping: AbortSignal },
): Promise<Deps> => ({
  pool: await createDatabasePool(config.databaseUrl, { maxPoolSize: config.poolSize }),
  vault: createVault(parseKeyRing(config.vaultKeys)),
  providers: createProviders(config.providers, config.environment),
  publicUrl: config.publicUrl,
  stopping,
  reach,
})

const createWorkers = async (
  config: Config,
  deps: Deps,
  connection: NativeConnection,
): Promise<Worker[]> => {
  const shared: Omit<WorkerOptions, 'taskQueue'> = {
    connection,
    namespace: config.temporalNamespace,
    activities: createActivities(deps),
    interceptors: activityInterceptors,
    shutdownGraceTime: graceTime,
    shutdownForceTime: forceTime,
  }
  const connections = Worker.create({
    ...shared,
    ...workflowsOf(config),
    taskQueue: 'connections',
    maxCachedWorkflows: cachedWorkflows,
    // a worker that died keeps its workflows for this long; commands to them must be answered before their deadline
    stickyQueueScheduleToStartTimeout: '3 seconds',
  })
  const fetches = [...deps.providers.keys()].map((provider) =>
    Worker.create({
      ...shared,
      taskQueue: `fetch-${provider}`,
      maxConcurrentActivityTaskExecutions: concurrentFetches,
    }),
  )
  const files = Worker.create({
    ...shared,
    taskQueue: 'files',
    maxConcurrentActivityTaskExecutions: concurrentFiles,
  })
  return Promise.all([connections, files, ...fetches])
}

/** Starts the worker; `run` ends when `stop` was called and the work in hand is finished. */
export const startWorker = async (
  config: Config,
  reach: Deps['reach'] = () => Promise.resolve(),
): Promise<{ run: () => Promise<void>; stop: () => void }> => {
  Runtime.install({
    logger: new DefaultLogger(temporalLogLevels[config.logLevel]),
    shutdownSignals: [],
  })
  const connection = await NativeConnection.connect(connectionOptionsOf(config))
  const stopping = new AbortController()
  const deps = await createDeps(config, { reach, stopping: stopping.signal })
  const workers = await createWorkers(config, deps, connection)
  await ensureSchedules(connectTemporal(config), config.providers)
  return {
    run: async () => {
      await Promise.all(workers.map((worker) => worker.run()))
      await deps.pool.end()
      await connection.close()
    },
    stop: () => {
      stopping.abort()
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown()
    },
  }
}

/** Runs the worker as a process of its own, until SIGTERM or SIGINT. */
export const runWorker = async (reach?: Deps['reach']): Promise<void> => {
  const worker = await startWorker(readConfig(), reach)
  process.once('SIGTERM', worker.stop)
  process.once('SIGINT', worker.stop)
  await worker.run()
}

if (import.meta.main) await runWorker()
