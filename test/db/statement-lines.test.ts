import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from 'slonik'
import { z } from 'zod'
import * as lines from '../../db/queries/statement-lines.ts'
import type { Arranged, Linked } from './arrange.ts'
import { aLine, aLinkedAccount, arrange } from './arrange.ts'

let arranged: Arranged
beforeAll(async () => {
  arranged = await arrange()
})
afterAll(() => arranged.end())

const nothing = { added: 0, changed: 0, removed: 0, filled: 0 }
const brief = (feed: Awaited<ReturnType<Linked['feed']>>) =>
  feed.map(({ op, lineKey, line }) => `${op} ${lineKey} ${line.amount} ${line.text}`)

test('a repeated page adds nothing and gives no line a new number', async () => {
  const account = await aLinkedAccount(arranged.pool)
  const page = Array.from({ length: 20 }, () => aLine())
  expect(await account.store(page)).toEqual({ ...nothing, added: 20 })
  const before = await account.feed()
  expect(await account.store(page)).toEqual(nothing)
  expect(await account.store(page.toReversed())).toEqual(nothing)
  expect(await account.feed()).toEqual(before)
  expect(before.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
})

test('a page that overlaps the one before adds only what is new, in its order', async () => {
  const account = await aLinkedAccount(arranged.pool)
  const page = Array.from({ length: 6 }, (_, i) => aLine({ text: `line ${i}` }))
  await account.store(page.slice(0, 4))
  expect(await account.store(page.slice(2))).toEqual({ ...nothing, added: 2 })
  const texts = (await account.feed()).map(({ line }) => line.text)
  expect(texts).toEqual(page.map(({ text }) => text))
})

test('two equal lines with keys of their own stay two', async () => {
  const account = await aLinkedAccount(arranged.pool)
  const twins = [aLine({ lineKey: 'a' }), aLine({ lineKey: 'b' })]
  expect(await account.store(twins)).toEqual({ ...nothing, added: 2 })
  expect(await account.store(twins)).toEqual(nothing)
  expect(await account.feed()).toHaveLength(2)
})

test('a correction keeps the line, tells it anew in the feed and keeps what it said before', async () => {
  const account = await aLinkedAccount(arranged.pool)
  const other = aLine({ lineKey: 'other' })
  const line = aLine({ lineKey: 'k', amount: '-12.50', text: 'Coffe', counterparty: 'Roaster' })
  await account.store([line, other])
  expect(await account.store([{ ...line, text: 'Coffee' }])).toEqual({ ...nothing, changed: 1 })
  expect(brief(await account.feed(2))).toEqual(['changed k -12.50 Coffee'])
  expect(brief(await account.feed())).toEqual([
    'added other -12.50 Coffee beans',
    'added k -12.50 Coffee',
  ])
  const changes = await changesOf(account)
  expect(changes).toEqual([
    {
      seq: '3',
      lineKey: 'k',
      kind: 'changed',
      before: {
        bookedOn: '2026-03-02',
        valueOn: null,
        amount: '-12.50',
        currency: 'EUR',
        text: 'Coffe',
        counterparty: 'Roaster',
        counterpartyAccount: null,
        reference: null,
      },
    },
  ])
})

test.each([
  ['the amount', { bookedOn: '2026-03-05', text: 'other' }],
  ['the booking day', { amount: '1.00', text: 'other' }],
  [
    'the text but for case and spaces',
    { amount: '1.00', bookedOn: '2026-03-05', text: 'coffee  BEANS' },
  ],
])('a line whose key and %s are known is a correction', async (_, changed) => {
  const account = await aLinkedAccount(arranged.pool)
  const line = aLine()
  await account.store([line])
  expect(await account.store([{ ...line, ...changed }])).toEqual({ ...nothing, changed: 1 })
})

const reused = { amount: '99.00', bookedOn: '2026-06-01', text: 'Rent' }

test('a key that names another line now is stored beside the first and flagged', async () => {
  const account = await aLinkedAccount(arranged.pool)
  const first = aLine({ lineKey: 'k' })
  const second = { ...first, ...reused }
  await account.store([first])
  expect(await account.store([second])).toEqual({ ...nothing, added: 1 })
  expect(brief(await account.feed())).toEqual([
    'added k -12.50 Coffee beans',
    'added k#2 99.00 Rent',
  ])
  expect(await account.store([second])).toEqual(nothing)
  expect(await account.store([first])).toEqual(nothing)
  expect(await account.store([{ ...second, text: 'Rent June' }])).toEqual({
    ...nothing,
    changed: 1,
  })
  const third = { ...first, amount: '5.00', bookedOn: '2026-09-01', text: 'Fee' }
  expect(await account.store([third])).toEqual({ ...nothing, added: 1 })
  expect((await account.feed()).map(({ lineKey }) => lineKey)).toEqual(['k', 'k#2', 'k#3'])
})

test('a key that names two lines in one page keeps both', async () => {
  const account = await aLinkedAccount(arranged.pool)
  const first = aLine({ lineKey: 'k' })
  const page = [first, { ...first, ...reused }, first]
  expect(await account.store(page)).toEqual({ ...nothing, added: 2 })
  expect(await account.store(page)).toEqual(nothing)
})

test('the provider is told its own keys, each with the day of the line it names last', async () => {
  const account = await aLinkedAccount(arranged.pool)
  const first = aLine({ lineKey: 'k#7' })
  await account.store([
    first,
    aLine({ lineKey: 'gone' }),
    aLine({ lineKey: 'old', bookedOn: '2026-01-01' }),
  ])
  await account.store([{ ...first, ...reused }], ['gone'])
  const known = await account.within((tx) =>
    lines.knownSince(tx, { ...account, generation: 0 }, '2026-02-01'),
  )
  expect([...known]).toEqual([['k#7', '2026-06-01']])
})

test('a removed line is told once, keeps its content and is restored when it is shown again', async () => {
  const account = await aLinkedAccount(arranged.pool)
  const line = aLine({ lineKey: 'k' })
  await account.store([line, aLine({ lineKey: 'stays' })])
  expect(await account.store([], ['k', 'never seen'])).toEqual({ ...nothing, removed: 1 })
  expect(await account.store([], ['k'])).toEqual(nothing)
  expect(brief(await account.feed(2))).toEqual(['removed k -12.50 Coffee beans'])
  expect(await account.store([line])).toEqual({ ...nothing, changed: 1 })
  expect(brief(await account.feed(3))).toEqual(['changed k -12.50 Coffee beans'])
  expect((await changesOf(account)).map(({ kind }) => kind)).toEqual(['removed', 'restored'])
})

test('the removal of a re-used key removes the line it names last', async () => {
  const account = await aLinkedAccount(arranged.pool)
  const first = aLine({ lineKey: 'k' })
  await account.store([first])
  await account.store([{ ...first, ...reused }])
  await account.store([], ['k'])
  expect(brief(await account.feed(2))).toEqual(['removed k#2 99.00 Rent'])
})

test.each(['0.00001', '-123456789012345678901234567890.12', '1E3', '0.10', '100'])(
  'the amount %s comes back digit for digit',
  async (amount) => {
    const account = await aLinkedAccount(arranged.pool)
    await account.store([aLine({ amount })])
    const [entry] = await account.feed()
    expect(entry?.line.amount).toBe(amount === '1E3' ? '1000' : amount)
  },
)

test('text that PostgreSQL cannot hold does not stop a page', async () => {
  const account = await aLinkedAccount(arranged.pool)
  const page = [
    aLine({ text: 'a\0b', raw: '"\\u0000"' }),
    aLine({ text: `quote " ' \\ { } ,NULL é 日本` }),
  ]
  await account.store(page)
  expect(await account.store(page)).toEqual(nothing)
  const texts = (await account.feed()).map(({ line }) => line.text)
  expect(texts).toEqual(['ab', `quote " ' \\ { } ,NULL é 日本`])
})

test('what a bank writes is stored sign by sign, and what it leaves out stays out', async () => {
  const account = await aLinkedAccount(arranged.pool)
  const wordy = {
    valueOn: '2026-03-01',
    text: '',
    counterparty: '€ 😀 \\ "x" {a,b} NULL',
    counterpartyAccount: 'BE71 0961 2345 6769',
    reference: '\ttab\nline',
  }
  await account.store([aLine(wordy), aLine({ amount: '1e3' }), aLine({ amount: '0.10' })])
  const [first, second, third] = (await account.feed()).map(({ line }) => line)
  expect(first).toMatchObject(wordy)
  const absent = { valueOn: null, counterparty: null, counterpartyAccount: null, reference: null }
  expect(second).toMatchObject({ ...absent, amount: '1000' })
  expect(third).toMatchObject({ ...absent, amount: '0.10' })
})

test('a feed is read in pieces without losing or doubling a line', async () => {
  const account = await aLinkedAccount(arranged.pool)
  await account.store(Array.from({ length: 25 }, () => aLine()))
  const seen: number[] = []
  for (;;) {
    const page = await account.within((tx) =>
      lines.listFeed(tx, account.accountId, { afterSeq: seen.at(-1) ?? 0, limit: 10 }),
    )
    if (page.length === 0) break
    seen.push(...page.map(({ seq }) => seq))
  }
  expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => i + 1))
})

const changeRow = z.object({
  seq: z.string(),
  lineKey: z.string(),
  kind: z.string(),
  before: z.unknown(),
})

const changesOf = ({ within, accountId }: Linked) =>
  within((tx) =>
    tx.any(sql.type(changeRow)`
      SELECT seq, line_key AS "lineKey", kind, before FROM line_change
      WHERE account_id = ${accountId} ORDER BY seq`),
  )
