import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Scene } from './support/scene.ts'
import { openScene } from './support/scene.ts'
import type { Subject } from './support/subject.ts'
import { aLinkedSubject } from './support/subject.ts'

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene.close())
beforeEach(() => scene.reset())

const ip = '192.0.2.44'
const minutes10 = 600_000

/** A bank that takes `syncMs` of its own clock for a synchronization, and a person who pressed the button. */
const arrange = async (syncMs: number, person: object | null = { name: 'Ann', ip }) => {
  await scene.sim('PATCH', '/__sim/banks/Happy%20Bank', { syncMs })
  const subject = await aLinkedSubject(scene)
  await scene.sim('POST', '/__sim/advance', { ms: minutes10 })
  await scene.sim('DELETE', '/__sim/requests')
  const runId = randomUUID()
  if (person !== null) await subject.keepPerson(runId, person)
  return { subject, runId }
}

const ask = ({ at }: Subject, runId: string) =>
  scene.run('requestRefresh', { ...at(), runId, cause: 'person' })

const look = ({ at }: Subject, runId: string, ref: string) =>
  scene.run('pollRefresh', { ...at(), runId, cause: 'person', ref })

const posted = async () =>
  (await scene.requests('synchronizations')).filter(({ method }) => method === 'POST')

test('the bank is asked on behalf of the person who pressed the button', async () => {
  const { subject, runId } = await arrange(0)
  expect(await ask(subject, runId)).toEqual({ ref: null })
  const asked = await posted()
  expect(asked).toHaveLength(4)
  for (const { body } of asked) expect(JSON.parse(body).data.attributes.customerIpAddress).toBe(ip)
  expect(await subject.runOf(runId)).toMatchObject({ refresh: 'done', outcome: null })
})

test('the address of the person goes nowhere but to the bank', async () => {
  const { subject, runId } = await arrange(10_000)
  const { ref } = await ask(subject, runId)
  await scene.sim('POST', '/__sim/advance', { ms: 10_000 })
  const second = await look(subject, runId, ref!)
  const left = [
    ref,
    second,
    scene.logged,
    await subject.exchangesOf(runId),
    await subject.runOf(runId),
    await subject.messages(),
    await subject.events(),
  ]
  expect(
    JSON.stringify(left, (_key, value) => (typeof value === 'bigint' ? `${value}` : value)),
  ).not.toContain(ip)
  // the lines of an account are asked for when its details came, still for the same person
  expect(await posted()).toHaveLength(4)
  for (const { body } of await posted()) expect(body).toContain(ip)
})

test('a refresh goes from its details over its lines to its end', async () => {
  const { subject, runId } = await arrange(10_000)
  let { ref } = await ask(subject, runId)
  for (let looks = 0; looks < 2; looks += 1) {
    expect(ref).not.toBeNull()
    await scene.sim('POST', '/__sim/advance', { ms: 10_000 })
    ref = (await look(subject, runId, ref!)).ref
  }
  expect(ref).toBeNull()
  expect(await subject.runOf(runId)).toMatchObject({ refresh: 'done' })
})

test('a request repeated by another attempt is the same refresh at the bank', async () => {
  const { subject, runId } = await arrange(10_000)
  const first = await ask(subject, runId)
  expect(await ask(subject, runId)).toEqual(first)
  const keys = (await posted()).map(({ idempotencyKey }) => idempotencyKey)
  expect(keys).toHaveLength(4)
  expect(new Set(keys).size).toBe(2)
})

test('a run that nobody asked for never asks the bank', async () => {
  const { subject } = await arrange(0)
  await subject.sync({ cause: 'scheduled' })
  await subject.sync({ cause: 'event' })
  expect(await posted()).toEqual([])
})

test('without the address of a person the bank is not asked, and what is there is read', async () => {
  const { subject, runId } = await arrange(0, { name: 'Ann' })
  expect(await ask(subject, runId)).toEqual({ ref: null })
  expect(await posted()).toEqual([])
  expect((await subject.sync({ runId, cause: 'person' })).kind).toBe('ok')
})

test('a second refresh too soon says until when, and what is there is read', async () => {
  const { subject, runId } = await arrange(0)
  await ask(subject, runId)
  await subject.sync({ runId, cause: 'person' })
  const again = randomUUID()
  await subject.keepPerson(again, { name: 'Ann', ip })
  expect(await ask(subject, again)).toEqual({ ref: null })
  const run = await subject.runOf(again)
  expect(run).toMatchObject({ refresh: 'too_recent' })
  expect(Date.parse(run.refreshUntil!)).toBeGreaterThan(Date.now())
  expect(await subject.codes()).toContain('sync.quota')
  expect((await subject.sync({ runId: again, cause: 'person' })).kind).toBe('ok')
})

test('a refresh that fails at the bank is noted, and what is there is read', async () => {
  const { subject, runId } = await arrange(10_000)
  const [first] = await subject.accounts()
  const { ref } = await ask(subject, runId)
  await scene.sim('POST', '/__sim/drop', { what: 'consent', account: first!.providerAccountId })
  await scene.sim('PATCH', '/__sim/banks/Happy%20Bank', { syncFailure: { code: 'bankIsDown' } })
  let at = ref
  for (let looks = 0; at !== null && looks < 5; looks += 1) {
    await scene.sim('POST', '/__sim/advance', { ms: 10_000 })
    at = (await look(subject, runId, at)).ref
  }
  expect(at).toBeNull()
  expect((await subject.runOf(runId)).refresh).toMatch(/^failed: /)
})

test('a run that has ended is not refreshed any more', async () => {
  const { subject, runId } = await arrange(0)
  await subject.sync({ runId, cause: 'person' })
  expect(await ask(subject, runId)).toEqual({ ref: null })
  expect(await posted()).toEqual([])
})
