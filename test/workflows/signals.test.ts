import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporalBinary } from '../../scripts/temporal-binary.ts'
import * as messages from '../../workflows/messages.ts'
import { called, posted, reads } from './support/bank.ts'
import type { Subject, World } from './support/world.ts'
import { aRequest, openWorld, statusOf } from './support/world.ts'
import { eventually } from '../support/eventually.ts'

let world: World
let command: string
beforeAll(async () => {
  world = await openWorld()
  command = await temporalBinary({})
})
afterAll(() => world.close())

/** The ordinary command line, as an ERP's operator or support would type it. */
const temporal = async (...line: string[]): Promise<string> => {
  const { address, namespace } = world
  const { stdout } = await promisify(execFile)(
    command,
    ['workflow', ...line, '--address', address, '--namespace', namespace, '-o', 'json'],
    { timeout: 20_000 },
  )
  return stdout
}

const signal = ({ workflowId }: Subject, name: string, ...rest: string[]) =>
  temporal('signal', '-w', workflowId, '--name', name, ...rest)

/** That the workflow is not stuck: a proper command is answered. */
const answers = async (subject: Subject): Promise<void> => {
  const { requestId } = aRequest()
  const input = JSON.stringify({ requestId })
  const line = [
    'update',
    'execute',
    '-w',
    subject.workflowId,
    '--name',
    'syncNow',
    '--input',
    input,
  ]
  const answer = JSON.parse(await temporal(...line)) as { result: unknown }
  expect(answer.result).toMatchObject({ kind: 'started', runId: requestId })
  await eventually('The run', async () => (await statusOf(subject)).runId === null)
}

describe('the ordinary command line', () => {
  test('starts a connection with two ids, asks it and disconnects it', async () => {
    const subject = world.arrange()
    const { workflowId, tenantId, connectionId } = subject
    const input = JSON.stringify({ tenantId, connectionId })
    await temporal(
      'start',
      '-w',
      workflowId,
      '--type',
      'connection',
      '-t',
      'connections',
      '--input',
      input,
    )
    await answers(subject)
    const status = JSON.parse(await temporal('query', '-w', workflowId, '--name', 'status')) as {
      queryResult: unknown[]
    }
    expect(status.queryResult[0]).toMatchObject({ state: 'connected', lastOutcome: 'ok' })
    const request = JSON.stringify(aRequest())
    await temporal(
      'update',
      'execute',
      '-w',
      workflowId,
      '--name',
      'disconnect',
      '--input',
      request,
    )
    await subject.handle.result()
  })

  test('sends a signal that is understood', async () => {
    const subject = await world.live()
    const flowId = randomUUID()
    await subject.handle.executeUpdate(messages.beginRenewal, { args: [{ flowId }] })
    await eventually('The flow', () => subject.bank.flows.has(flowId))
    await signal(subject, 'credentialsUpdated', '--input', JSON.stringify({ flowId }))
    await eventually('The renewal', () => reads(subject.bank).length === 1)
    expect(posted(subject.bank)).not.toContain('signal.refused')
  })

  test.each([
    ['a number', 'credentialsUpdated', ['--input', '42']],
    ['a text', 'providerEvent', ['--input', '"x"']],
    ['an empty object', 'credentialsUpdated', ['--input', '{}']],
    ['an id that is none', 'credentialsUpdated', ['--input', '{"flowId":"7"}']],
    ['a list', 'providerEvent', ['--input', '[{"kind":"x"}]']],
    ['nothing at all', 'credentialsUpdated', []],
    ['two inputs', 'credentialsUpdated', ['--input', '1', '--input', '2']],
    ['a name that Temporal keeps for itself', '__temporal_x', ['--input', '1']],
    ['a name nobody knows', 'mfaAnswered', ['--input', '{"challengeId":"x"}']],
    ['bytes', 'credentialsUpdated', ['--input', 'x', '--input-meta', 'encoding=binary/plain']],
    [
      'an encoding nobody knows',
      'providerEvent',
      ['--input', 'x', '--input-meta', 'encoding=binary/mystery'],
    ],
    [
      'another language’s encoding under a name nobody knows',
      'x',
      ['--input', '{}', '--input-meta', 'encoding=json/protobuf'],
    ],
  ])(
    'sends a signal that is not understood (%s): a note is left and nothing is stuck',
    async (_what, name, rest) => {
      const subject = await world.live()
      await signal(subject, name, ...rest)
      await eventually('The note', () => called(subject.bank, 'noteRefusal').length === 1)
      const notes = [...subject.bank.messages.values()].filter(
        ({ code }) => code === 'signal.refused',
      )
      expect(notes.map(({ params }) => params)).toEqual([{ name }])
      await answers(subject)
    },
  )

  test('sends an update that cannot be read: it is refused', async () => {
    const subject = await world.live()
    const broken = ['--input', 'x', '--input-meta', 'encoding=binary/mystery']
    await expect(
      temporal('update', 'execute', '-w', subject.workflowId, '--name', 'syncNow', ...broken),
    ).rejects.toThrow('requestId must be a uuid')
    await answers(subject)
  })

  test('starts with an input that cannot be read: the workflow ends with a sentence', async () => {
    const workflowId = `connection/${randomUUID()}`
    const broken = ['--input', 'x', '--input-meta', 'encoding=binary/mystery']
    await temporal(
      'start',
      '-w',
      workflowId,
      '--type',
      'connection',
      '-t',
      'connections',
      ...broken,
    )
    const handle = world.client.workflow.getHandle(workflowId)
    await eventually('The end', async () => (await handle.describe()).status.name === 'FAILED')
  })
})

