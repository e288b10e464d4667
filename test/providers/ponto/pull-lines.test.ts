import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Page } from '../../../activities/providers/provider.ts'
import { rereadDays } from '../../../activities/providers/ponto/pull-lines.ts'
import { daysAgo } from '../../support/calendar.ts'
import { openBank, openMemory } from '../support/bank.ts'
import { openStore } from '../support/caller.ts'
import type { Linked } from '../support/linked-ponto.ts'
import { openLinked } from '../support/linked-ponto.ts'

let linked: Linked
beforeAll(async () => {
  linked = await openLinked()
})
afterAll(() => linked.stop())
beforeEach(() => linked.sim('POST', '/__sim/reset'))

const bankId = '11111111-1111-4111-8111-111111111111'

/** An account at a bank of its own; `days` books that many lines on each of so many days. */
const arrange = async ({ days = 0, perDay = 1, script = {} } = {}) => {
  const lines = Array.from({ length: days * perDay }, (_, index) => ({
    amount: `-${index + 1}.10`,
    bookedOn: daysAgo(Math.floor(index / perDay)),
    text: `line ${index}`,
  })).toReversed()
  await linked.sim('PUT', `/__sim/banks/${bankId}`, {
    name: 'Scripted Bank',
    ...script,
    accounts: [{ lines }],
  })
  const { kept, accounts } = await linked.link('Scripted Bank')
  const { providerAccountId } = accounts[0]!
  const store = openStore()
  const account = providerAccountId
  return {
    providerAccountId,
    session: linked.open(kept),
    store,
    run: (): Promise<Page[]> => store.read(linked.open(kept), providerAccountId),
    add: async (line: object): Promise<string> =>
      (await linked.sim('POST', '/__sim/lines', { account, lines: [line] })).lines[0].id,
    remove: (...ids: string[]) => linked.sim('DELETE', '/__sim/lines', { account, ids }),
    change: (id: string, change: object) =>
      linked.sim('PATCH', '/__sim/lines', { account, id, change }),
    truth: async (): Promise<{ id: string; amount: string; text: string }[]> =>
      (await linked.sim('GET', `/__sim/truth?account=${account}`)).lines,
  }
}

const removedIn = (pages: readonly Page[]): string[] =>
  pages.flatMap(({ removedLineKeys }) => removedLineKeys)

describe('a run', () => {
  test('of the first time reads everything, and the next one only until a page is too old', async () => {
    const { run, store, truth } = await arrange({ days: 80, perDay: 10 })
    expect(await run()).toHaveLength(8)
    expect(store.lines.size).toBe((await truth()).length)
    // 15 days of 10 lines, two more for rows out of order, and one page of nothing but older ones
    expect(await run()).toHaveLength(3)
  })

  test('finds a line booked late below lines that are known', async () => {
    const { run, store, add } = await arrange({ days: 60, perDay: 4 })
    await run()
    const id = await add({ amount: '7.77', bookedOn: daysAgo(13), text: 'late' })
    await run()
    expect(store.lines.get(`ponto:${id}`)).toMatchObject({ bookedOn: daysAgo(13), text: 'late' })
  })

  test('brings a line that the bank corrected under its key', async () => {
    const { run, store, add, change } = await arrange({ days: 30 })
    const id = await add({ amount: '5.00', bookedOn: daysAgo(2), text: 'before' })
    await run()
    await change(id, { text: 'after', amount: '5.01' })
    await run()
    expect(store.lines.get(`ponto:${id}`)).toMatchObject({ text: 'after', amount: '5.01' })
  })

  test('keeps equal twins apart', async () => {
    const { run, store, add } = await arrange()
    const twin = { amount: '-4.50', bookedOn: daysAgo(1), text: 'Espresso' }
    for (let count = 0; count < 3; count += 1) await add(twin)
    await run()
    expect([...store.lines.values()].map(({ amount }) => amount)).toEqual(Array(3).fill('-4.50'))
  })

  test('carries amounts to the last digit, whatever their form on the wire', async () => {
    const { run, store, add } = await arrange()
    const amounts = [
      ['0.12345', '0.12345'],
      ['1e-2', '0.01'],
      ['-90071992547409931.17', '-90071992547409931.17'],
    ]
    for (const [amount] of amounts) await add({ amount, bookedOn: daysAgo(1) })
    await run()
    const shown = new Set([...store.lines.values()].map(({ amount }) => amount))
    expect(shown).toEqual(new Set(amounts.map(([, amount]) => amount)))
  })

  test.each(['milliseconds', 'seconds', 'day'])('reads dates written in %s', async (dates) => {
    const { run, store } = await arrange({ days: 3, script: { dates } })
    await run()
    const shown = [...store.lines.values()].map(({ bookedOn }) => bookedOn)
    expect(new Set(shown)).toEqual(new Set([daysAgo(0), daysAgo(1), daysAgo(2)]))
    // days alone are not how Ponto describes its dates, and its description notices
    const problems = linked.takeProblems()
    expect(problems.length > 0).toBe(dates === 'day')
    expect(problems.filter((problem) => !/Date must match format/.test(problem))).toEqual([])
  })

  test('counts days by the calendar of the institution, asked for once', async () => {
    const { run, session, providerAccountId } = await arrange({
      days: 1,
      script: { timeZone: 'Europe/Helsinki' },
    })
    const known = new Map()
    const { nextCursor } = await session.pullLines({ providerAccountId, cursor: null, known })
    expect(JSON.parse(nextCursor)).toMatchObject({ timeZone: 'Europe/Helsinki' })
    await run()
    await linked.sim('DELETE', '/__sim/requests')
    await run()
    const { requests } = await linked.sim('GET', '/__sim/requests')
    expect(requests.map(({ endpoint }: { endpoint: string }) => endpoint)).toEqual(['transactions'])
  })

  test('that broke off goes on from its position with the same result', async () => {
    const { session, providerAccountId, truth } = await arrange({ days: 50, perDay: 5 })
    const keys: string[] = []
    let cursor: string | null = null
    for (let pages = 0; pages < 10; pages += 1) {
      await linked.sim('POST', '/__sim/fail-next', { endpoint: 'transactions', mode: 'reset' })
      const request = { providerAccountId, cursor, known: new Map<string, string>() }
      await expect(session.pullLines(request)).rejects.toThrow()
      const page: Page = await session.pullLines(request)
      keys.push(...page.lines.map(({ lineKey }) => lineKey))
      cursor = page.nextCursor
      if (!page.hasMore) break
    }
    expect(keys.toSorted()).toEqual((await truth()).map(({ id }) => `ponto:${id}`).toSorted())
  })
})

