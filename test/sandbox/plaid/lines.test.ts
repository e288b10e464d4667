import { afterAll, beforeAll, expect, test } from 'vitest'
import { daysAgo } from '../../support/calendar.ts'
import type { Json } from '../client.ts'
import type { Linked, PlaidClient } from './client.ts'
import { openPlaid } from './client.ts'

let plaid: PlaidClient

beforeAll(async () => {
  plaid = await openPlaid()
})
afterAll(async () => {
  await plaid.stop()
  expect(plaid.conformance.problems()).toEqual([])
})

let banks = 0

/** A linked bank of one account with lines of these amounts. */
const linkedBank = async (amounts: string[], script: Json = {}) => {
  banks += 1
  const name = `Line Bank ${banks}`
  const lines = amounts.map((amount, index) => ({ amount, text: `line ${index}` }))
  const made = await plaid.bank(name, { accounts: [{ opening: '0.00', lines }], ...script })
  const account = made.accounts[0].id
  const linked = await plaid.link(name)
  const [{ account_id: accountId }] = await plaid.accounts(linked)
  const truth = async () => (await plaid.sim('GET', `/__sim/truth?account=${account}`)).lines
  return { name, bankId: made.id, account, accountId, linked, truth }
}

const add = (account: string, lines: Json[], seen = 'now'): Promise<Json> =>
  plaid.sim('POST', '/__sim/lines', { account, lines, seen })

const rows = (pages: Json[], kind: 'added' | 'modified' | 'removed'): Json[] =>
  pages.flatMap((page) => page[kind])

const refusal = async (path: string, body: object) => (await plaid.call(path, body)).body.error_code

const byText = (one: string, other: string) => one.localeCompare(other, 'en')

/** What a client holds after it applied every page. */
const apply = (pages: Json[], held = new Map<string, Json>()) => {
  for (const page of pages) {
    for (const row of [...page.added, ...page.modified]) held.set(row.transaction_id, row)
    for (const row of page.removed) held.delete(row.transaction_id)
  }
  return held
}

test('money out is positive, and the digits are those of the bank', async () => {
  const { linked } = await linkedBank(['-12.50', '7.123456', '-0.1', '1e-2', '0.00'])
  const response = await fetch(`${plaid.urls.plaid}/transactions/sync`, {
    method: 'POST',
    headers: { 'plaid-client-id': 'sandbox-client', 'plaid-secret': 'sandbox-secret' },
    body: JSON.stringify({ access_token: linked.access }),
  })
  const written = [...(await response.text()).matchAll(/"amount":([^,]+),/g)].map(
    ([, each]) => each,
  )
  expect(written).toEqual(['12.50', '-7.123456', '0.1', '-1e-2', '0.00'])
})

test('the first reading is empty without a cursor, then recent, then whole', async () => {
  const old = { amount: '-1.00', bookedOn: daysAgo(200) }
  const recent = { amount: '-2.00' }
  const made = await plaid.bank('Slow First Bank', {
    accounts: [{ lines: [old, recent] }],
    plaid: { initialAfterMs: 4_400, historicalAfterMs: 60_000 },
  })
  expect(made.accounts[0].booked).toBe(2)
  const linked = await plaid.link('Slow First Bank', { transactions: { days_requested: 365 } })
  const empty = await plaid.sync(linked)
  expect(empty).toMatchObject({
    transactions_update_status: 'NOT_READY',
    added: [],
    has_more: false,
    next_cursor: '',
  })
  await plaid.sim('POST', '/__sim/advance', { ms: 5_000 })
  const initial = await plaid.sync(linked, { cursor: '' })
  expect(initial.transactions_update_status).toBe('INITIAL_UPDATE_COMPLETE')
  expect(initial.added.map(({ amount }: Json) => amount)).toEqual([2])
  await plaid.sim('POST', '/__sim/advance', { ms: 60_000 })
  const whole = await plaid.sync(linked, { cursor: initial.next_cursor })
  expect(whole.transactions_update_status).toBe('HISTORICAL_UPDATE_COMPLETE')
  expect(whole.added.map(({ amount }: Json) => amount)).toEqual([1])
})

