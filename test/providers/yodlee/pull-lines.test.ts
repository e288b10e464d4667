import { beforeEach, describe, expect, test } from 'vitest'
import { openStore } from '../support/caller.ts'
import type { Memory } from './support/memory.ts'
import { dateOf, failureFrom, openMemory } from './support/memory.ts'

let bank: Memory
let store: ReturnType<typeof openStore>
beforeEach(() => {
  bank = openMemory()
  store = openStore()
})
const read = () => store.read(bank.session, '11')
const keys = () => [...store.lines.keys()].toSorted()
const through = () => JSON.parse(store.cursor() ?? '{}').through
const partial = {
  status: 'PARTIAL_SUCCESS',
  dataset: [{ name: 'BASIC_AGG_DATA', additionalStatus: 'PARTIAL_DATA_RETRIEVED' }],
}

describe('what is read', () => {
  test('a first read takes two years, a later one thirty days before the last bank refresh', async () => {
    bank.put({ id: '1', day: bank.state.today - 700 })
    bank.put({ id: '2', day: bank.state.today - 31 })
    bank.put({ id: '3', day: bank.state.today })
    await read()
    expect(keys()).toEqual(['yodlee:bank:1', 'yodlee:bank:2', 'yodlee:bank:3'])
    bank.put({ id: '4', day: bank.state.today - 30 })
    bank.put({ id: '5', day: bank.state.today - 31 })
    await read()
    expect(keys()).toContain('yodlee:bank:4')
    expect(keys()).not.toContain('yodlee:bank:5')
  })

  test('a run in which nothing changed asks for the connection and one page, no more', async () => {
    bank.put({ id: '1', day: bank.state.today })
    await read()
    bank.calls.length = 0
    await read()
    expect(bank.calls).toEqual(['GET /providerAccounts', 'GET /transactions'])
  })

  test('pending, scheduled and failed lines are not delivered; the first two are counted', async () => {
    const statuses = ['PENDING', 'SCHEDULED', 'FAILED', 'CLEARED', 'POSTED', 'SOMETHING_NEW']
    statuses.forEach((status, index) =>
      bank.put({ id: String(index), day: bank.state.today, status }),
    )
    const [page] = await read()
    expect(keys()).toEqual(['yodlee:bank:3', 'yodlee:bank:4'])
    expect(page?.pendingCount).toBe(2)
  })

  test('the same number in two containers is two lines', async () => {
    bank.put({ id: '9007199254740993', day: bank.state.today })
    bank.put({ id: '9007199254740993', day: bank.state.today, container: 'creditCard' })
    await read()
    expect(keys()).toEqual(['yodlee:bank:9007199254740993', 'yodlee:creditCard:9007199254740993'])
  })

  test('an account without lines is read and empty, not an error', async () => {
    const [page] = await read()
    expect(page).toMatchObject({
      lines: [],
      hasMore: false,
      readiness: 'full',
      removedLineKeys: [],
    })
  })

  test('a long silence is read in parts of at most two years', async () => {
    bank.put({ id: '1', day: bank.state.today })
    await read()
    bank.state.today += 1_700
    bank.put({ id: '2', day: 1_100 })
    bank.put({ id: '3', day: bank.state.today })
    bank.refresh()
    const pages = await read()
    expect(pages).toHaveLength(3)
    expect(keys()).toEqual(['yodlee:bank:1', 'yodlee:bank:2', 'yodlee:bank:3'])
  })
})

describe('how far the cursor moves', () => {
  test('to the day of the bank refresh that was read, not to the day of the reading', async () => {
    bank.refresh()
    bank.state.today += 20
    await read()
    expect(through()).toBe(dateOf(bank.state.today - 20))
  })

  test('not at all while the refresh is partial, so that what was hidden is still found', async () => {
    bank.state.connection = partial
    const [page] = await read()
    expect(page?.readiness).toBe('not_ready')
    expect(through()).toBeNull()
    bank.state.connection = {}
    await read()
    expect(through()).toBe(dateOf(bank.state.today))
  })

  test('a first bank refresh that runs is told as not ready', async () => {
    bank.state.connection = { status: 'IN_PROGRESS', dataset: [] }
    const [page] = await read()
    expect(page?.readiness).toBe('not_ready')
  })
})

