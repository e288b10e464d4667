import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Child } from '../../scripts/child.ts'
import { waitFor } from '../../scripts/erp.ts'
import { startSecondWorker } from './support/second-worker.ts'
import { openStage, type Stage } from './support/stage.ts'
import {
  beginFirstRun,
  expectTheBanksLines,
  expectTruthfulRun,
  link,
  messagesOf,
  pressSync,
  runDone,
  runOf,
} from './support/synced.ts'

let first: Stage
let second: Child
beforeAll(async () => {
  first = await openStage()
})
afterAll(async () => {
  await second.stop()
  await first.close()
})

const isFrozen = async (pid: number): Promise<boolean> =>
  / T /.test(await readFile(`/proc/${pid}/stat`, 'utf8'))

test(
  'a worker frozen in the middle of a page and woken after another one finished the run changes nothing',
  { timeout: 120_000 },
  async () => {
    const stage = await first.asNewTenant()
    const { worker } = stage.stack.processes
    const linked = await link(stage, 'Happy Bank')
    stage.arm({ point: 'read.before-store', hit: 2, signal: 'SIGSTOP' })
    const { id } = await beginFirstRun(stage, linked)
    await waitFor('the worker to freeze', () => isFrozen(worker.pid))
    second = await startSecondWorker(stage)
    const run = await runDone(stage, id)
    const lines = await expectTheBanksLines(stage, linked)
    await expectTruthfulRun(stage, linked, { run, lines })
    const told = await messagesOf(stage, linked.id)
    // the late worker stores its page and dies right after it, which tells us that it did
    stage.arm({ point: 'read.after-store', hit: 1, signal: 'SIGKILL' })
    worker.kill('SIGCONT')
    expect(await worker.ended()).toBe('SIGKILL')
    expect(await runOf(stage, id)).toEqual(run)
    expect(await messagesOf(stage, linked.id)).toEqual(told)
    expect(await expectTheBanksLines(stage, linked)).toBe(lines)
    await worker.restart()
    // the connection may still be in the hands of the dead worker for a moment
    const nextId = await waitFor('a command taken', () => pressSync(stage, linked.id))
    const next = await runDone(stage, nextId)
    expect(next).toMatchObject({ outcome: 'ok', linesAdded: 0, linesChanged: 0 })
  },
)

test(
  'two workers, of which one dies again and again during a history of thirty pages, read it once',
  { timeout: 120_000 },
  async () => {
    const stage = await first.asNewTenant()
    const { worker } = stage.stack.processes
    const { banks } = await stage.sandbox<{ banks: { id: string; name: string }[] }>(
      'GET',
      '/__sim/banks',
    )
    const bank = banks.find(({ name }) => name === 'Twins Bank')
    const accounts = [{ history: { count: 3_000, days: 700 } }]
    await stage.sandbox('PATCH', `/__sim/banks/${bank?.id ?? ''}`, { accounts })
    const linked = await link(stage, 'Twins Bank')
    stage.arm({ point: 'read.after-store', hit: 8, signal: 'SIGKILL' })
    const { id } = await beginFirstRun(stage, linked)
    for (const point of ['read.before-store', null] as const) {
      const died = await Promise.race([
        worker.ended().then(() => 'first' as const),
        second.exited.then(() => 'second' as const),
      ])
      if (point !== null) stage.arm({ point, hit: 9, signal: 'SIGKILL' })
      if (died === 'first') await worker.restart()
      else second = await startSecondWorker(stage)
    }
    const run = await runDone(stage, id)
    const lines = await expectTheBanksLines(stage, linked)
    expect(lines).toBe(3_016)
    await expectTruthfulRun(stage, linked, { run, lines })
  },
)