test('lines older than the days that were asked for are never seen', async () => {
  const lines = [10, 40].map((back) => ({ amount: `-${back}.00`, bookedOn: daysAgo(back) }))
  await plaid.bank('Old Lines Bank', { accounts: [{ lines }] })
  const linked = await plaid.link('Old Lines Bank', { transactions: { days_requested: 30 } })
  expect((await plaid.sync(linked)).added.map(({ amount }: Json) => amount)).toEqual([10])
})

test('a cursor gives what changed since, again and again the same', async () => {
  const { linked, account } = await linkedBank(['-1.00', '-2.00', '-3.00'])
  const { next_cursor: cursor } = await plaid.sync(linked)
  const [first] = (await plaid.sim('GET', `/__sim/truth?account=${account}`)).lines
  await add(account, [{ amount: '-4.00' }])
  await plaid.sim('PATCH', '/__sim/lines', { account, id: first.id, change: { text: 'other' } })
  const delta = await plaid.sync(linked, { cursor })
  expect([delta.added.length, delta.modified.length, delta.removed.length]).toEqual([1, 1, 0])
  const { request_id: _id, ...again } = await plaid.sync(linked, { cursor })
  expect(delta).toMatchObject(again)
  await plaid.sim('DELETE', '/__sim/lines', { account, ids: [first.id] })
  const replayed = await plaid.sync(linked, { cursor })
  expect([replayed.added.length, replayed.modified.length, replayed.removed.length]).toEqual([
    1, 0, 1,
  ])
  expect(await plaid.sync(linked, { cursor: replayed.next_cursor })).toMatchObject({
    added: [],
    modified: [],
    removed: [],
    has_more: false,
  })
})

test('a line that came and went between two reads is never mentioned', async () => {
  const { linked, account } = await linkedBank(['-1.00'])
  const { next_cursor: cursor } = await plaid.sync(linked)
  const made = await add(account, [{ amount: '-9.00' }])
  await plaid.sync(linked)
  await plaid.sim('DELETE', '/__sim/lines', { account, ids: [made.lines[0].id] })
  const delta = await plaid.sync(linked, { cursor })
  expect([delta.added, delta.removed]).toEqual([[], []])
})

test('pages of one update fit together, and the last cursor stands behind all of them', async () => {
  const amounts = Array.from({ length: 23 }, (_, index) => `-${index}.00`)
  const { linked } = await linkedBank(amounts)
  const pages = await plaid.pages(linked, { count: 5 })
  expect(pages.map(({ added }) => added.length)).toEqual([5, 5, 5, 5, 3])
  expect(new Set(rows(pages, 'added').map((row) => row.transaction_id)).size).toBe(23)
  expect(pages.every(({ next_cursor: next }) => next.length <= 256)).toBe(true)
})

test('what changes while pages are read makes the reading start again from its first cursor', async () => {
  const { linked, account } = await linkedBank(['-1.00', '-2.00', '-3.00'])
  const first = await plaid.sync(linked, { count: 2 })
  await add(account, [{ amount: '-4.00' }])
  expect(
    await refusal('/transactions/sync', {
      access_token: linked.access,
      cursor: first.next_cursor,
    }),
  ).toBe('TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION')
  expect(rows(await plaid.pages(linked, { count: 2 }), 'added')).toHaveLength(4)
})