describe('a line that is missing', () => {
  test('once and then back was never removed', async () => {
    const { run, add, change } = await arrange({ days: 30 })
    const id = await add({ amount: '1.00', bookedOn: daysAgo(3) })
    await run()
    await change(id, { hidden: true })
    expect(removedIn(await run())).toEqual([])
    await change(id, { hidden: false })
    expect(removedIn(await run())).toEqual([])
    await change(id, { hidden: true })
    expect(removedIn(await run())).toEqual([])
  })

  test('from two complete readings one after the other is removed, once', async () => {
    const { run, add, remove } = await arrange({ days: 30 })
    const id = await add({ amount: '1.00', bookedOn: daysAgo(3) })
    await run()
    await remove(id)
    expect(removedIn(await run())).toEqual([])
    expect(removedIn(await run())).toEqual([`ponto:${id}`])
    expect(removedIn(await run())).toEqual([])
  })

  test('at the edge of the window is looked for again when the window has moved on', async () => {
    const { run, store, add, remove } = await arrange({ days: 40 })
    await linked.sim('POST', '/__sim/advance', { to: `${daysAgo(-1)}T00:10:00Z` })
    const id = await add({ amount: '1.00', bookedOn: daysAgo(14) })
    await run()
    await remove(id)
    await run()
    const moved = JSON.parse(store.cursor()!)
    expect(moved.missingOnce).toEqual([`ponto:${id}`])
    // a read of two days later: its own window would not reach back to that day any more
    store.moveTo(JSON.stringify({ ...moved, readOn: daysAgo(-2) }))
    expect(removedIn(await run())).toEqual([`ponto:${id}`])
  })

  test('because it is older than the window stays', async () => {
    const { run, store, truth, remove } = await arrange({ days: 60 })
    await run()
    const old = (await truth()).at(0)!
    await remove(old.id)
    for (let runs = 0; runs < 3; runs += 1) expect(removedIn(await run())).toEqual([])
    expect(store.lines.has(`ponto:${old.id}`)).toBe(true)
  })

  test('from a reading that failed half-way is not missing', async () => {
    const { run, truth } = await arrange({ days: 40, perDay: 20 })
    await run()
    for (let runs = 0; runs < 3; runs += 1) {
      const cut = { endpoint: 'transactions', skip: 1, status: 503 }
      await linked.sim('POST', '/__sim/fail-next', cut)
      await expect(run()).rejects.toThrow()
    }
    expect(removedIn(await run())).toEqual([])
    expect(removedIn(await run())).toEqual([])
    expect((await truth()).length).toBe(800)
  })
})

test('a line that stands a day too low, below a whole page of older ones, is not missed', async () => {
  const bank = openBank(3)
  const edge = bank.today() - rereadDays
  const row = { amount: '1.00', text: 'edge', isDisplaced: false }
  for (let count = 0; count < 3; count += 1) bank.put({ ...row, day: edge - 1 })
  bank.put({ ...row, day: edge, isDisplaced: true })
  for (let count = 0; count < 9; count += 1) bank.put({ ...row, day: edge - 20 })
  const store = openStore()
  const session = openMemory(bank)
  await store.read(session, 'a')
  for (let runs = 0; runs < 3; runs += 1)
    expect(removedIn(await store.read(session, 'a'))).toEqual([])
})

