import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Page } from '../../../activities/providers/provider.ts'
import { ProviderError } from '../../../activities/providers/provider.ts'
import { rereadDays } from '../../../activities/providers/saltedge/pull-lines.ts'
import type { Json } from '../../sandbox/client.ts'
import { openStore } from '../support/caller.ts'
import type { LinkedSaltEdge } from '../support/linked-saltedge.ts'
import { openLinkedSaltEdge } from '../support/linked-saltedge.ts'
import { openMemoryBank, openMemorySession } from '../support/saltedge-memory.ts'

const removedIn = (pages: readonly Page[]): string[] =>
  pages.flatMap(({ removedLineKeys }) => removedLineKeys)
const linesIn = (pages: readonly Page[]): number => pages.flatMap(({ lines }) => lines).length

describe('against a bank in memory', () => {
  const arrange = ({ pageSize = 10, pendingsPeriod = 0, history = 60 } = {}) => {
    const bank = openMemoryBank(pageSize, { pendingsPeriod })
    const store = openStore()
    // one line a day up to today
    const ids = Array.from({ length: history }, (_, index) =>
      bank.put({ day: bank.today() - history + 1 + index, amount: '1', text: `line ${index}` }),
    )
    const session = openMemorySession(bank)
    return { bank, store, ids, session, run: () => store.read(session, 'a') }
  }
  const line = (bank: ReturnType<typeof openMemoryBank>, daysAgo: number) => ({
    day: bank.today() - daysAgo,
    amount: '2',
    text: 'new',
  })

  test('a first run reads everything, the next one from the last line before the window', async () => {
    const { run, bank } = arrange({ pageSize: 1_000 })
    expect(linesIn(await run())).toBe(60)
    bank.asked.length = 0
    expect(linesIn(await run())).toBe(rereadDays + 2)
    expect(bank.asked.filter((path) => path.startsWith('/transactions'))).toHaveLength(3)
  })

  test('a window is longer where the institution keeps lines pending for longer', async () => {
    const { run } = arrange({ pageSize: 1_000, pendingsPeriod: 10 })
    await run()
    expect(linesIn(await run())).toBe(10 + 7 + 2)
  })

  test('a page begins with the id that the one before it named, itself included', async () => {
    const { run, bank, ids } = arrange({ pageSize: 25 })
    const pages = await run()
    expect(pages.map(({ lines }) => lines.length)).toEqual([25, 25, 10])
    expect(bank.asked.filter((path) => path.includes(`from_id=${ids[25]}`))).toHaveLength(1)
  })

  test('a line taken for the copy of another is removed at once, one that is only missing the second time', async () => {
    const { run, bank, ids, store } = arrange()
    await run()
    const [copy, missing] = [ids.at(-1)!, ids.at(-2)!]
    bank.rows.set(copy, { ...bank.rows.get(copy)!, state: 'duplicated' })
    bank.rows.delete(missing)
    expect(removedIn(await run())).toEqual([`saltedge:${copy}`])
    expect(removedIn(await run())).toEqual([`saltedge:${missing}`])
    expect(store.lines.size).toBe(58)
    expect(removedIn(await run())).toEqual([])
  })

  test.each([
    ['is under way', { success_at: null, finished: false }],
    ['failed', { success_at: null, fail_at: '2026-01-01T00:00:00Z' }],
    ['brought only a part', { partial: true }],
  ])('nothing is concluded from what is missing while the last refresh %s', async (_name, how) => {
    const { run, bank, ids, store } = arrange()
    await run()
    const before = store.cursor()
    for (const id of ids.slice(-5)) bank.rows.get(id)!.isHidden = true
    bank.stand(how)
    for (let runs = 0; runs < 3; runs += 1) expect(removedIn(await run())).toEqual([])
    expect(JSON.parse(store.cursor()!)).toEqual(JSON.parse(before!))
    expect(store.lines.size).toBe(60)
  })

  test('what is pending is counted and not delivered, and delivered once when it is booked below known ids', async () => {
    const { run, bank, store } = arrange()
    const reserved = bank.put({ ...line(bank, 1), state: 'pending' })
    bank.put({ ...line(bank, 40), text: 'booked late' })
    for (let days = 0; days < 3; days += 1) bank.put(line(bank, 0))
    const pages = await run()
    expect(pages.at(-1)!.pendingCount).toBe(1)
    expect(store.lines.has(`saltedge:${reserved}`)).toBe(false)
    bank.rows.set(reserved, { ...bank.rows.get(reserved)!, state: 'posted' })
    const later = await run()
    expect(later.at(-1)!.pendingCount).toBe(0)
    expect(store.lines.has(`saltedge:${reserved}`)).toBe(true)
  })

  test('a line that stays pending for ever does not hold the window back', async () => {
    const { run, bank } = arrange({ pageSize: 1_000 })
    bank.put({ ...line(bank, 0), state: 'pending' })
    await run()
    bank.pass(100)
    for (let days = 0; days < 5; days += 1) bank.put(line(bank, days))
    await run()
    expect(linesIn(await run())).toBe(6)
  })

  test('lines of a first fetch that goes on are not yet all there is', async () => {
    const { run, bank, session } = arrange({ history: 0 })
    bank.stand({ success_at: null, finished: false })
    const request = { providerAccountId: 'a', cursor: null, known: new Map() }
    expect(await session.pullLines(request)).toMatchObject({ readiness: 'not_ready', lines: [] })
    bank.put(line(bank, 0))
    expect(await session.pullLines(request)).toMatchObject({ readiness: 'recent' })
    bank.stand({})
    expect((await run()).at(-1)).toMatchObject({ readiness: 'full' })
  })

  test('equal twins are two lines', async () => {
    const { run, bank, store } = arrange({ history: 0 })
    for (let count = 0; count < 3; count += 1) bank.put(line(bank, 0))
    await run()
    expect(store.lines.size).toBe(3)
  })

  test('paging that does not move ends', async () => {
    const { session, bank } = arrange({ history: 3 })
    const { call } = bank.client
    bank.client.call = async (what, schema, options) => {
      const answer = await call(what, schema, options)
      return what.path.startsWith('/transactions')
        ? schema.parse({ data: [], meta: { next_id: '5' } })
        : answer
    }
    const known = new Map()
    const first = await session.pullLines({ providerAccountId: 'a', cursor: null, known })
    const second = session.pullLines({ providerAccountId: 'a', cursor: first.nextCursor, known })
    await expect(second).rejects.toSatisfy(
      (error) => error instanceof ProviderError && error.failure.reason === 'paging_does_not_move',
    )
  })
})