test('each account has a stream of its own, and no cursor is good in another one', async () => {
  const linked = await plaid.link('Happy Bank')
  const [one, other] = await plaid.accounts(linked)
  const stream = (id: string, more = {}) =>
    plaid.sync(linked, { options: { account_id: id, ...more } })
  const whole = await plaid.pages(linked)
  const [checking, savings] = [await stream(one.account_id), await stream(other.account_id)]
  expect(savings.added.every((row: Json) => row.account_id === other.account_id)).toBe(true)
  expect(checking.added.length + savings.added.length).toBe(rows(whole, 'added').length)
  const wrong = { access_token: linked.access, cursor: checking.next_cursor }
  expect(await refusal('/transactions/sync', wrong)).toBe('INVALID_FIELD')
  expect(
    await refusal('/transactions/sync', { ...wrong, options: { account_id: other.account_id } }),
  ).toBe('INVALID_FIELD')
  expect(
    await refusal('/transactions/sync', {
      access_token: linked.access,
      options: { account_id: 'nobody' },
    }),
  ).toBe('INVALID_ACCOUNT_ID')
})

test("one account's news does not disturb the pages of another", async () => {
  const linked = await plaid.link('Happy Bank')
  const [one, other] = await plaid.accounts(linked)
  const options = { account_id: one.account_id }
  const first = await plaid.sync(linked, { count: 2, options })
  const { connections } = await plaid.sim('GET', '/__sim/plaid/connections')
  const held = connections.find(({ id }: Json) => id === linked.itemId).accounts
  const { account } = held.find(({ id }: Json) => id === other.account_id)
  await add(account, [{ amount: '-4.00' }])
  const next = await plaid.sync(linked, { cursor: first.next_cursor, options })
  expect(next.added.length).toBeGreaterThan(0)
})

test('a pending line that is posted goes and comes back under another id that names it', async () => {
  const { linked, account, bankId } = await linkedBank(['-1.00'])
  const made = await add(account, [{ amount: '-5.00', status: 'pending' }])
  const before = await plaid.sync(linked)
  const waiting = before.added.find((row: Json) => row.pending)
  await plaid.sim('PATCH', `/__sim/banks/${bankId}`, { plaid: { removedApart: true } })
  await plaid.sim('POST', '/__sim/lines/post', { account, id: made.lines[0].id })
  const pages = await plaid.pages(linked, { cursor: before.next_cursor })
  expect(pages.map(({ added, removed }) => [added.length, removed.length])).toEqual([
    [1, 0],
    [0, 1],
  ])
  expect(pages[0].added[0]).toMatchObject({
    pending: false,
    pending_transaction_id: waiting.transaction_id,
  })
  expect(pages[1].removed[0].transaction_id).toBe(waiting.transaction_id)
})

test('a bank that matches nothing leaves the posted line without its pending one', async () => {
  const { linked, account } = await linkedBank([], { plaid: { matchesPending: false } })
  const made = await add(account, [{ amount: '-5.00', status: 'pending' }])
  await plaid.sim('POST', '/__sim/lines/post', { account, id: made.lines[0].id })
  const [row] = (await plaid.sync(linked)).added
  expect([row.pending, row.pending_transaction_id]).toEqual([false, null])
})

test('modified proves nothing: an update may mention rows that did not change', async () => {
  const { linked } = await linkedBank(['-1.00', '-2.00'], { plaid: { echoesModified: true } })
  const first = await plaid.sync(linked)
  await plaid.ask('/transactions/refresh', { access_token: linked.access })
  const delta = await plaid.sync(linked, { cursor: first.next_cursor })
  expect(delta.modified).toEqual(first.added)
})

test('relinking the same bank changes every id of accounts and lines', async () => {
  const { name, linked } = await linkedBank(['-1.00', '-2.00'])
  const again = await plaid.link(name)
  const ids = async (each: Linked) => [
    ...(await plaid.accounts(each)).map(({ account_id: id }) => id),
    ...rows(await plaid.pages(each), 'added').map((row) => row.transaction_id),
  ]
  const [before, after] = [await ids(linked), await ids(again)]
  expect(after).toHaveLength(3)
  expect(after.filter((id) => before.includes(id))).toEqual([])
})

