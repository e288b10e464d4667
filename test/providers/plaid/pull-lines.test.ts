import { describe, expect, test } from 'vitest'
import { plaidFromEnvironment } from '../../../activities/providers/plaid/index.ts'
import { pullLines } from '../../../activities/providers/plaid/pull-lines.ts'
import type { Page } from '../../../activities/providers/provider.ts'
import type { Reply } from '../support/fake-plaid.ts'
import { account, openFake, plaidEnvironment, refused } from '../support/fake-plaid.ts'

const transaction = (id: string, more: object = {}) => ({
  transaction_id: id,
  account_id: 'a1',
  amount: 1,
  iso_currency_code: 'USD',
  date: '2026-11-20',
  name: id,
  pending: false,
  ...more,
})

const changes = (more: object = {}) => ({
  transactions_update_status: 'HISTORICAL_UPDATE_COMPLETE',
  added: [],
  modified: [],
  removed: [],
  next_cursor: 'c1',
  has_more: false,
  request_id: 'r',
  ...more,
})

const removed = (...ids: string[]) => ids.map((id) => ({ transaction_id: id, account_id: 'a1' }))

const arrange = (reply: Reply) => {
  const fake = openFake({
    '/transactions/sync': reply,
    '/accounts/get': { accounts: [account('a1')] },
  })
  const pull = (cursor: string | null = null, id = 'a1'): Promise<Page> =>
    pullLines(fake.reading, { providerAccountId: id, cursor, known: new Map() })
  return { ...fake, pull }
}

/** Answers one after the other. */
const inTurn = (...replies: object[]): Reply => {
  const left = [...replies]
  return () => left.shift() ?? changes({ next_cursor: 'end' })
}

const keys = ({ lines }: Page) => lines.map(({ lineKey }) => lineKey)

describe('a page', () => {
  test('is asked for in the stream of its account, from where the last one ended', async () => {
    const { pull, asked } = arrange(inTurn(changes({ has_more: true }), changes()))
    const { nextCursor, hasMore } = await pull()
    expect(hasMore).toBe(true)
    await pull(nextCursor)
    const first = {
      access_token: 'access-sandbox-1',
      count: 500,
      options: { account_id: 'a1', include_original_description: true },
    }
    expect(asked.map(({ body }) => body)).toEqual([first, { ...first, cursor: 'c1' }])
  })

  test('stores what was added and what was modified alike, the later word of a line last', async () => {
    const page = await arrange(
      changes({
        added: [transaction('t1'), transaction('t2')],
        modified: [transaction('t2', { name: 'corrected' })],
      }),
    ).pull()
    expect(page.lines.map(({ lineKey, text }) => `${lineKey} ${text}`)).toEqual([
      'plaid:t1 t1',
      'plaid:t2 corrected',
    ])
  })

  test('names the lines that were removed, also one it brings itself', async () => {
    const page = await arrange(
      changes({ added: [transaction('t1')], removed: removed('t1', 'unknown') }),
    ).pull()
    expect(page.lines).toEqual([])
    expect(page.removedLineKeys).toEqual(['plaid:t1', 'plaid:unknown'])
  })

  test('that was read twice is the same', async () => {
    const { pull } = arrange(changes({ added: [transaction('t1')], removed: removed('t0') }))
    expect(await pull()).toEqual(await pull())
  })

  test.each([
    ['NOT_READY', 'not_ready'],
    ['TRANSACTIONS_UPDATE_STATUS_UNKNOWN', 'not_ready'],
    ['INITIAL_UPDATE_COMPLETE', 'recent'],
    ['HISTORICAL_UPDATE_COMPLETE', 'full'],
    ['SOMETHING_NEW', 'recent'],
    [undefined, 'recent'],
  ])('with the status %s is %s', async (status, readiness) => {
    const page = await arrange(changes({ transactions_update_status: status })).pull()
    expect(page.readiness).toBe(readiness)
  })
})

describe('the first read', () => {
  test('may be empty: the next run begins at the beginning again, and no empty cursor is kept', async () => {
    const empty = changes({ next_cursor: '', transactions_update_status: 'NOT_READY' })
    const { pull, asked } = arrange(inTurn(empty, changes()))
    const { nextCursor, readiness, lines } = await pull()
    expect({ readiness, lines }).toEqual({ readiness: 'not_ready', lines: [] })
    await pull(nextCursor)
    expect(asked[1]?.body).not.toHaveProperty('cursor')
  })

  test('keeps the place of the last one when Plaid has lost its own for a while', async () => {
    const { pull, asked } = arrange(inTurn(changes(), changes({ next_cursor: '' }), changes()))
    const one = await pull()
    const two = await pull(one.nextCursor)
    await pull(two.nextCursor)
    expect(asked.map(({ body }) => body['cursor'])).toEqual([undefined, 'c1', 'c1'])
  })

  test('follows also from a cursor that nobody can read', async () => {
    const { pull, asked } = arrange(changes())
    for (const strange of ['a cursor of another edition', '{"v":2}', '', '{"v":1,"cursor":""}'])
      await pull(strange)
    for (const { body } of asked) expect(body).not.toHaveProperty('cursor')
  })
})

