/** The whole product as processes: one bank through one provider, and after that through another. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitFor } from '../../scripts/erp.ts'
import { openStage, type Stage } from '../bad-days/support/stage.ts'
import {
  beginFirstRun,
  connectionOf,
  link,
  messagesOf,
  pressSync,
  runDone,
  type Linked,
} from '../bad-days/support/synced.ts'
import type { Json } from '../sandbox/client.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())

const bank = 'Happy Bank'

const readFirst = async (linked: Linked) => {
  const { id } = await beginFirstRun(stage, linked)
  return runDone(stage, id)
}

/** Entries of an account behind a position, whole. */
const feedOf = async (accountId: string, after = ''): Promise<Json> =>
  stage.erp.call<Json>(
    'GET',
    `/v1/accounts/${accountId}/lines?${new URLSearchParams({ limit: '500', ...(after && { after }) }).toString()}`,
  )

const feedsOf = async ({ accounts }: Linked): Promise<Json[]> => {
  const pages = await Promise.all(
    accounts
      .map(({ id }) => id)
      .toSorted()
      .map((id) => feedOf(id)),
  )
  return pages.map(({ data }) => data)
}

const disconnect = async ({ id }: Linked): Promise<void> => {
  await stage.erp.call('POST', `/v1/connections/${id}/disconnections`, {})
  await waitFor('the disconnection', async () => {
    const { state } = await connectionOf(stage, id)
    return state === 'disconnected'
  })
}

const codesOf = async ({ id }: Linked): Promise<(string | null)[]> =>
  (await messagesOf(stage, id)).map(({ code }) => code)

test('a bank that is linked through a provider which says less keeps its lines as they are, and its correction comes once', async () => {
  const first = await link(stage, bank, 'ponto')
  await readFirst(first)
  const before = await feedsOf(first)
  expect(before.flat().some(({ line }) => line.counterpartyAccount !== null)).toBe(true)
  await disconnect(first)

  const second = await link(stage, bank, 'saltedge')
  const nothing = { outcome: 'ok', linesAdded: 0, linesChanged: 0, linesRemoved: 0 }
  expect(await readFirst(second)).toMatchObject(nothing)
  expect(await runDone(stage, await pressSync(stage, second.id))).toMatchObject(nothing)
  expect(await feedsOf(second)).toEqual(before)
  expect(await codesOf(second)).not.toContain('lines.corrected')

  // the bank corrects the newest line
  const { accounts }: Json = await stage.sandbox('GET', `/__sim/banks/${encodeURIComponent(bank)}`)
  const account = accounts[0].id
  const { lines }: Json = await stage.sandbox('GET', `/__sim/truth?account=${account}`)
  const newest = lines.toSorted((a: Json, b: Json) => (a.bookedOn < b.bookedOn ? 1 : -1))[0]
  const change = { text: 'What the bank means' }
  await stage.sandbox('PATCH', '/__sim/lines', { account, id: newest.id, change })
  const corrected = { ...nothing, linesChanged: 1 }
  expect(await runDone(stage, await pressSync(stage, second.id))).toMatchObject(corrected)
  expect(await runDone(stage, await pressSync(stage, second.id))).toMatchObject(nothing)
  const old = new Map(before.flat().map((entry: Json) => [entry.lineKey, entry.line]))
  const changed = (await feedsOf(second))
    .flat()
    .filter(({ line }: Json) => line.text.includes(change.text))
  expect(changed).toHaveLength(1)
  expect(changed[0].line).toEqual({ ...old.get(changed[0].lineKey), text: changed[0].line.text })
  expect((await codesOf(second)).filter((code) => code === 'lines.corrected')).toHaveLength(1)
})
