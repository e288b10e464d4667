import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as connections from '../../db/queries/connections.ts'
import * as lines from '../../db/queries/statement-lines.ts'
import type { Line } from '../../domain/statement-line.ts'
import type { Arranged, Linked } from './arrange.ts'
import { eventually } from '../support/eventually.ts'
import { aLine, aLinkedAccount, arrange } from './arrange.ts'
import { connectAgain, relink, secondConnection, storeFrom } from './support/sources.ts'

let arranged: Arranged
beforeAll(async () => {
  arranged = await arrange()
})
afterAll(() => arranged.end())

const nothing = { added: 0, changed: 0, removed: 0, filled: 0 }

const renewedKeys = (page: readonly Line[]): Line[] =>
  page.map((line) => ({ ...line, lineKey: `ponto:${randomUUID()}` }))

const shownOf = async (account: Linked): Promise<string[]> =>
  (await account.feed())
    .filter(({ op }) => op !== 'removed')
    .map(({ line }) => `${line.bookedOn} ${line.amount} ${line.text}`)
    .toSorted()

const textsOf = (page: readonly Line[]): string[] =>
  page.map((line) => `${line.bookedOn} ${line.amount} ${line.text}`).toSorted()

const aHistory = (): Line[] => [
  aLine({ text: 'Rent', amount: '-900.00' }),
  aLine({ text: 'Espresso', amount: '-2.50' }),
  aLine({ text: 'Espresso', amount: '-2.50' }),
  aLine({ text: 'Invoice 12', amount: '1200.00', bookedOn: '2026-03-05' }),
]

test('a relink that gives every line a new id adds nothing, and twins stay two', async () => {
  const account = await aLinkedAccount(arranged.pool)
  const history = aHistory()
  await account.store(history)
  const before = await account.feed()
  const source = await relink(account)
  expect(await storeFrom(account, source, renewedKeys(history))).toEqual(nothing)
  expect(await account.feed()).toEqual(before)
})

test('a third equal line after a relink is a line of its own', async () => {
  const account = await aLinkedAccount(arranged.pool)
  const history = aHistory()
  await account.store(history)
  const source = await relink(account)
  const again = [...renewedKeys(history), aLine({ text: 'Espresso', amount: '-2.50' })]
  expect(await storeFrom(account, source, again)).toEqual({ ...nothing, added: 1 })
  expect(await storeFrom(account, source, again)).toEqual(nothing)
  expect(await shownOf(account)).toEqual(textsOf(again))
})

test('what the bank corrects or removes under a new id is corrected and removed where it is stored', async () => {
  const account = await aLinkedAccount(arranged.pool)
  const [line, other] = [aLine({ text: 'Coffe' }), aLine({ text: 'Tea' })]
  await account.store([line, other])
  const source = await relink(account)
  const again = renewedKeys([line, other])
  await storeFrom(account, source, again)
  const corrected = { ...again[0]!, text: 'Coffee' }
  expect(await storeFrom(account, source, [corrected])).toEqual({ ...nothing, changed: 1 })
  expect(await storeFrom(account, { ...source, gone: [again[1]!.lineKey] }, [])).toEqual({
    ...nothing,
    removed: 1,
  })
  const feed = await account.feed()
  expect(feed.map(({ op, lineKey }) => [op, lineKey])).toEqual([
    ['added', line.lineKey],
    ['removed', other.lineKey],
  ])
})

test('after a relink the provider is told the keys it uses now, and no others', async () => {
  const account = await aLinkedAccount(arranged.pool)
  const [line, beyond] = [aLine({ text: 'Rent' }), aLine({ text: 'beyond the new history' })]
  await account.store([line, beyond])
  const source = await relink(account)
  const [again] = renewedKeys([line])
  await storeFrom(account, source, [again!])
  const at = { accountId: account.accountId, ...source }
  const known = await account.within((tx) => lines.knownSince(tx, at, '2026-01-01'))
  expect([...known.keys()]).toEqual([again!.lineKey])
})

test('a relink that keeps the ids takes the lines over', async () => {
  const account = await aLinkedAccount(arranged.pool)
  const history = aHistory()
  await account.store(history)
  const source = await relink(account)
  expect(await storeFrom(account, source, history)).toEqual(nothing)
  const at = { accountId: account.accountId, ...source }
  const known = await account.within((tx) => lines.knownSince(tx, at, '2026-01-01'))
  expect([...known.keys()].toSorted()).toEqual(history.map(({ lineKey }) => lineKey).toSorted())
})

test('the same account through a second living connection stores each line once, and only its owner changes it', async () => {
  const account = await aLinkedAccount(arranged.pool)
  await account.within((tx) => connections.update(tx, account.connectionId, { state: 'connected' }))
  const history = aHistory()
  await account.store(history)
  const second = await secondConnection(account)
  const again = renewedKeys(history).map((line) => ({ ...line, counterparty: 'another wording' }))
  expect(await storeFrom(account, second, again)).toEqual(nothing)
  expect(await account.store(history)).toEqual(nothing)
  expect(await storeFrom(account, { ...second, gone: [again[0]!.lineKey] }, [])).toEqual(nothing)
  expect(await account.store([], [history[0]!.lineKey])).toEqual({ ...nothing, removed: 1 })
})

