/** One cycle of a connection in which nothing happens, against a workflow with one timer and one activity. */
import { fork, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import path from 'node:path'
import type { WorkflowHandle } from '@temporalio/client'
import { Client, Connection } from '@temporalio/client'
import { connectionId, connectionWorkflowId } from '../domain/ids.ts'
import { cyclesMax } from '../domain/next-step.ts'
import { startTemporal } from '../scripts/temporal-server.ts'
import { until } from '../scripts/until.ts'
import type { Measurement } from './figure.ts'
import { figureOf } from './figure.ts'
import type { WorkerReport } from './idle-cycle-worker.ts'
import { playRounds, ratios } from './rounds.ts'

/** Long enough that the next slot is never due before the cycle before it has ended. */
const intervalMs = 1_000
const workflowsPerTurn = 40
/** Counting begins when the workflows are in their stride, and ends before the first of them starts anew. */
const cyclesBefore = 1
const cyclesCounted = 5
const rounds = 5
const limitMs = 120_000

type Name = 'product' | 'bare'

const start = (client: Client, name: Name): Promise<WorkflowHandle> => {
  const id = randomUUID()
  if (name === 'bare')
    return client.workflow.start('bare', {
      workflowId: `bare/${id}`,
      taskQueue: 'bare',
      args: [{ cycles: cyclesMax, intervalMs }],
    })
  return client.workflow.start('connection', {
    workflowId: connectionWorkflowId(connectionId(id)),
    taskQueue: 'connections',
    args: [{ tenantId: randomUUID(), connectionId: id }],
  })
}

const ask = async (worker: ChildProcess): Promise<WorkerReport> => {
  const answer = once(worker, 'message')
  worker.send('report')
  const [report] = await answer
  // oxlint-disable-next-line no-unsafe-type-assertion -- the worker is ours
  return report as WorkerReport
}

const untilCycles = (worker: ChildProcess, name: Name, wanted: number): Promise<WorkerReport> =>
  until(
    async () => {
      const report = await ask(worker)
      return report.cycles[name] >= wanted ? report : undefined
    },
    { what: `${wanted} cycles`, limitMs, everyMs: 20 },
  )

/** Milliseconds of processor time of the worker per cycle. */
const turn = async (
  { client, worker }: { client: Client; worker: ChildProcess },
  name: Name,
): Promise<number> => {
  const { cycles } = await ask(worker)
  const before = cycles[name]
  const handles = await Promise.all(
    Array.from({ length: workflowsPerTurn }, () => start(client, name)),
  )
  const begun = await untilCycles(worker, name, before + workflowsPerTurn * cyclesBefore)
  const wanted = begun.cycles[name] + workflowsPerTurn * cyclesCounted
  const ended = await untilCycles(worker, name, wanted)
  await Promise.all(handles.map((handle) => handle.terminate().catch(() => undefined)))
  return (ended.cpuMs - begun.cpuMs) / (ended.cycles[name] - begun.cycles[name])
}

const timerStarted = 'timerStartedEventAttributes'

/** Events from one timer to the next in a workflow of a few cycles. */
const eventsPerCycle = async (client: Client, name: Name): Promise<number[]> => {
  const handle = await start(client, name)
  const events = await until(
    async () => {
      const history = (await handle.fetchHistory()).events ?? []
      return history.filter((event) => event[timerStarted]).length >= 6 ? history : undefined
    },
    { what: 'Five cycles', limitMs },
  )
  await handle.terminate()
  const timers = events.flatMap((event, index) => (event[timerStarted] ? [index] : []))
  return timers.slice(1).map((index, before) => index - (timers[before] ?? 0))
}

const startWorker = async (address: string): Promise<ChildProcess> => {
  const file = path.resolve(import.meta.dirname, 'idle-cycle-worker.ts')
  const worker = fork(file, [address, String(intervalMs)])
  await once(worker, 'message')
  return worker
}

/** Measures history events and processor time of the worker for one cycle. */
export const measureIdleCycle: Measurement = async (log) => {
  const temporal = await startTemporal()
  const connection = await Connection.connect({ address: temporal.address })
  const client = new Client({ connection })
  const worker = await startWorker(temporal.address)
  try {
    const events = await eventsPerCycle(client, 'product')
    const bareEvents = await eventsPerCycle(client, 'bare')
    log(`  events per cycle: product ${events.join(', ')}; bare ${bareEvents.join(', ')}`)
    const cpuMs = await playRounds(['product', 'bare'], {
      turn: (name) => turn({ client, worker }, name),
      rounds,
      warmUps: 1,
    })
    for (const name of ['product', 'bare'] as const) {
      const { measured, low, high } = figureOf({ what: name, unit: 'ms' }, cpuMs[name])
      log(
        `  ${name}: ${measured.toFixed(2)} ms of processor time per cycle (${low.toFixed(2)} – ${high.toFixed(2)})`,
      )
    }
    const most = { kind: 'at most', value: 11 } as const
    const ratio = { kind: 'at most', value: 1.3 } as const
    const cpu = 'idle cycle, processor time of the worker over a bare workflow'
    return [
      figureOf({ what: 'idle cycle, history events', unit: 'events', goal: most }, events),
      figureOf({ what: cpu, unit: '×', goal: ratio }, ratios(cpuMs.product, cpuMs.bare)),
    ]
  } finally {
    worker.kill('SIGKILL')
    await connection.close()
    await temporal.stop()
  }
}
