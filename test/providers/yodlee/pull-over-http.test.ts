import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openStore } from '../support/caller.ts'
import type { LinkedYodlee } from '../support/linked-yodlee.ts'
import { openLinkedYodlee } from '../support/linked-yodlee.ts'

let linked: LinkedYodlee
beforeAll(async () => {
  linked = await openLinkedYodlee()
})
afterAll(() => linked.stop())
beforeEach(() => linked.sim('POST', '/__sim/reset'))

interface Truth {
  id: string
  bookedOn: string
  amount: string
}

const bank = 'Happy Bank'

const arrange = async (script: object = {}) => {
  await linked.script(bank, script)
  const { kept, accounts } = await linked.linkBank(bank)
  const { providerAccountId } = accounts[0]!
  const store = openStore()
  const { connections } = await linked.sim('GET', '/__sim/yodlee/connections')
  const { reference } = connections
    .flatMap((each: { accounts: object[] }) => each.accounts)
    .find(({ id }: { id: number }) => String(id) === providerAccountId)
  return {
    kept,
    store,
    account: reference as string,
    read: () => store.read(linked.open(kept), providerAccountId),
    truth: async (): Promise<Truth[]> =>
      (await linked.sim('GET', `/__sim/truth?account=${reference}`)).lines,
  }
}
const sorted = (rows: readonly string[][]): string[] =>
  rows.map((row) => row.join(' | ')).toSorted((a, b) => (a < b ? -1 : 1))
const decimal = (amount: string): string => amount.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')

const expectEqual = (store: ReturnType<typeof openStore>, truth: readonly Truth[]): void => {
  const held = [...store.lines.values()].map(({ bookedOn, amount }) => [bookedOn, decimal(amount)])
  expect(sorted(held)).toEqual(
    sorted(truth.map(({ bookedOn, amount }) => [bookedOn, decimal(amount)])),
  )
}

test('many short pages, amounts with a sign of their own, and changes between the pages end at the truth', async () => {
  const scripts = [
    { pageMax: 40 },
    { negativeAmounts: true },
    { pageMax: 40, shiftsWhilePaging: true },
  ]
  for (const script of scripts) {
    await linked.sim('POST', '/__sim/reset')
    const { read, store, truth } = await arrange(script)
    await read()
    await read()
    expectEqual(store, await truth())
  }
})

test('a partial refresh hides lines, and none of them counts as removed', async () => {
  const { read, store, truth, kept } = await arrange()
  await read()
  await linked.advance(3_600_000)
  await linked.script(bank, { outcome: 'PARTIAL_DATA_RETRIEVED' })
  const session = linked.open(kept)
  await session.requestRefresh('attended', { providerAccountIds: [], idempotencyKey: 'a-run' })
  for (let step = 0; step < 5; step += 1) await linked.advance(10_000)
  const pages = await read()
  expect(pages.at(-1)).toMatchObject({ readiness: 'recent', removedLineKeys: [] })
  expectEqual(store, await truth())
})

test('after quiet the store equals the bank over HTTP as well', async () => {
  const change = fc.record({
    kind: fc.constantFrom('add', 'change', 'remove', 'read'),
    days: fc.integer({ min: 0, max: 25 }),
    cents: fc.integer({ min: -1_000_000, max: 1_000_000 }),
    pick: fc.nat({ max: 9_999 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 10 }), async (changes) => {
      await linked.sim('POST', '/__sim/reset')
      const { read, store, truth, account } = await arrange({ pageMax: 100 })
      const dayBefore = (days: number): string =>
        new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)
      await read()
      for (const { kind, days, cents, pick } of changes) {
        const recent = (await truth()).filter(({ bookedOn }) => bookedOn >= dayBefore(25))
        const id = recent[pick % Math.max(recent.length, 1)]?.id
        const amount = (cents / 100).toFixed(2)
        const line = { amount, bookedOn: dayBefore(days), text: 'new' }
        if (kind === 'read') await read()
        else if (kind === 'add' || id === undefined)
          await linked.sim('POST', '/__sim/lines', { account, lines: [line] })
        else if (kind === 'change')
          await linked.sim('PATCH', '/__sim/lines', { account, id, change: { amount } })
        else await linked.sim('DELETE', '/__sim/lines', { account, ids: [id] })
      }
      await read()
      expectEqual(store, await truth())
    }),
    { numRuns: 10 },
  )
})
