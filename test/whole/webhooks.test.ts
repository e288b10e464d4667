/** The whole product as processes: what it makes of each provider's own events, and of those that never come. */
import { Client, Connection } from '@temporalio/client'
import { sql } from 'slonik'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createDatabasePool } from '../../db/pool.ts'
import { allowShortIntervals } from '../../scripts/bootstrap.ts'
import { waitFor } from '../../scripts/erp.ts'
import { beginLink, findInstitution } from '../../scripts/link-bank.ts'
import { approve } from '../../scripts/people/person.ts'
import { openStage, type Stage } from '../bad-days/support/stage.ts'
import { runsOf } from '../bad-days/support/synced.ts'
import type { Json } from '../sandbox/client.ts'
import type { ProviderName } from './support/at-provider.ts'
import type { Linked } from './support/customer.ts'
import { bookLine, books, endOf, linkAndRead, nextRun, truth } from './support/customer.ts'
import { allTold, deliver, news } from './support/news.ts'
import { withoutProxy } from '../../temporal.ts'

/** For each provider a bank of ours, one of another customer, and one to be linked later. */
const banks: Record<ProviderName, [own: string, foreign: string, later: string]> = {
  ponto: ['Kempenkas', 'Waddenbank', 'Duinrand Spaarbank'],
  plaid: ['Scaldis Bank', 'Bank De Hooiberg', 'Betuwe Bank'],
  yodlee: ['Polderbank', 'Maaskant Bank', 'Veluwe Spaarkas'],
  saltedge: ['Hageland Spaarbank', 'Zaanse Handelsbank', 'Bank Rode Tulp'],
}
const names = ['ponto', 'plaid', 'yodlee', 'saltedge'] as const

let stage: Stage
let other: Stage
const own = new Map<ProviderName, Linked>()
const foreign = new Map<ProviderName, Linked>()

const linkBoth = async (provider: ProviderName): Promise<void> => {
  const [ours, theirs] = banks[provider]
  const [one, two] = await Promise.all([
    linkAndRead(stage, { provider, bank: ours }),
    linkAndRead(other, { provider, bank: theirs }),
  ])
  own.set(provider, one)
  foreign.set(provider, two)
}

/**
 * Ends the workflows and lets a command start them again: they do not know then that they have just read, which would
 * put off the next event by a minute.
 */
const forgetTheLastRead = async (): Promise<void> => {
  const address = stage.stack.env['TEMPORAL_ADDRESS']!
  const connection = await Connection.connect({ address, ...withoutProxy })
  const { workflow } = new Client({ connection })
  const restart = async ({ id, stage: { erp } }: Linked) => {
    await workflow.getHandle(`connection/${id}`).terminate('to be started anew')
    await erp.call('PATCH', `/v1/connections/${id}`, { autoSync: true })
  }
  await Promise.all([...own.values(), ...foreign.values()].map(restart))
  await connection.close()
}

beforeAll(async () => {
  stage = await openStage()
  other = await stage.asNewTenant()
  await stage.sandbox('PATCH', '/__sim/settings', { defaultSyncMs: 0 })
  for (const name of names) await allowShortIntervals(stage.stack.env['DATABASE_URL']!, name)
  await Promise.all(names.map(linkBoth))
  await allTold(stage)
  await forgetTheLastRead()
})
afterAll(() => stage.close())

const receiptRow = z.object({ kind: z.string(), routed: z.boolean() })

/** What was noted of the events of a provider, the newest last. */
const receiptsOf = async (provider: string) => {
  const pool = await createDatabasePool(stage.stack.env['MIGRATION_DATABASE_URL'] ?? '')
  try {
    return await pool.any(sql.type(receiptRow)`
      SELECT kind, routed_at IS NOT NULL AS routed FROM webhook_receipt
      WHERE provider = ${provider} ORDER BY received_at`)
  } finally {
    await pool.end()
  }
}

const requestsSince = (last: number): Promise<Json> =>
  stage.sandbox('GET', `/__sim/requests?since=${last}`)

const announceLine = async ({ bankId }: Linked): Promise<void> => {
  const bank: Json = await stage.sandbox('GET', `/__sim/banks/${bankId}`)
  const lines = [{ amount: '-21.43', text: 'Announced' }]
  await stage.sandbox('POST', '/__sim/lines', {
    account: bank.accounts[0].id,
    lines,
    seen: 'announced',
  })
}