describe('a pending line', () => {
  const pending = transaction('p1', { pending: true })
  const posted = transaction('t1', { pending_transaction_id: 'p1' })

  test('is counted and never delivered; its removal is not told', async () => {
    const { pull } = arrange(
      inTurn(
        changes({ added: [pending, transaction('t0')] }),
        changes({ added: [posted], removed: removed('p1') }),
      ),
    )
    const one = await pull()
    expect(keys(one)).toEqual(['plaid:t0'])
    expect(one.pendingCount).toBe(1)
    const two = await pull(one.nextCursor)
    expect(keys(two)).toEqual(['plaid:t1'])
    expect(two).toMatchObject({ removedLineKeys: [], pendingCount: 0 })
  })

  test('may be booked on one page and removed on another, in either order', async () => {
    for (const [first, second] of [
      [changes({ added: [posted], has_more: true }), changes({ removed: removed('p1') })],
      [changes({ removed: removed('p1'), has_more: true }), changes({ added: [posted] })],
    ] as const) {
      const { pull } = arrange(
        inTurn(
          changes({ added: [pending] }),
          { ...first, next_cursor: 'c2' },
          { ...second, next_cursor: 'c3' },
        ),
      )
      const start = await pull()
      const one = await pull(start.nextCursor)
      const two = await pull(one.nextCursor)
      expect([...keys(one), ...keys(two)]).toEqual(['plaid:t1'])
      expect([...one.removedLineKeys, ...two.removedLineKeys]).toEqual([])
      expect([start, one, two].map(({ pendingCount }) => pendingCount)).toEqual([1, 0, 0])
    }
  })

  test('still counts in a run that hears nothing of it', async () => {
    const { pull } = arrange(inTurn(changes({ added: [pending] }), changes()))
    const one = await pull()
    expect((await pull(one.nextCursor)).pendingCount).toBe(1)
  })

  test('that is booked under its own id is delivered', async () => {
    const { pull } = arrange(
      inTurn(changes({ added: [pending] }), changes({ modified: [transaction('p1')] })),
    )
    const two = await pull((await pull()).nextCursor)
    expect(keys(two)).toEqual(['plaid:p1'])
    expect(two).toMatchObject({ removedLineKeys: [], pendingCount: 0 })
  })

  test('that was booked before leaves the books', async () => {
    const { pull } = arrange(changes({ modified: [pending] }))
    const page = await pull()
    expect(page).toMatchObject({ lines: [], removedLineKeys: ['plaid:p1'], pendingCount: 1 })
  })
})

describe('a read that fails', () => {
  test('leaves nothing of its pages behind, because all of them are kept aside until the last', () => {
    const { capabilities } = plaidFromEnvironment(plaidEnvironment('http://127.0.0.1:1'))
    expect(capabilities.pagesProvisional).toBe(true)
  })

  test('because the pages changed asks for a new start from the cursor of the run', async () => {
    const { pull } = arrange(
      refused('TRANSACTIONS_ERROR', 'TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION'),
    )
    await expect(pull()).rejects.toMatchObject({
      failure: { code: 'transient', reason: 'pages_invalidated' },
    })
  })

  test('because its account is unknown means that it left, if the connection no longer shows it', async () => {
    const { pull } = arrange(refused('INVALID_INPUT', 'INVALID_ACCOUNT_ID'))
    await expect(pull(null, 'lost')).rejects.toMatchObject({
      failure: { code: 'account_gone', scope: 'account', providerCode: 'INVALID_ACCOUNT_ID' },
    })
    await expect(pull(null, 'a1')).rejects.toMatchObject({ failure: { code: 'defect' } })
  })

  test.each([
    { has_more: true, next_cursor: '' },
    { added: [transaction('t1', { amount: 'much' })] },
    { added: [transaction('t1', { date: 'yesterday' })] },
    { added: [{}] },
    { removed: [{}] },
    { added: null },
    { has_more: 'yes' },
  ])('because its answer cannot be used (%o) leaves nothing', async (odd) => {
    await expect(arrange(changes(odd)).pull()).rejects.toMatchObject({
      failure: { code: 'invalid_response' },
    })
  })

  test('because its paging stands still ends', async () => {
    const { pull } = arrange(changes({ has_more: true, next_cursor: 'same' }))
    const { nextCursor } = await pull()
    await expect(pull(nextCursor)).rejects.toMatchObject({
      failure: { reason: 'paging_does_not_move' },
    })
  })

  test('because its paging goes in circles ends', async () => {
    let turn = 0
    const { pull } = arrange(() => changes({ has_more: true, next_cursor: `c${(turn += 1) % 2}` }))
    const read = async () => {
      let cursor: string | null = null
      for (let pages = 0; pages < 3_000; pages += 1) cursor = (await pull(cursor)).nextCursor
    }
    await expect(read()).rejects.toMatchObject({ failure: { reason: 'paging_without_end' } })
  })
})