describe('what counts as removed', () => {
  beforeEach(async () => {
    bank.put({ id: '1', day: bank.state.today })
    bank.put({ id: '2', day: bank.state.today - 3 })
    await read()
  })

  test('a known line of the window that a successful refresh no longer shows', async () => {
    bank.rows.delete('bank:1')
    bank.refresh()
    await read()
    expect(keys()).toEqual(['yodlee:bank:2'])
  })

  test('a line that the bank gave up on', async () => {
    bank.put({ id: '1', day: bank.state.today, status: 'FAILED' })
    bank.refresh()
    await read()
    expect(keys()).toEqual(['yodlee:bank:2'])
  })

  test('a pending id that vanished was never a line', async () => {
    bank.put({ id: '3', day: bank.state.today, status: 'PENDING' })
    await read()
    bank.rows.delete('bank:3')
    bank.put({ id: '4', day: bank.state.today })
    const [page] = await read()
    expect(page?.removedLineKeys).toEqual([])
    expect(keys()).toEqual(['yodlee:bank:1', 'yodlee:bank:2', 'yodlee:bank:4'])
  })

  test.each([
    ['was partial', partial],
    [
      'failed',
      { status: 'FAILED', dataset: [{ name: 'BASIC_AGG_DATA', additionalStatus: 'TECH_ERROR' }] },
    ],
    ['runs', { status: 'IN_PROGRESS' }],
    ['waits for an answer', { status: 'USER_INPUT_REQUIRED' }],
  ])('nothing while the last refresh %s', async (_word, connection) => {
    bank.rows.clear()
    bank.state.connection = connection
    await read()
    expect(keys()).toHaveLength(2)
    bank.state.connection = {}
    bank.put({ id: '1', day: bank.state.today })
    bank.put({ id: '2', day: bank.state.today - 3 })
    await read()
    expect(keys()).toHaveLength(2)
  })

  test('nothing when a bank refresh ended while the page was read', async () => {
    bank.rows.delete('bank:1')
    bank.state.afterPage = [bank.refresh]
    await read()
    expect(keys()).toHaveLength(2)
    await read()
    expect(keys()).toEqual(['yodlee:bank:2'])
  })

  test('nothing of an account that is closed', async () => {
    bank.rows.clear()
    bank.state.account = { accountStatus: 'CLOSED' }
    await read()
    expect(keys()).toHaveLength(2)
  })

  test('nothing of an account that is gone: it is told as gone', async () => {
    bank.rows.clear()
    bank.state.hasAccount = false
    expect(await failureFrom(read())).toEqual({ code: 'account_gone', scope: 'account' })
  })

  test('nothing older than the window', async () => {
    bank.state.today += 40
    bank.refresh()
    await read()
    bank.rows.clear()
    bank.refresh()
    await read()
    expect(keys()).toHaveLength(2)
  })

  test('a connection that is gone is told as gone', async () => {
    bank.state.hasConnection = false
    expect(await failureFrom(read())).toEqual({ code: 'connection_gone', scope: 'connection' })
  })
})

describe('pages', () => {
  beforeEach(() => {
    bank = openMemory(3)
    for (let id = 1; id <= 8; id += 1) bank.put({ id: String(id), day: bank.state.today - id })
  })

  test('are followed by their number of lines to the end', async () => {
    const pages = await read()
    expect(pages.map(({ lines }) => lines.length)).toEqual([3, 3, 2])
    expect(keys()).toHaveLength(8)
  })

  test('a line that a removal pushed onto a page already read is found by beginning anew', async () => {
    // the first page is read twice, before and after the lines are counted
    bank.state.afterPage = [() => undefined, () => bank.rows.delete('bank:1')]
    const pages = await read()
    expect(pages.length).toBeGreaterThan(3)
    expect(keys()).toHaveLength(8)
    expect(keys()).toContain('yodlee:bank:4')
  })

  test('lines that never hold still remove nothing and do not move the cursor', async () => {
    await read()
    let added = 100
    bank.rows.delete('bank:8')
    const restless = () => {
      added += 1
      bank.put({ id: String(added), day: bank.state.today })
    }
    bank.state.afterPage = Array.from({ length: 60 }, () => restless)
    const before = through()
    bank.state.today += 1
    bank.refresh()
    const last = (await read()).at(-1)
    expect(last).toMatchObject({ removedLineKeys: [], readiness: 'recent' })
    expect(through()).toBe(before)
    bank.state.afterPage = []
    await read()
    expect(keys()).not.toContain('yodlee:bank:8')
  })
})

describe('answers that cannot be used', () => {
  test.each([
    ['an amount that is no number', { amount: '"much"' }, 'amount'],
    ['an amount without an end', { amount: '1e900' }, 'amount'],
  ])('%s is an invalid response of the account', async (_word, row, reason) => {
    bank.put({ id: '1', day: bank.state.today, ...row })
    expect(await failureFrom(read())).toMatchObject({
      code: 'invalid_response',
      scope: 'account',
      reason,
    })
  })

  test('a negative amount keeps the direction that stands beside it', async () => {
    bank.put({ id: '1', day: bank.state.today, amount: '-5.60', isCredit: false })
    bank.put({ id: '2', day: bank.state.today, amount: '-5.60', isCredit: true })
    bank.put({ id: '3', day: bank.state.today, amount: '1.25000', isCredit: false })
    bank.put({ id: '4', day: bank.state.today, amount: '12e-1', isCredit: true })
    await read()
    expect([...store.lines.values()].map(({ amount }) => amount).toSorted()).toEqual([
      '-1.25000',
      '-5.60',
      '1.2',
      '5.60',
    ])
  })
})