test('another provider that words the same facts otherwise adds nothing but what is new', async () => {
  const account = await aLinkedAccount(arranged.pool)
  await account.within((tx) => connections.update(tx, account.connectionId, { state: 'connected' }))
  const history = aHistory()
  await account.store(history)
  const second = await secondConnection(account)
  const again = renewedKeys(history).map((line, index) => ({
    ...line,
    text: `CARD PAYMENT ${index}`,
    amount: `${line.amount}00`,
  }))
  expect(await storeFrom(account, second, again)).toEqual(nothing)
  const more = aLine({ text: 'CARD PAYMENT', amount: '-2.50' })
  expect(await storeFrom(account, second, [...again, more])).toEqual({ ...nothing, added: 1 })
  expect((await account.feed()).map(({ line }) => line.text)).toEqual([
    ...history.map(({ text }) => text),
    'CARD PAYMENT',
  ])
})

test('what is equal in everything comes before what is equal in day and amount', async () => {
  const account = await aLinkedAccount(arranged.pool)
  const [coffee, tea] = [aLine({ text: 'Coffee' }), aLine({ text: 'Tea' })]
  await account.store([coffee, tea])
  const source = await relink(account)
  expect(await storeFrom(account, source, renewedKeys([tea, coffee]))).toEqual(nothing)
})

test('a line that a second connection shows under the same id is not taken for its later twin', async () => {
  const account = await aLinkedAccount(arranged.pool)
  await account.within((tx) => connections.update(tx, account.connectionId, { state: 'connected' }))
  const line = aLine({ text: 'Espresso' })
  await account.store([line])
  const second = await secondConnection(account)
  expect(await storeFrom(account, second, [line])).toEqual(nothing)
  const twin = aLine({ text: 'Espresso' })
  expect(await storeFrom(account, second, [twin])).toEqual({ ...nothing, added: 1 })
})

test('a twin that was taken for a line is a line of its own once that line shows itself', async () => {
  const account = await aLinkedAccount(arranged.pool)
  await account.within((tx) => connections.update(tx, account.connectionId, { state: 'connected' }))
  const line = aLine({ text: 'Espresso' })
  await account.store([line])
  const second = await secondConnection(account)
  const twin = aLine({ text: 'Espresso' })
  expect(await storeFrom(account, second, [twin])).toEqual(nothing)
  // the second connection uses the same ids as the first, and there are two after all
  expect(await storeFrom(account, second, [line])).toEqual({ ...nothing, added: 1 })
  expect(await storeFrom(account, second, [line, twin])).toEqual(nothing)
  expect(await shownOf(account)).toHaveLength(2)
})

test('a twin that was taken for a line keeps its own words when both show themselves in one page', async () => {
  const account = await aLinkedAccount(arranged.pool)
  await account.within((tx) => connections.update(tx, account.connectionId, { state: 'connected' }))
  const line = aLine({ text: 'Espresso' })
  await account.store([line])
  const second = await secondConnection(account)
  const twin = aLine({ text: 'Espresso at noon' })
  expect(await storeFrom(account, second, [twin])).toEqual(nothing)
  expect(await storeFrom(account, second, [line, twin])).toEqual({ ...nothing, added: 1 })
  expect(await shownOf(account)).toEqual(textsOf([line, twin]))
})

test('whatever was stored before, after a relink and a full read the store is the bank, line by line', async () => {
  const aFact = fc.record({
    day: fc.integer({ min: 1, max: 4 }),
    cents: fc.integer({ min: 1, max: 3 }),
    text: fc.constantFrom('a', 'b'),
  })
  const property = fc.asyncProperty(
    fc.array(aFact, { maxLength: 12 }),
    fc.array(aFact, { maxLength: 4 }),
    fc.integer({ min: 1, max: 5 }),
    async (facts, later, pageSize) => {
      const account = await aLinkedAccount(arranged.pool)
      const toLine = ({ day, cents, text }: (typeof facts)[number]) =>
        aLine({ bookedOn: `2026-03-0${day}`, amount: `-0.0${cents}`, text })
      const history = facts.map(toLine)
      await account.store(history)
      const source = await relink(account)
      // newest first or oldest first, as providers do
      const shown = [...renewedKeys(history), ...later.map(toLine)]
      const bank = pageSize % 2 === 0 ? shown : shown.toReversed()
      for (let from = 0; from < bank.length; from += pageSize)
        await storeFrom(account, source, bank.slice(from, from + pageSize))
      expect(await shownOf(account)).toEqual(textsOf(bank))
      expect(await storeFrom(account, source, bank)).toEqual(nothing)
    },
  )
  await fc.assert(property, { numRuns: 40 })
}, 120_000)

/** Whether a transaction of this database waits for a lock. */
const somebodyWaits = async (): Promise<boolean> => {
  const client = new pg.Client(arranged.adminUrl)
  await client.connect()
  const { rows } = await client.query(
    "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
  )
  await client.end()
  return rows.length > 0
}

test('a line that another source brought while a page waited for the account is not stored twice', async () => {
  const account = await aLinkedAccount(arranged.pool)
  const line = aLine({ text: 'Rent of November' })
  const stored = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  const first = account.within(async (tx) => {
    const source = await connectAgain(tx, account)
    const { accountId } = account
    await lines.storePage(tx, { accountId, ...source, lines: [line], removedLineKeys: [] })
    stored.resolve()
    await gate.promise
  })
  await stored.promise
  const second = account.store(renewedKeys([line]))
  await eventually('the second page waiting', somebodyWaits)
  gate.resolve()
  await first
  expect(await second).toEqual(nothing)
  expect(await shownOf(account)).toHaveLength(1)
})
