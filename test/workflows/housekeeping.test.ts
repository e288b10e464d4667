import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hour } from '../domain/support/facts.ts'
import { eventually } from '../support/eventually.ts'
import { reads } from './support/bank.ts'
import type { World } from './support/world.ts'
import { openWorld, statusOf } from './support/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const reviveOverdue = (): Promise<unknown> =>
  world.client.workflow.execute('reviveOverdue', {
    workflowId: `revive-overdue/${randomUUID()}`,
    taskQueue: 'connections',
    args: [{}],
  })

const late = () => ({ nextSyncAtMs: Date.now() - 2 * hour })

test('a connection whose workflow was ended by hand or is lost goes on by itself, once it is late', async () => {
  const [ended, lost] = [await world.live(), world.arrange(late())]
  const notLate = world.arrange({ nextSyncAtMs: Date.now() + hour })
  await statusOf(ended)
  await ended.handle.terminate('by hand')
  if (ended.bank.facts) ended.bank.facts = { ...ended.bank.facts, ...late() }
  await reviveOverdue()
  for (const { bank, handle } of [ended, lost]) {
    await eventually('a run of what was late', () => reads(bank).length > 0)
    expect((await handle.describe()).status.name).toBe('RUNNING')
  }
  await expect(notLate.handle.describe()).rejects.toThrow()
})

test('a connection that is late and lives is left alone', async () => {
  const { promise: held, resolve: release } = Promise.withResolvers<undefined>()
  const subject = world.arrange(late())
  subject.bank.before = ({ name }) => (name === 'syncConnection' ? held : undefined)
  await world.start(subject)
  await eventually('a run under way', () =>
    subject.bank.calls.some(({ name }) => name === 'syncConnection'),
  )
  const { runId } = await subject.handle.describe()
  await reviveOverdue()
  expect(await subject.handle.describe()).toMatchObject({ runId, status: { name: 'RUNNING' } })
  release(undefined)
})
