import { ApplicationFailure } from '@temporalio/client'
import { TestWorkflowEnvironment } from '@temporalio/testing'
import { NativeConnection } from '@temporalio/worker'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { day } from '../domain/support/facts.ts'
import { createTestNamespace } from '../support/temporal.ts'
import type { FileSubject, FileWorld } from './support/file-world.ts'
import { createFileWorld } from './support/file-world.ts'
import { eventually } from '../support/eventually.ts'
import { quiet } from './support/world.ts'

let world: FileWorld
beforeAll(async () => {
  quiet()
  const { address, namespace, client, close } = await createTestNamespace()
  const connection = await NativeConnection.connect({ address })
  const end = async () => {
    await connection.close()
    await close()
  }
  world = await createFileWorld({ namespace, client, connection, end })
})
afterAll(() => world.close())

const reaches = (subject: FileSubject, state: FileSubject['snapshot']['state']) =>
  eventually(`An import that is ${state}`, async () => (await subject.status()).state === state)

const previewed = async (snapshot?: Partial<FileSubject['snapshot']>): Promise<FileSubject> => {
  const subject = world.arrange(snapshot)
  await subject.start()
  await reaches(subject, 'preview')
  return subject
}

test('a file is previewed, corrected, previewed again, confirmed, imported and taken back', async () => {
  const subject = await previewed()
  subject.snapshot.revision = 2
  expect(await subject.send('correctImport', { revision: 2 })).toMatchObject({ kind: 'accepted' })
  await eventually('a second preview', () => subject.calls.length === 2)
  await reaches(subject, 'preview')
  expect(await subject.send('confirmImport', { revision: 2 })).toMatchObject({ kind: 'accepted' })
  await subject.ended()
  expect(subject.snapshot.state).toBe('imported')
  expect(await subject.send('revertImport')).toMatchObject({ kind: 'accepted' })
  await subject.ended()
  expect(subject.calls).toEqual([
    'previewImport',
    'previewImport',
    'importStatements',
    'revertImport',
  ])
})

test('a correction that the reading under way has taken in is not read once more, and can be confirmed', async () => {
  const subject = world.arrange()
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  subject.before = () => held
  await subject.start()
  await reaches(subject, 'previewing')
  // the file is read with the options that are there when the reading begins
  subject.snapshot.revision = 2
  expect(await subject.send('correctImport', { revision: 2 })).toMatchObject({ kind: 'accepted' })
  release()
  await reaches(subject, 'preview')
  expect(await subject.send('confirmImport', { revision: 2 })).toMatchObject({ kind: 'accepted' })
  await subject.ended()
  expect(subject.calls).toEqual(['previewImport', 'importStatements'])
})

test('a correction that the reading under way has missed is read, and only what came of it is confirmed', async () => {
  const subject = world.arrange()
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  subject.before = () => {
    begin()
    return held
  }
  await subject.start()
  // the correction is stored after the first reading has begun
  await begun
  await subject.send('correctImport', { revision: 2 })
  subject.before = () => void (subject.snapshot.revision = 2)
  release()
  await eventually('a second preview', () => subject.snapshot.previewedRevision === 2)
  await reaches(subject, 'preview')
  expect(await subject.send('confirmImport', { revision: 1 })).toMatchObject({ why: 'stale' })
  expect(await subject.send('confirmImport', { revision: 2 })).toMatchObject({ kind: 'accepted' })
  await subject.ended()
  expect(subject.calls).toEqual(['previewImport', 'previewImport', 'importStatements'])
})

test('the same options once more change nothing of a preview', async () => {
  const subject = await previewed()
  expect(await subject.send('correctImport', { revision: 1 })).toMatchObject({ kind: 'accepted' })
  expect(await subject.send('confirmImport', { revision: 1 })).toMatchObject({ kind: 'accepted' })
  await subject.ended()
  expect(subject.calls).toEqual(['previewImport', 'importStatements'])
})

test('a confirmation that comes a moment before the preview is known is taken', async () => {
  const subject = world.arrange()
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  subject.before = () => held
  await subject.start()
  await reaches(subject, 'previewing')
  const { answer } = await subject.beginSending('confirmImport')
  release()
  expect(await answer()).toMatchObject({ kind: 'accepted' })
  await subject.ended()
  expect(subject.snapshot.state).toBe('imported')
})

test('confirmed twice is imported once, also after it is over', async () => {
  const subject = await previewed()
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  subject.before = () => held
  expect(await subject.send('confirmImport')).toMatchObject({ kind: 'accepted' })
  expect(await subject.send('confirmImport')).toMatchObject({ kind: 'accepted' })
  release()
  await subject.ended()
  expect(await subject.send('confirmImport')).toMatchObject({
    kind: 'accepted',
    status: { state: 'imported' },
  })
  await subject.ended()
  expect(subject.calls).toEqual(['previewImport', 'importStatements'])
})

test('one command repeated under its update id is one command', async () => {
  const subject = await previewed()
  subject.snapshot.revision = 2
  const command = { revision: 2, updateId: 'route:key' }
  await subject.send('correctImport', command)
  await eventually('a second preview', () => subject.calls.length === 2)
  await reaches(subject, 'preview')
  expect(await subject.send('correctImport', command)).toMatchObject({ kind: 'accepted' })
  expect(await subject.send('discardImport')).toMatchObject({ kind: 'accepted' })
  await subject.ended()
  expect(subject.calls).toEqual(['previewImport', 'previewImport', 'discardImport'])
})