describe('a program that speaks to the server without an SDK', () => {
  const send = ({ workflowId }: Subject, signalName: string, payload: object) =>
    world.client.workflowService.signalWorkflowExecution({
      namespace: world.namespace,
      workflowExecution: { workflowId },
      signalName,
      requestId: randomUUID(),
      input: { payloads: [payload] },
    })

  test.each([
    ['broken JSON', { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('{"') }],
    ['no JSON at all', { metadata: { encoding: Buffer.from('json/plain') } }],
    ['nothing that says what it is', { data: Buffer.from('{}') }],
    ['nothing', {}],
  ])('may send %s: a note is left and nothing is stuck', async (_what, payload) => {
    for (const name of ['credentialsUpdated', 'providerEvent', 'noSuchSignal']) {
      const subject = await world.live()
      await send(subject, name, payload)
      await eventually('The note', () => called(subject.bank, 'noteRefusal').length === 1)
      expect(
        await subject.handle.executeUpdate(messages.syncNow, { args: [aRequest()] }),
      ).toMatchObject({ kind: 'started' })
    }
  })
})

describe('notes of refused signals', () => {
  test('have each a key of its own, also for the same name again', async () => {
    const subject = await world.live()
    for (const [i, name] of ['a', 'b', 'a'].entries()) {
      await subject.handle.signal(name, 1)
      await eventually('Noted', () => called(subject.bank, 'noteRefusal').length === i + 1)
    }
    await eventually('Posted', () => subject.bank.messages.size === 3)
    expect(new Set(posted(subject.bank))).toEqual(new Set(['signal.refused']))
  })

  test('are one while they wait: hundreds of one name are fewer notes', async () => {
    const subject = await world.live()
    await Promise.all(Array.from({ length: 200 }, () => subject.handle.signal('a', 1)))
    await eventually('Noted', () => called(subject.bank, 'noteRefusal').length > 0)
    await answers(subject)
    expect(subject.bank.messages.size).toBeLessThan(100)
  })

  test('cut names that are too long', async () => {
    const subject = await world.live()
    await subject.handle.signal('n'.repeat(900))
    await eventually('Noted', () => called(subject.bank, 'noteRefusal').length === 1)
    const [note] = subject.bank.messages.values()
    expect(note?.params['name']).toHaveLength(100)
  })
})

describe('a hint of the provider', () => {
  test('is followed by a read of the cause "event", without a refresh', async () => {
    const subject = await world.live()
    await subject.handle.signal(messages.providerEvent, { kind: 'transactions' })
    await eventually('The read', () => reads(subject.bank).length === 1)
    expect(reads(subject.bank)[0]?.cause).toBe('event')
    expect(called(subject.bank, 'requestRefresh')).toEqual([])
  })

  test('is followed by a look where nothing may be read unattended, and heals an error', async () => {
    const subject = await world.live({
      state: 'error',
      failureCode: 'action_required_at_institution',
    })
    await subject.handle.signal(messages.providerEvent, { kind: 'repaired' })
    await eventually('The look', async () => (await statusOf(subject)).state === 'connected')
    expect(reads(subject.bank)).toEqual([])
  })

  test('of changed settings leads to a new plan, not to a read', async () => {
    const subject = await world.live()
    await subject.handle.signal(messages.providerEvent, { kind: 'settings' })
    await eventually('The plan', () => called(subject.bank, 'adoptSettings').length === 1)
    expect(reads(subject.bank)).toEqual([])
  })
})
