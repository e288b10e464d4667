import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitFor } from '../../scripts/erp.ts'
import { sendCommand, type Answered } from './support/send.ts'
import { openStage, type Stage } from './support/stage.ts'
import { beginFirstRun, link, runDone, runsOf, type Linked, type Run } from './support/synced.ts'
import { lockTable } from './support/table-lock.ts'

let stage: Stage
/** The API is killed once, with two commands in it: one carried out and not answered, one not even sent. */
let accepted: { linked: Linked; key: string }
let claimed: { linked: Linked; key: string }

beforeAll(async () => {
  stage = await openStage()
  const [one, other] = await Promise.all([readyBank('Twins Bank'), readyBank('Beta Bank')])
  accepted = { linked: one, key: randomUUID() }
  claimed = { linked: other, key: randomUUID() }
  const runs = await lockTable(stage, 'sync_run')
  const first = sync(accepted).catch(() => 'cut')
  await runs.someoneWaits('INSERT INTO sync_run')
  const secrets = await lockTable(stage, 'one_time_secret')
  const second = sync(claimed).catch(() => 'cut')
  await secrets.someoneWaits('INSERT INTO one_time_secret')
  const { api } = stage.stack.processes
  api.kill('SIGKILL')
  expect(await Promise.all([first, second])).toEqual(['cut', 'cut'])
  await runs.release()
  await secrets.release()
  await api.restart()
})
afterAll(() => stage.close())

const readyBank = async (name: string): Promise<Linked> => {
  const linked = await link(stage, name)
  const { id } = await beginFirstRun(stage, linked)
  await runDone(stage, id)
  return linked
}

const sync = ({ linked, key }: { linked: Linked; key: string }): Promise<Answered> =>
  sendCommand(stage, { path: `/v1/connections/${linked.id}/syncs`, key })

const byPerson = async ({ id }: Linked): Promise<Run[]> =>
  (await runsOf(stage, id)).filter(({ cause }) => cause === 'person')

const answered = (command: { linked: Linked; key: string }): Promise<Answered> =>
  waitFor(
    'the lock of the killed attempt to end',
    async () => {
      const answer = await sync(command)
      if (answer.status === 202) return answer
      expect(answer).toMatchObject({ status: 409, retryAfter: expect.stringMatching(/^\d+$/) })
      return null
    },
    45_000,
  )

test('an API killed before it answered: the command is carried out once, and its key gets the same run', async () => {
  const answer = await answered(accepted)
  expect(answer).toMatchObject({ replayed: false })
  expect(await sync(accepted)).toMatchObject({ status: 202, replayed: true, body: answer.body })
  expect(await runDone(stage, String(answer.body['runId']))).toMatchObject({ outcome: 'ok' })
  // the run of the command that was cut is the one its key answers with
  expect(await byPerson(accepted.linked)).toMatchObject([{ id: answer.body['runId'] }])
})

test('an API killed after it claimed a key: nothing is carried out until the key comes again, then once', async () => {
  const before = await byPerson(claimed.linked)
  const answer = await answered(claimed)
  expect(before).toHaveLength(0)
  expect(await sync(claimed)).toMatchObject({ status: 202, replayed: true, body: answer.body })
  expect(await runDone(stage, String(answer.body['runId']))).toMatchObject({ outcome: 'ok' })
  expect(await byPerson(claimed.linked)).toHaveLength(1)
})
