import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitFor } from '../../scripts/erp.ts'
import type { CrashPoint } from '../support/crash-point.ts'
import { openStage, type Stage } from './support/stage.ts'
import {
  beginFirstRun,
  connectionOf,
  expectTheBanksLines,
  expectTruthfulRun,
  link,
  pressSync,
  runDone,
} from './support/synced.ts'

let first: Stage
beforeAll(async () => {
  first = await openStage()
})
afterAll(() => first.close())

const crashes: [string, CrashPoint][] = [
  ['before it stored its second page', { point: 'read.before-store', hit: 2, signal: 'SIGKILL' }],
  ['after it stored its second page', { point: 'read.after-store', hit: 2, signal: 'SIGKILL' }],
  ['after it finished the run', { point: 'read.after-finish', hit: 1, signal: 'SIGKILL' }],
]

test.for(crashes)(
  'a worker killed %s: the next one loses nothing, repeats nothing and says it once',
  { timeout: 120_000 },
  async ([, crashPoint]) => {
    const stage = await first.asNewTenant()
    const { worker } = stage.stack.processes
    const linked = await link(stage, 'Happy Bank')
    stage.arm(crashPoint)
    const { id } = await beginFirstRun(stage, linked)
    await worker.ended()
    await worker.restart()
    const run = await runDone(stage, id)
    // the step that was torn apart is repeated and the connection goes on
    const nextId = await waitFor(
      'a run of its own',
      async () => {
        const runId = await pressSync(stage, linked.id)
        return runId === id ? null : runId
      },
      60_000,
    )
    const next = await runDone(stage, nextId)
    expect(next).toMatchObject({ outcome: 'ok', linesAdded: 0 })
    const lines = await expectTheBanksLines(stage, linked)
    expect(lines).toBe(290)
    await expectTruthfulRun(stage, linked, { run, lines })
    expect(await connectionOf(stage, linked.id)).toMatchObject({
      state: 'connected',
      awaiting: 'nothing',
      failureCode: null,
    })
  },
)