describe('a confirmation is refused', () => {
  test('while a question is open', async () => {
    const subject = await previewed({ questions: 1 })
    expect(await subject.send('confirmImport')).toMatchObject({
      kind: 'refused',
      why: 'question_open',
      status: { questions: 1 },
    })
  })

  test('where nothing can be imported', async () => {
    const subject = await previewed({ importable: 0 })
    expect(await subject.send('confirmImport')).toMatchObject({ why: 'nothing_importable' })
  })

  test('of another revision than the one that the preview shows', async () => {
    const subject = await previewed()
    expect(await subject.send('confirmImport', { revision: 2 })).toMatchObject({ why: 'stale' })
  })

  test('while the preview is being made', async () => {
    const subject = world.arrange()
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    subject.before = () => held
    expect(await subject.send('confirmImport')).toMatchObject({ why: 'not_ready' })
    release()
    await reaches(subject, 'preview')
    expect(subject.calls).toEqual(['previewImport'])
  })

  test('where it was discarded, as is every other command', async () => {
    const subject = world.arrange({ state: 'discarded' })
    expect(await subject.send('confirmImport')).toMatchObject({ why: 'over' })
    expect(await subject.send('correctImport')).toMatchObject({ why: 'over' })
    expect(await subject.send('revertImport')).toMatchObject({ why: 'over' })
    expect(await subject.send('discardImport')).toMatchObject({ kind: 'accepted' })
    expect(subject.calls).toEqual([])
  })

  test('while somebody else throws the preview away', async () => {
    const subject = await previewed()
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    let isUnderWay = false
    subject.before = (work) => {
      isUnderWay ||= work === 'discardImport'
      return work === 'discardImport' ? held : undefined
    }
    await subject.send('discardImport')
    await eventually('the discarding', () => isUnderWay)
    expect(await subject.send('confirmImport')).toMatchObject({ kind: 'refused', why: 'over' })
    release()
    await subject.ended()
    expect(subject.calls).toEqual(['previewImport', 'discardImport'])
  })

  test('where there is no such import', async () => {
    const subject = world.arrange(null)
    expect(await subject.send('confirmImport')).toMatchObject({ why: 'not_found' })
    expect(await subject.send('discardImport')).toMatchObject({ why: 'not_found' })
    await subject.ended()
  })
})

test('a reversal asked for during the import follows it; a correction then is refused', async () => {
  const subject = await previewed()
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  subject.before = (work) => (work === 'importStatements' ? held : undefined)
  await subject.send('confirmImport')
  await reaches(subject, 'importing')
  expect(await subject.send('correctImport')).toMatchObject({ why: 'over' })
  expect(await subject.send('discardImport')).toMatchObject({ why: 'over' })
  expect(await subject.send('revertImport')).toMatchObject({ kind: 'accepted' })
  release()
  await subject.ended()
  expect(subject.calls).toEqual(['previewImport', 'importStatements', 'revertImport'])
})

test('a defect of ours is noted once and not tried again; a correction may begin anew', async () => {
  const subject = world.arrange()
  subject.before = (work) => {
    if (work === 'previewImport') throw ApplicationFailure.create({ type: 'defect' })
  }
  await subject.start()
  await subject.ended()
  expect(subject.calls).toEqual(['failImport'])
  subject.before = () => undefined
  subject.snapshot.revision = 2
  expect(await subject.send('correctImport', { revision: 2 })).toMatchObject({ kind: 'accepted' })
  await reaches(subject, 'preview')
})

test('trouble with the storage is tried again, and a confirmation after a failed import goes on with it', async () => {
  const subject = await previewed()
  let times = 0
  subject.before = (work) => {
    if (work !== 'importStatements') return
    times += 1
    subject.snapshot.hasBegun = true
    throw ApplicationFailure.create({ type: times === 1 ? 'transient' : 'defect' })
  }
  await subject.send('confirmImport')
  await subject.ended()
  expect([times, subject.snapshot.state]).toEqual([2, 'failed'])
  subject.before = () => undefined
  expect(await subject.send('confirmImport')).toMatchObject({ kind: 'accepted' })
  await subject.ended()
  expect(subject.snapshot.state).toBe('imported')
})

test('what an earlier run of the workflow left half done is gone on with', async () => {
  for (const [state, done] of [
    ['importing', 'imported'],
    ['reverting', 'reverted'],
  ] as const) {
    const subject = world.arrange({ state, previewedRevision: 1, hasBegun: true })
    await subject.start()
    await subject.ended()
    expect(subject.snapshot.state).toBe(done)
  }
})

test('an update of a wrong shape is refused and stops nothing', async () => {
  const subject = await previewed()
  await expect(subject.send('confirmImport', { requestId: 'x' })).rejects.toThrow()
  expect(await subject.status()).toMatchObject({ state: 'preview', importable: 1 })
})

const path = inject('timeSkippingServer')
if (path === null)
  console.log('SKIPPED: an import that nobody confirms, because no server here skips time.')

describe.skipIf(path === null)('over days', () => {
  let environment: TestWorkflowEnvironment
  let slow: FileWorld
  beforeAll(async () => {
    environment = await TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: { type: 'existing-path', path: path ?? '' } },
    })
    slow = await createFileWorld({
      namespace: environment.namespace ?? 'default',
      client: environment.client,
      connection: environment.nativeConnection,
      end: () => environment.teardown(),
    })
  })
  afterAll(() => slow.close())

  test('a preview that nobody confirms is discarded after seven days, counted from the last correction', async () => {
    const subject = slow.arrange()
    await subject.start()
    await environment.sleep(6 * day)
    expect(subject.snapshot.state).toBe('preview')
    subject.snapshot.revision = 2
    await subject.send('correctImport', { revision: 2 })
    await environment.sleep(6 * day)
    expect(subject.snapshot.state).toBe('preview')
    await environment.sleep(1.5 * day)
    expect(subject.snapshot.state).toBe('discarded')
    await subject.ended()
  })
})