describe('over HTTP', () => {
  let linked: LinkedSaltEdge
  beforeAll(async () => {
    linked = await openLinkedSaltEdge()
  })
  afterAll(() => linked.stop())
  beforeEach(() => linked.sim('POST', '/__sim/reset'))

  const arrange = async (saltedge: object = {}, more: object = {}) => {
    const bank = await linked.newBank(saltedge, more)
    const { secrets, providerConnectionId, accounts } = await linked.link(bank)
    const { providerAccountId } = accounts[0]!
    const store = openStore()
    return {
      providerAccountId,
      session: linked.open(secrets),
      store,
      run: () => store.read(linked.open(secrets), providerAccountId),
      refresh: () =>
        linked.sim('POST', '/__sim/saltedge/attempts', { connection: providerConnectionId }),
      /** Day and amount of the bank's own lines. */
      truth: async (): Promise<string[]> => {
        const { connections } = await linked.sim('GET', '/__sim/saltedge/connections')
        const [{ account }] = connections.at(-1).accounts
        const { lines } = await linked.sim('GET', `/__sim/truth?account=${account}`)
        return lines.map((line: Json) => `${line.bookedOn} ${Number(line.amount)}`).toSorted()
      },
    }
  }
  const stored = ({ lines }: ReturnType<typeof openStore>): string[] =>
    [...lines.values()].map((line) => `${line.bookedOn} ${Number(line.amount)}`).toSorted()

  test('a long history comes page by page, with ids beyond 2^53', async () => {
    const history = { count: 350, days: 60 }
    const { run, store, truth } = await arrange({ pageSize: 100 }, { accounts: [{ history }] })
    const pages = await run()
    expect(pages.map(({ hasMore }) => hasMore)).toEqual([true, true, true, false])
    expect(stored(store)).toEqual(await truth())
    for (const key of store.lines.keys())
      expect(BigInt(key.replace('saltedge:', ''))).toBeGreaterThan(2n ** 53n)
  })

  test('lines that are kept back for a week come under ids below known ones, and none is lost', async () => {
    const history = { count: 40, days: 10 }
    const { run, store, truth, refresh } = await arrange(
      { heldPendingDays: 7, customPendingsPeriod: 7 },
      { accounts: [{ history }] },
    )
    const pages = await run()
    expect(pages.at(-1)!.pendingCount).toBeGreaterThan(5)
    expect(stored(store)).not.toEqual(await truth())
    await linked.sim('POST', '/__sim/advance', { ms: 8 * 86_400_000 })
    await refresh()
    expect((await run()).at(-1)!.pendingCount).toBe(0)
    expect(stored(store)).toEqual(await truth())
  })

  test('a line that Salt Edge holds for a copy later is taken back in the end', async () => {
    const { run, store, refresh } = await arrange({ duplicateOnRefresh: 2 })
    await run()
    const newest = [...store.lines.keys()].toSorted().at(-1)!
    for (let times = 0; times < 2; times += 1) await refresh()
    await run()
    expect(removedIn(await run())).toEqual([newest])
    expect(store.lines.size).toBe(5)
  })

  test('an account that is gone is told apart from a connection that is', async () => {
    const { session, providerAccountId } = await arrange()
    const reading = (id: string) =>
      session.pullLines({ providerAccountId: id, cursor: null, known: new Map() })
    await expect(reading('1')).rejects.toSatisfy(
      (error) => error instanceof ProviderError && error.failure.code === 'account_gone',
    )
    // the connection shows it, so what was asked for is wrong
    await linked.sim('POST', '/__sim/fail-next', {
      endpoint: 'saltedge/transactions',
      status: 404,
      code: 'AccountNotFound',
    })
    await expect(reading(providerAccountId)).rejects.toMatchObject({ failure: { code: 'defect' } })
    await session.revoke()
    await expect(reading(providerAccountId)).rejects.toSatisfy(
      (error) => error instanceof ProviderError && error.failure.code === 'connection_gone',
    )
  })
})
