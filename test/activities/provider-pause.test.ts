import { randomUUID } from 'node:crypto'
import { sql } from 'slonik'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import * as pauses from '../../db/queries/provider-pauses.ts'
import type { Scene } from './support/scene.ts'
import { openScene } from './support/scene.ts'
import { aLinkedSubject } from './support/subject.ts'

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene.close())
beforeEach(async () => {
  await scene.reset()
  await pauses.lift(scene.pool, 'ponto')
})

const wrongKey = (times = 1) =>
  scene.failNext({ endpoint: 'accounts', status: 401, code: 'clientIdInvalid', times })

const probeNow = () =>
  scene.pool.query(sql.unsafe`
    UPDATE provider_pause
    SET probe_at = date_trunc('milliseconds', now()) - interval '1 second'`)

test('a mistake of the operator stops the calls of every connection', async () => {
  const [one, other] = [await aLinkedSubject(scene), await aLinkedSubject(scene)]
  await wrongKey()
  const runId = randomUUID()
  await one.sync({ runId })
  const { reference } = await one.runOf(runId)
  expect(await pauses.maybeOne(scene.pool, 'ponto')).toMatchObject({
    failureCode: 'operator_misconfigured',
    reference,
  })
  await scene.sim('DELETE', '/__sim/requests')
  const paused = randomUUID()
  expect((await other.sync({ runId: paused })).kind).toBe('failed')
  expect(await scene.requests()).toEqual([])
  const run = await other.runOf(paused)
  expect(run).toMatchObject({ failureCode: 'operator_misconfigured' })
  expect(Date.parse(run.until!)).toBeGreaterThan(Date.now() + 600_000)
  expect(await other.view()).toMatchObject({ state: 'connected' })
})

test('a pause is not made longer by those who find it', async () => {
  const [one, other] = [await aLinkedSubject(scene), await aLinkedSubject(scene)]
  await wrongKey()
  await one.sync()
  const before = await pauses.maybeOne(scene.pool, 'ponto')
  await other.sync()
  expect(await pauses.maybeOne(scene.pool, 'ponto')).toEqual(before)
})

test('one probe that works ends the pause for everybody', async () => {
  const [one, other] = [await aLinkedSubject(scene), await aLinkedSubject(scene)]
  await wrongKey()
  await one.sync()
  await probeNow()
  expect((await other.sync()).kind).toBe('ok')
  expect(await pauses.maybeOne(scene.pool, 'ponto')).toBeNull()
  expect((await one.sync()).kind).toBe('ok')
  expect(await one.view()).toMatchObject({ state: 'connected', failureCode: null })
  const notices = (await one.messages()).filter(({ code }) => code === 'service.misconfigured')
  expect(notices).toHaveLength(1)
  expect(notices[0]!.closedAt).not.toBeNull()
})

test('a probe that fails keeps the pause, and the next one is far', async () => {
  const [one, other] = [await aLinkedSubject(scene), await aLinkedSubject(scene)]
  await wrongKey(2)
  await one.sync()
  await probeNow()
  expect((await other.sync()).kind).toBe('failed')
  const pause = await pauses.maybeOne(scene.pool, 'ponto')
  expect(Date.parse(pause!.probeAt)).toBeGreaterThan(Date.now() + 600_000)
})

test('of many connections that find a probe due, one calls', async () => {
  const subjects = [
    await aLinkedSubject(scene),
    await aLinkedSubject(scene),
    await aLinkedSubject(scene),
  ]
  await wrongKey(2)
  await subjects[0]!.sync()
  await probeNow()
  await scene.sim('DELETE', '/__sim/requests')
  await Promise.all(subjects.map((subject) => subject.sync()))
  expect(await scene.requests('accounts')).toHaveLength(1)
})

test('a person who presses the button during a pause does not reach the bank', async () => {
  const subject = await aLinkedSubject(scene)
  await wrongKey()
  await subject.sync()
  await scene.sim('DELETE', '/__sim/requests')
  const runId = randomUUID()
  await subject.keepPerson(runId, { name: 'Ann', ip: '192.0.2.1' })
  expect(await scene.run('requestRefresh', { ...subject.at(), runId, cause: 'person' })).toEqual({
    ref: null,
  })
  expect(await scene.requests()).toEqual([])
})
