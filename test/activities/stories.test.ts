import { randomUUID } from 'node:crypto'
import type { WorkflowHandle } from '@temporalio/client'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import * as messages from '../../workflows/messages.ts'
import type { Scene } from './support/scene.ts'
import { openScene } from './support/scene.ts'
import type { Subject } from './support/subject.ts'
import { aSubject } from './support/subject.ts'
import type { TestWorker } from './support/worker.ts'
import { eventually } from '../support/eventually.ts'
import { openWorker } from './support/worker.ts'

let scene: Scene
let worker: TestWorker
beforeAll(async () => {
  scene = await openScene()
  worker = await openWorker(scene)
})
afterAll(async () => {
  await worker.close()
  await scene.close()
})
beforeEach(() => scene.reset())

const idle = async (handle: WorkflowHandle): Promise<boolean> =>
  (await handle.query(messages.status)).runId === null

const flowIs = (subject: Subject, flowId: string, state: string) =>
  eventually(`The flow being ${state}`, async () => (await subject.flow(flowId)).state === state)

/** The person links the bank; the workflow does the rest. */
const linkThrough = async (subject: Subject, handle: WorkflowHandle): Promise<void> => {
  const flowId = await subject.requestFlow('link')
  await handle.executeUpdate(messages.beginLink, { args: [{ flowId }] })
  await flowIs(subject, flowId, 'waiting')
  await subject.decide({ flowId, url: await subject.urlOf(flowId) })
  await handle.signal(messages.credentialsUpdated, { flowId })
  await flowIs(subject, flowId, 'linked')
}

const chooseThrough = async (subject: Subject, handle: WorkflowHandle): Promise<void> => {
  const choices = (await subject.accounts()).map(({ id }) => ({ accountId: id, chosen: true }))
  const requestId = randomUUID()
  await handle.executeUpdate(messages.chooseAccounts, { args: [{ requestId, choices }] })
}

/** A connection that has been linked, chosen and read by its workflow. */
const live = async (): Promise<{ subject: Subject; handle: WorkflowHandle }> => {
  const subject = await aSubject(scene)
  const handle = await worker.start(subject)
  await linkThrough(subject, handle)
  await chooseThrough(subject, handle)
  await eventually('The first run', async () =>
    (await subject.runs()).some(({ outcome }) => outcome === 'ok'),
  )
  await eventually('The connection at rest', () => idle(handle))
  return { subject, handle }
}

/** All that a history holds, with its payloads as the text they are. */
const textOf = (history: unknown): string =>
  JSON.stringify(history, (key, value: unknown) =>
    key === 'data' && typeof value === 'string' ? Buffer.from(value, 'base64').toString() : value,
  )

test('a bank is linked, chosen, read, asked again and disconnected', async () => {
  const { subject, handle } = await live()
  expect(await subject.feed()).toHaveLength(290)
  expect(await handle.query(messages.status)).toMatchObject({
    state: 'connected',
    awaiting: 'nothing',
    lastOutcome: 'ok',
  })
  const runId = await worker.pressSync(subject, handle)
  expect(await subject.runOf(runId)).toMatchObject({
    cause: 'person',
    outcome: 'ok',
    linesAdded: 0,
  })
  await handle.executeUpdate(messages.disconnect, { args: [{ requestId: randomUUID() }] })
  await eventually(
    'The disconnection',
    async () =>
      (await subject.view()).state === 'disconnected' && (await subject.secret()) === null,
  )
  expect((await scene.sim('GET', '/__sim/organizations')).organizations).toEqual([])
  expect(await subject.codes()).toEqual([
    'state.changed',
    'accounts.chosen',
    'sync.done',
    'state.changed',
  ])
})

test('a server that fails twice and then works is a success that nobody hears of', async () => {
  const { subject, handle } = await live()
  const before = await subject.codes()
  await scene.failNext({ endpoint: 'accounts', status: 503, times: 2 })
  const runId = await worker.pressSync(subject, handle)
  expect(await subject.runOf(runId)).toMatchObject({ outcome: 'ok' })
  expect(await subject.codes()).toEqual(before)
  const attempts = (await subject.exchangesOf(runId)).map(({ attempt }) => attempt)
  expect(new Set(attempts)).toEqual(new Set([1, 2, 3]))
})

test('an answer that stays useless ends the run after three attempts with one notice', async () => {
  const { subject, handle } = await live()
  await scene.failNext({ endpoint: 'accounts', mode: 'garbage', times: 100 })
  await scene.sim('DELETE', '/__sim/requests')
  const runId = await worker.pressSync(subject, handle)
  expect(await subject.runOf(runId)).toMatchObject({
    outcome: 'failed',
    failureCode: 'invalid_response',
  })
  const codes = (await subject.codes()).filter((code) => code === 'sync.provider_invalid')
  expect(codes).toHaveLength(1)
  expect(await scene.requests('accounts')).toHaveLength(3)
})

test('a consent that ended stops the runs until the person renews it', async () => {
  const { subject, handle } = await live()
  for (const { providerAccountId } of await subject.accounts())
    await scene.sim('POST', '/__sim/drop', { what: 'consent', account: providerAccountId })
  await worker.pressSync(subject, handle)
  expect(await subject.view()).toMatchObject({ state: 'disconnected', awaiting: 'consent' })
  const refused = await handle.executeUpdate(messages.syncNow, {
    args: [{ requestId: randomUUID() }],
  })
  expect(refused).toMatchObject({ kind: 'refused', why: 'consent' })
  const flowId = await subject.requestFlow('renewal')
  await handle.executeUpdate(messages.beginRenewal, { args: [{ flowId }] })
  await flowIs(subject, flowId, 'waiting')
  await subject.decide({ flowId, url: await subject.urlOf(flowId) })
  await handle.signal(messages.credentialsUpdated, { flowId })
  await flowIs(subject, flowId, 'linked')
  await eventually('The connection being well again', async () => {
    const { state, failureCode } = await subject.view()
    return state === 'connected' && failureCode === null
  })
})

test('a person who presses the button makes the bank be asked on their behalf, then reads', async () => {
  const { subject, handle } = await live()
  await scene.sim('POST', '/__sim/advance', { ms: 600_000 })
  await scene.sim('DELETE', '/__sim/requests')
  const requestId = randomUUID()
  await subject.keepPerson(requestId, { name: 'Ann', ip: '192.0.2.9' })
  await scene.sim('POST', '/__sim/lines', {
    account: (await subject.accounts())[0]!.providerAccountId,
    lines: [{ amount: '-3.21', text: 'news of the bank' }],
    seen: 'nextSynchronization',
  })
  await handle.executeUpdate(messages.syncNow, { args: [{ requestId }] })
  await eventually(
    'The end of the run',
    async () => (await subject.runOf(requestId)).outcome !== null,
  )
  expect(await subject.runOf(requestId)).toMatchObject({
    outcome: 'ok',
    linesAdded: 1,
    refresh: 'done',
  })
  const asked = (await scene.requests('synchronizations')).map(({ body }) => body)
  expect(asked.every((body) => body.includes('192.0.2.9'))).toBe(true)
  // Temporal keeps what passed through it for weeks
  const history = textOf(await handle.fetchHistory())
  expect(history.includes(requestId)).toBe(true)
  for (const secret of ['192.0.2.9', 'Ann']) expect(history.includes(secret), secret).toBe(false)
})