const allRuns = async (of: ReadonlyMap<ProviderName, Linked>) => {
  const runs = names.map((name) => runsOf(of.get(name)!.stage, of.get(name)!.id))
  return Object.fromEntries((await Promise.all(runs)).map((each, index) => [names[index]!, each]))
}

test(
  'news of lines is taken while no worker runs, without a call but for keys, and read by the right connection when one does',
  { timeout: 90_000 },
  async () => {
    const before = { own: await allRuns(own), foreign: await allRuns(foreign) }
    await stage.stack.processes.worker.stop(30_000)
    // a key that nobody has seen yet must be asked for
    await stage.sandbox('POST', '/__sim/webhooks', { action: 'rotate' })
    await stage.sandbox('POST', '/__sim/plaid/webhooks', { action: 'rotate' })
    const { last } = await requestsSince(0)
    for (const [provider, linked] of own) {
      await announceLine(linked)
      const { status } = await news[provider].linesOf(linked)
      expect([provider, status]).toEqual([provider, 200])
    }
    const { requests } = await requestsSince(last)
    const asked: string[] = requests.map(({ endpoint }: Json) => endpoint)
    expect(new Set(asked)).toEqual(new Set(Object.values(news).flatMap(({ keys }) => keys)))

    await stage.stack.processes.worker.restart()
    const runs = await Promise.all(names.map((name) => nextRun(own.get(name)!, before.own[name]!)))
    expect(runs.map(({ cause, outcome, linesAdded }) => [cause, outcome, linesAdded])).toEqual(
      names.map(() => ['event', 'ok', 1]),
    )
    for (const linked of own.values()) expect(await books(linked)).toEqual(await truth(linked))
    expect(await allRuns(foreign)).toEqual(before.foreign)
  },
)

describe.each(names)('%s', (provider) => {
  const { flaws, ...told } = news[provider]
  let linked: Linked
  beforeAll(() => {
    linked = own.get(provider)!
  })
  afterEach(() => told.release(stage))

  test.each(Object.entries(flaws))('an event with %s is refused and not noted', async (_, flaw) => {
    const before = await receiptsOf(provider)
    expect(await told.linesOf(linked, flaw)).toMatchObject({ status: 401 })
    expect(await receiptsOf(provider)).toEqual(before)
  })

  test('an event sent twice is followed once', async () => {
    await told.hold(stage)
    const event = await told.linesOf(linked)
    expect(await deliver(event)).toMatchObject({ status: 200, body: { woken: 1, repeated: 0 } })
    expect(await deliver(event)).toMatchObject({ status: 200, body: { woken: 0, repeated: 1 } })
  })

  test('an event of a connection that nobody knows is taken and parked', async () => {
    await told.hold(stage)
    const event = await told.linesOfStranger(stage)
    expect(await deliver(event)).toMatchObject({ status: 202, body: { woken: 0, parked: 1 } })
    expect((await receiptsOf(provider)).at(-1)).toEqual({ kind: 'lines_available', routed: false })
  })

  test('an event of a kind that nobody knows is taken and leads to nothing', async () => {
    const before = await runsOf(stage, linked.id)
    const { status } = await told.unheard(linked)
    expect(status).toBe(200)
    expect(await runsOf(stage, linked.id)).toEqual(before)
  })

  test('lines whose event is lost are found by the next slot', async () => {
    await told.hold(stage)
    const before = await runsOf(stage, linked.id)
    await bookLine(linked, '-22.43')
    const path = `/v1/connections/${linked.id}`
    await stage.erp.call('PATCH', path, { syncIntervalSeconds: 1 })
    const run = await nextRun(linked, before)
    await stage.erp.call('PATCH', path, { syncIntervalSeconds: null })
    expect(run).toMatchObject({ cause: 'scheduled', outcome: 'ok', linesAdded: 1 })
    expect(await books(linked)).toEqual(await truth(linked))
  })
})

test.each(['plaid', 'saltedge'] as const)(
  '%s says that a person has finished whose browser never came back, and the bank is linked',
  async (provider) => {
    const [, , bank] = banks[provider]
    const { connection, flow, url } = await beginLink(
      stage.erp,
      await findInstitution(stage.erp, bank, provider),
    )
    await approve({ url, bank })
    expect(await endOf({ ...own.get(provider)!, id: connection.id }, flow)).toBe('linked')
    await waitFor('the choice of accounts', async () => {
      const { awaiting } = await stage.erp.call<{ awaiting: string }>(
        'GET',
        `/v1/connections/${connection.id}`,
      )
      return awaiting === 'account_choice'
    })
  },
)