test('an account that gets new ids takes its lines along', async () => {
  const { linked, account, accountId } = await linkedBank(['-1.00', '-2.00'])
  const first = await plaid.sync(linked)
  await plaid.sim('PATCH', `/__sim/plaid/connections/${linked.itemId}`, {
    renamedAccount: account,
  })
  const [renamed] = await plaid.accounts(linked)
  expect(renamed.account_id).not.toBe(accountId)
  const delta = await plaid.sync(linked, { cursor: first.next_cursor })
  expect(delta.removed.map((row: Json) => row.transaction_id)).toEqual(
    first.added.map((row: Json) => row.transaction_id),
  )
  expect(delta.added.every((row: Json) => row.account_id === renamed.account_id)).toBe(true)
})

test('a line that nobody knows can be told to be removed', async () => {
  const { linked, account } = await linkedBank(['-1.00'])
  const first = await plaid.sync(linked)
  await plaid.sim('PATCH', `/__sim/plaid/connections/${linked.itemId}`, {
    strayRemovalOf: account,
  })
  const delta = await plaid.sync(linked, { cursor: first.next_cursor })
  expect(delta.removed).toHaveLength(1)
  expect(first.added[0].transaction_id).not.toBe(delta.removed[0].transaction_id)
})

test('every third call for lines fails at a flaky bank', async () => {
  await plaid.bank('Shaky Bank', { transactionsFailEvery: 3 })
  const linked = await plaid.link('Shaky Bank')
  const statuses = []
  for (let count = 0; count < 3; count += 1)
    statuses.push((await plaid.call('/transactions/sync', { access_token: linked.access })).status)
  expect(statuses).toEqual([200, 200, 500])
})

test('more than fifty reads of one Item in a minute are too many', async () => {
  const { linked } = await linkedBank([])
  for (let count = 0; count < 50; count += 1) await plaid.sync(linked)
  const answer = await plaid.call('/transactions/sync', { access_token: linked.access })
  expect([answer.status, answer.body.error_code]).toEqual([429, 'TRANSACTIONS_SYNC_LIMIT'])
  await plaid.sim('POST', '/__sim/advance', { ms: 60_000 })
  await plaid.sync(linked)
})

test('whatever the bank does and however it is paged, applying the pages gives the lines of the bank', async () => {
  const { linked, account, truth } = await linkedBank(['-1.00', '-2.00', '-3.00'], {
    plaid: { syncsPerMinute: null },
  })
  const held = new Map<string, Json>()
  let cursor: string | undefined
  for (let round = 0; round < 12; round += 1) {
    const wish = { count: 1 + (round % 3), ...(cursor === undefined ? {} : { cursor }) }
    const pages = await plaid.pages(linked, wish)
    apply(pages, held)
    cursor = pages.at(-1).next_cursor
    const lines = await truth()
    const booked = [...held.values()].filter((row) => !row.pending)
    expect(booked.map((row) => String(-row.amount)).toSorted(byText)).toEqual(
      lines.map(({ amount }: Json) => String(Number(amount))).toSorted(byText),
    )
    const made = await add(account, [
      { amount: `-${round + 10}.25` },
      { amount: '-0.50', status: 'pending' },
    ])
    if (round % 2 === 0)
      await plaid.sim('POST', '/__sim/lines/post', { account, id: made.lines[1].id })
    if (round % 3 === 0) await plaid.sim('DELETE', '/__sim/lines', { account, ids: [lines[0].id] })
    else
      await plaid.sim('PATCH', '/__sim/lines', {
        account,
        id: lines[0].id,
        change: { amount: `-${round}.75` },
      })
  }
})

test('a history of more than two hundred pages is read to its end', async () => {
  const linked = await plaid.link('Many Pages Bank')
  const pages = await plaid.pages(linked)
  expect(pages.length).toBeGreaterThan(200)
  const ids = new Set(rows(pages, 'added').map((row) => row.transaction_id))
  expect(ids.size).toBe(rows(pages, 'added').length)
})
