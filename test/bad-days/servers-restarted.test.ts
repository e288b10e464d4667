import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitFor } from '../../scripts/erp.ts'
import type { StackProcess } from '../../scripts/stack-process.ts'
import { sendCommand } from './support/send.ts'
import { openStage, type Stage } from './support/stage.ts'
import {
  beginFirstRun,
  connectionOf,
  expectTheBanksLines,
  expectTruthfulRun,
  link,
  pressSync,
  runDone,
  runOf,
  runsOf,
  type Linked,
  type Run,
} from './support/synced.ts'

let first: Stage
beforeAll(async () => {
  first = await openStage()
})
afterAll(() => first.close())

/** A connection whose first run has stored a page and waits for the bank's next one. */
const midRun = async (stage: Stage): Promise<{ linked: Linked; run: Run }> => {
  const linked = await link(stage, 'Happy Bank')
  const slow = { endpoint: 'transactions', mode: 'delay', delayMs: 1_500, times: 3 }
  await stage.sandbox('POST', '/__sim/fail-next', slow)
  const run = await beginFirstRun(stage, linked)
  await waitFor('the first page', async () => (await runOf(stage, run.id)).pages >= 1)
  return { linked, run }
}

const expectHealed = async (
  stage: Stage,
  { linked, run }: { linked: Linked; run: Run },
): Promise<void> => {
  const done = await runDone(stage, run.id)
  const lines = await expectTheBanksLines(stage, linked)
  await expectTruthfulRun(stage, linked, { run: done, lines })
  expect(await connectionOf(stage, linked.id)).toMatchObject({
    state: 'connected',
    failureCode: null,
  })
}

const readyz = async ({ stack }: Stage): Promise<number> =>
  (await fetch(`${stack.urls.api}/readyz`, { signal: AbortSignal.timeout(10_000) })).status

/** While a server is away every command is answered 503 with a time to come back, and readiness is refused. */
const expectRefusals = async (stage: Stage, { id }: Linked): Promise<void> => {
  for (const path of ['syncs', 'disconnections']) {
    const command = { path: `/v1/connections/${id}/${path}`, key: randomUUID() }
    expect(await sendCommand(stage, command)).toMatchObject({
      status: 503,
      code: 'service-unavailable',
      retryAfter: expect.stringMatching(/^\d+$/),
    })
  }
  await waitFor('readiness to be refused', async () => (await readyz(stage)) === 503)
}

const isReady = (stage: Stage): Promise<boolean> =>
  waitFor('readiness', async () => (await readyz(stage)) === 200)

const ours = (process: StackProcess | null): StackProcess => {
  if (process === null) throw new Error('the stack has no such server of its own')
  return process
}

test('PostgreSQL restarted during a run: commands are refused meanwhile, then the run ends as if nothing was', async () => {
  const stage = await first.asNewTenant()
  const postgres = ours(stage.stack.processes.postgres)
  const going = await midRun(stage)
  postgres.kill('SIGINT')
  await postgres.ended()
  await expectRefusals(stage, going.linked)
  await postgres.restart()
  await isReady(stage)
  await expectHealed(stage, going)
  expect(await runsOf(stage, going.linked.id)).toHaveLength(1)
})

test('one process of PostgreSQL killed during a run takes all connections with it, and nothing is lost', async () => {
  const stage = await first.asNewTenant()
  const going = await midRun(stage)
  const admin = new Client({ connectionString: stage.stack.env['MIGRATION_DATABASE_URL'] })
  admin.on('error', () => {})
  await admin.connect()
  const { rows } = await admin.query<{ pid: number }>(
    "SELECT pid FROM pg_stat_activity WHERE usename = 'app' LIMIT 1",
  )
  process.kill(rows[0]?.pid ?? 0, 'SIGKILL')
  await expectHealed(stage, going)
  await admin.end().catch(() => undefined)
})

test('Temporal killed during a run: commands are refused meanwhile and change nothing, and the run goes on', async () => {
  const stage = await first.asNewTenant()
  const temporal = ours(stage.stack.processes.temporal)
  const going = await midRun(stage)
  temporal.kill('SIGKILL')
  await temporal.ended()
  await expectRefusals(stage, going.linked)
  await temporal.restart()
  await isReady(stage)
  await expectHealed(stage, going)
  expect(await runsOf(stage, going.linked.id)).toHaveLength(1)
})

test('Temporal killed while a connection sleeps: it wakes at its time, and people are served again', async () => {
  const stage = await first.asNewTenant()
  const temporal = ours(stage.stack.processes.temporal)
  const linked = await link(stage, 'Twins Bank')
  await runDone(stage, (await beginFirstRun(stage, linked)).id)
  await stage.erp.call('PATCH', `/v1/connections/${linked.id}`, { syncIntervalSeconds: 15 })
  await waitFor('a plan', async () => (await connectionOf(stage, linked.id)).nextSyncAt !== null)
  temporal.kill('SIGKILL')
  await temporal.ended()
  await temporal.restart()
  await waitFor('a run by itself', async () =>
    (await runsOf(stage, linked.id)).find(
      ({ cause, outcome }) => cause === 'scheduled' && outcome === 'ok',
    ),
  )
  const runId = await waitFor('a command taken', () => pressSync(stage, linked.id))
  expect(await runDone(stage, runId)).toMatchObject({ outcome: 'ok', linesAdded: 0 })
  await expectTheBanksLines(stage, linked)
})