describe('a page whose start was taken away meanwhile', () => {
  test.each(['error', 'empty'])('(%s) lets the reading begin at the top again', async (answer) => {
    const { session, providerAccountId, remove, truth } = await arrange({
      days: 50,
      perDay: 5,
      script: { unknownCursor: answer },
    })
    const known = new Map<string, string>()
    const first = await session.pullLines({ providerAccountId, cursor: null, known })
    await remove(first.lines.at(-1)!.lineKey.slice('ponto:'.length))
    const again = await session.pullLines({ providerAccountId, cursor: first.nextCursor, known })
    expect(again).toMatchObject({ lines: [], hasMore: true, removedLineKeys: [] })
    const keys = new Set<string>()
    let cursor = again.nextCursor
    for (let pages = 0; pages < 10; pages += 1) {
      const page = await session.pullLines({ providerAccountId, cursor, known })
      for (const { lineKey } of page.lines) keys.add(lineKey)
      cursor = page.nextCursor
      if (!page.hasMore) break
    }
    expect(keys).toEqual(new Set((await truth()).map(({ id }) => `ponto:${id}`)))
  })

  test('is believed after three tries, and nothing is concluded from its end', async () => {
    const { run, store, add, remove } = await arrange({
      days: 80,
      perDay: 10,
      script: { unknownCursor: 'empty' },
    })
    await run()
    const id = await add({ amount: '1.00', bookedOn: daysAgo(1) })
    await run()
    await remove(id)
    const empty = JSON.stringify({ data: [], links: {}, meta: {} })
    for (let runs = 0; runs < 3; runs += 1) {
      for (let restarts = 0; restarts < 4; restarts += 1)
        await linked.sim('POST', '/__sim/fail-next', {
          endpoint: 'transactions',
          skip: 1,
          status: 200,
          body: empty,
        })
      expect(removedIn(await run())).toEqual([])
    }
    expect(store.lines.has(`ponto:${id}`)).toBe(true)
  })
})

describe('what the first reading cannot know', () => {
  const list = (meta: object, data: unknown[] = []) => ({
    endpoint: 'transactions',
    status: 200,
    body: JSON.stringify({ data, links: {}, meta }),
  })
  const running = {
    synchronizedAt: new Date().toISOString(),
    latestSynchronization: { id: 's', attributes: { status: 'running' } },
  }

  test('an account that Ponto has not read yet is not an account without lines', async () => {
    const { run, store } = await arrange({ days: 60, perDay: 5 })
    await linked.sim('POST', '/__sim/fail-next', list({ synchronizedAt: null }))
    expect(await run()).toMatchObject([{ readiness: 'not_ready', lines: [] }])
    await run()
    expect(store.lines.size).toBe(300)
  })

  test('while Ponto is still reading the history is read again from its beginning', async () => {
    const { run, store } = await arrange({ days: 60, perDay: 5 })
    await linked.sim('POST', '/__sim/fail-next', list(running))
    expect(await run()).toMatchObject([{ readiness: 'recent' }])
    expect((await run()).at(-1)).toMatchObject({ readiness: 'full' })
    expect(store.lines.size).toBe(300)
  })

  test('a clock of Ponto that is ahead moves no window past lines to come', async () => {
    const { run, store, add } = await arrange({ days: 4, perDay: 150 })
    const ahead = `${daysAgo(-400)}T12:00:00Z`
    await linked.sim('POST', '/__sim/fail-next', list({ synchronizedAt: ahead }))
    await run()
    const id = await add({ amount: '1.00', bookedOn: daysAgo(3) })
    await run()
    expect(store.lines.has(`ponto:${id}`)).toBe(true)
  })
})

test('pages that lead back to themselves end as an answer that cannot be used', async () => {
  const { session, providerAccountId } = await arrange({ days: 1 })
  const next = `/ponto-connect/accounts/${providerAccountId}/transactions?page%5Blimit%5D=100`
  const body = JSON.stringify({ data: [], links: { next } })
  await linked.sim('POST', '/__sim/fail-next', { endpoint: 'transactions', status: 200, body })
  const reading = session.pullLines({ providerAccountId, cursor: null, known: new Map() })
  await expect(reading).rejects.toMatchObject({
    failure: { code: 'invalid_response', scope: 'account', reason: 'paging_does_not_move' },
  })
})

test('an account that is gone says so', async () => {
  const { session, providerAccountId } = await arrange({ days: 1 })
  await linked.sim('POST', '/__sim/drop', { account: providerAccountId, what: 'account' })
  const reading = session.pullLines({ providerAccountId, cursor: null, known: new Map() })
  await expect(reading).rejects.toMatchObject({
    failure: { code: 'account_gone', scope: 'account' },
  })
})
