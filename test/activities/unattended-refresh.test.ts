import { randomUUID } from 'node:crypto'
import { sql } from 'slonik'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ProviderError } from '../../activities/providers/provider.ts'
import type { ChallengedScene } from './support/challenged-scene.ts'
import { aChallenged, openChallengedScene } from './support/challenged-scene.ts'

let scene: ChallengedScene
beforeAll(async () => {
  scene = await openChallengedScene({ refreshesItself: false, refreshUnattendedPerDay: 4 })
})
afterAll(() => scene.end())
beforeEach(() => {
  scene.script.asked = []
  scene.script.refresh = () => ({ state: 'done' })
})

const dayMs = 86_400_000

test('a slot is told to ask the bank where the provider does not by itself', async () => {
  const subject = await aChallenged(scene)
  expect(await scene.run('loadConnection', subject.at())).toMatchObject({ slotsRefresh: true })
})

test('one refresh of the allowance is kept for a person, and the run names when the next is free', async () => {
  const subject = await aChallenged(scene)
  for (let i = 0; i < 3; i += 1) await subject.refresh(randomUUID(), 'scheduled')
  expect(scene.script.asked).toEqual(Array(3).fill('unattended account-1'))
  const runId = randomUUID()
  await subject.refresh(runId, 'scheduled')
  expect(scene.script.asked).toHaveLength(3)
  const { refresh, refreshUntil } = await subject.runOf(runId)
  expect(refresh).toBe('too_recent')
  const untilMs = Date.parse(refreshUntil!)
  expect(untilMs).toBeGreaterThan(Date.now() + dayMs - 120_000)
  expect(untilMs).toBeLessThanOrEqual(Date.now() + dayMs)
  await subject.refresh(randomUUID(), 'person')
  expect(scene.script.asked.at(-1)).toBe('attended account-1')
})

test('the allowance is that of any rolling 24 hours', async () => {
  const subject = await aChallenged(scene)
  for (let i = 0; i < 3; i += 1) await subject.refresh(randomUUID(), 'scheduled')
  await subject.within((tx) =>
    tx.query(sql.unsafe`UPDATE access SET started_at = started_at - interval '25 hours'
      WHERE sync_run_id = (SELECT min(sync_run_id::text)::uuid FROM access)`),
  )
  await subject.refresh(randomUUID(), 'scheduled')
  expect(scene.script.asked).toHaveLength(4)
})

test('a run that asks again after its worker died pays once', async () => {
  const subject = await aChallenged(scene)
  const runId = randomUUID()
  await subject.refresh(runId, 'scheduled')
  await subject.refresh(runId, 'scheduled')
  const { rowCount } = await subject.within((tx) => tx.query(sql.unsafe`SELECT 1 FROM access`))
  expect([scene.script.asked.length, rowCount]).toEqual([2, 1])
})

test('a refresh that the provider did not begin costs nothing', async () => {
  const subject = await aChallenged(scene)
  scene.script.refresh = () => ({ state: 'skipped', reason: 'too_recent' })
  await subject.refresh(randomUUID(), 'scheduled')
  const { rowCount } = await subject.within((tx) => tx.query(sql.unsafe`SELECT 1 FROM access`))
  expect(rowCount).toBe(0)
  expect(await subject.codes()).toEqual([])
})

test('a bank that wants nobody but a person is read, people are told, and no slot asks again', async () => {
  const subject = await aChallenged(scene)
  scene.script.refresh = () => {
    throw new ProviderError({ code: 'unattended_not_allowed', scope: 'connection' })
  }
  const runId = randomUUID()
  expect(await subject.refresh(runId, 'scheduled')).toMatchObject({ ref: null })
  const { kind, snapshot } = await subject.sync(runId)
  expect(kind).toBe('ok')
  expect(snapshot).toMatchObject({ state: 'connected', autoSync: true, nextSyncAtMs: null })
  expect(await subject.codes()).toEqual(['auto.not_supported'])
})
