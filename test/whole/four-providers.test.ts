/** The whole product as processes: each provider carries a connection from the link to the feed. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { providerNames } from '../../activities/providers/registry.ts'
import { waitFor } from '../../scripts/erp.ts'
import { listLines } from '../../scripts/feed.ts'
import type { Account, Flow } from '../../scripts/link-bank.ts'
import { consent, listAccounts, urlOf } from '../../scripts/link-bank.ts'
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
const plain = (amount: string): string => amount.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')

/** Day and amount of every line, sorted. */
const factsOf = (lines: { bookedOn: string; amount: string }[]): string[] =>
  lines.map(({ bookedOn, amount }) => `${bookedOn} ${plain(amount)}`).toSorted()

const feedOf = async (accounts: Account[]): Promise<string[]> => {
  const feeds = await Promise.all(accounts.map(({ id }) => listLines(stage.erp, id)))
  return factsOf(feeds.flat())
}

/** What the bank has booked on all its accounts. */
const truth = async (): Promise<string[]> => {
  const shown: Json = await stage.sandbox('GET', `/__sim/banks/${encodeURIComponent(bank)}`)
  const books: Json[] = await Promise.all(
    shown.accounts.map(({ id }: Json) => stage.sandbox('GET', `/__sim/truth?account=${id}`)),
  )
  return factsOf(books.flatMap(({ lines }) => lines))
}

describe.each(providerNames)('%s', (provider) => {
  let linked: Linked

  test('a person links the bank, and the first run brings all its lines', async () => {
    linked = await link(stage, bank, provider)
    expect(linked.accounts).toHaveLength(2)
    const first = await beginFirstRun(stage, linked)
    expect(await runDone(stage, first.id)).toMatchObject({ outcome: 'ok', failureCode: null })
    expect(await feedOf(linked.accounts)).toEqual(await truth())
  })

  test('a person presses Synchronize now, and nothing is stored twice', async () => {
    const runId = await pressSync(stage, linked.id)
    expect(await runDone(stage, runId)).toMatchObject({ outcome: 'ok', linesAdded: 0 })
    expect(await feedOf(linked.accounts)).toEqual(await truth())
  })

  test('a person renews; accounts, journals and lines stay', async () => {
    const { flow } = await stage.erp.call<{ flow: Flow }>(
      'POST',
      `/v1/connections/${linked.id}/credential-updates`,
      { returnUrl: 'http://localhost/erp/banks' },
    )
    await consent(stage.erp, flow, { url: await urlOf(stage.erp, flow), bank })
    const codes = async () => (await messagesOf(stage, linked.id)).map(({ code }) => code)
    await waitFor('the message of the renewal', async () =>
      (await codes()).includes('connection.renewed'),
    )
    const after = await listAccounts(stage.erp, linked.id)
    expect(after.map(({ id, chosen }) => [id, chosen])).toEqual(
      linked.accounts.map(({ id }) => [id, true]),
    )
    expect(await connectionOf(stage, linked.id)).toMatchObject({
      state: 'connected',
      awaiting: 'nothing',
    })
    expect(await feedOf(linked.accounts)).toEqual(await truth())
  })

  test('a disconnection is told to the provider, and a new link brings no line twice', async () => {
    await stage.erp.call('POST', `/v1/connections/${linked.id}/disconnections`, {})
    await waitFor('the disconnection', async () => {
      const { state } = await connectionOf(stage, linked.id)
      return state === 'disconnected'
    })
    const { flow } = await stage.erp.call<{ flow: Flow }>(
      'POST',
      `/v1/connections/${linked.id}/reconnects`,
      { returnUrl: 'http://localhost/erp/banks' },
    )
    await consent(stage.erp, flow, { url: await urlOf(stage.erp, flow), bank })
    const runId = await pressSync(stage, linked.id)
    await runDone(stage, runId)
    expect(await feedOf(linked.accounts)).toEqual(await truth())
  })
})
