/** A line that another source shows is the same line in other words: it loses nothing, and nothing is told as changed. */
import { randomUUID } from 'node:crypto'
import { sql } from 'slonik'
import { z } from 'zod'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Line } from '../../domain/statement-line.ts'
import type { Arranged, Linked } from './arrange.ts'
import { aLine, aLinkedAccount, arrange } from './arrange.ts'
import { importLines } from './support/file-import.ts'
import { disconnect, relink, secondConnection, storeFrom } from './support/sources.ts'

let arranged: Arranged
beforeAll(async () => {
  arranged = await arrange()
})
afterAll(() => arranged.end())

const nothing = { added: 0, changed: 0, removed: 0, filled: 0 }

const rich = (line: Partial<Line> = {}): Line =>
  aLine({
    text: 'Invoice 12, thank you',
    valueOn: '2026-03-03',
    counterparty: 'Roaster NV',
    counterpartyAccount: 'BE71096123456769',
    reference: '+++090/9337/55493+++',
    ...line,
  })

/** The same fact as a source tells it that knows day, amount and a text of its own. */
const poor = ({ amount, bookedOn }: Line, line: Partial<Line> = {}): Line =>
  aLine({
    lineKey: `saltedge:${randomUUID()}`,
    amount,
    bookedOn,
    text: 'CARD PAYMENT',
    ...line,
  })

const said = async (account: Linked) => (await account.feed()).map(({ line }) => line)

const asStored = ({ lineKey: _key, raw: _raw, ...line }: Line) => ({
  valueOn: null,
  counterparty: null,
  counterpartyAccount: null,
  reference: null,
  ...line,
})

const changesOf = (account: Linked) =>
  account.within((tx) =>
    tx.any(sql.type(z.object({ lineKey: z.string(), kind: z.string() }))`
      SELECT line_key AS "lineKey", kind FROM line_change
      WHERE account_id = ${account.accountId} ORDER BY seq`),
  )

/** An account whose first connection brought lines and is closed, and another one that reaches it. */
const afterwards = async (lines: readonly Line[]) => {
  const account = await aLinkedAccount(arranged.pool)
  await account.store(lines)
  await disconnect(account)
  return { account, second: await secondConnection(account, 'saltedge') }
}

describe('another source that knows less', () => {
  test('takes nothing from a line, however often it is read', async () => {
    const line = rich()
    const { account, second } = await afterwards([line])
    const before = await account.feed()
    const shown = poor(line)
    expect(await storeFrom(account, second, [shown])).toEqual(nothing)
    expect(await storeFrom(account, second, [shown])).toEqual(nothing)
    expect(await account.feed()).toEqual(before)
    expect(await changesOf(account)).toEqual([])
  })

  test('brings a correction of the bank once, and only what the bank corrected', async () => {
    const line = rich()
    const { account, second } = await afterwards([line])
    const shown = poor(line)
    await storeFrom(account, second, [shown])
    const corrected = { ...shown, amount: '-13.00' }
    expect(await storeFrom(account, second, [corrected])).toEqual({ ...nothing, changed: 1 })
    expect(await storeFrom(account, second, [corrected])).toEqual(nothing)
    expect(await said(account)).toEqual([asStored({ ...line, amount: '-13.00' })])
    expect(await changesOf(account)).toEqual([{ lineKey: line.lineKey, kind: 'changed' }])
    expect(await storeFrom(account, second, [{ ...corrected, text: 'OTHER' }])).toEqual({
      ...nothing,
      changed: 1,
    })
    expect(await said(account)).toEqual([asStored({ ...line, amount: '-13.00', text: 'OTHER' })])
  })

  test('brings a correction that the bank takes back', async () => {
    const line = rich()
    const { account, second } = await afterwards([line])
    const shown = poor(line)
    await storeFrom(account, second, [shown])
    const corrected = { ...shown, amount: '-13.00' }
    await storeFrom(account, second, [corrected])
    expect(await storeFrom(account, second, [shown])).toEqual({ ...nothing, changed: 1 })
    expect(await said(account)).toEqual([asStored(line)])
    // both in one page: what comes last counts
    expect(await storeFrom(account, second, [shown, corrected])).toEqual({ ...nothing, changed: 1 })
    expect(await storeFrom(account, second, [corrected])).toEqual(nothing)
  })

  test('that corrects one of two equal lines corrects that one', async () => {
    const [coffee, tea] = [rich({ text: 'Coffee' }), rich({ text: 'Tea' })]
    const { account, second } = await afterwards([coffee, tea])
    const shown = [poor(coffee, { text: 'COFFEE 1' }), poor(tea, { text: 'TEA 2' })]
    await storeFrom(account, second, shown)
    expect(await storeFrom(account, second, [{ ...shown[1]!, amount: '-13.00' }])).toEqual({
      ...nothing,
      changed: 1,
    })
    expect((await said(account)).map(({ text, amount }) => `${text} ${amount}`)).toEqual([
      'Coffee -12.50',
      'Tea -13.00',
    ])
  })

  test('under new ids is known again by its own words', async () => {
    const [coffee, tea] = [rich({ text: 'Coffee' }), rich({ text: 'Tea' })]
    const { account, second } = await afterwards([coffee, tea])
    const shown = [poor(coffee, { text: 'COFFEE 1' }), poor(tea, { text: 'TEA 2' })]
    await storeFrom(account, second, shown)
    const third = await relink(account, 1, second)
    const again = shown.map((line) => ({ ...line, lineKey: randomUUID() })).toReversed()
    expect(await storeFrom(account, third, again)).toEqual(nothing)
    expect(await storeFrom(account, { ...third, gone: [again[0]!.lineKey] }, [])).toEqual({
      ...nothing,
      removed: 1,
    })
    const feed = await account.feed()
    expect(feed.map(({ op, line }) => `${op} ${line.text}`)).toEqual([
      'added Coffee',
      'removed Tea',
    ])
  })

  test('removes a line, and shows it again with all that is known of it', async () => {
    const line = rich()
    const { account, second } = await afterwards([line])
    const shown = poor(line)
    await storeFrom(account, second, [shown])
    await storeFrom(account, { ...second, gone: [shown.lineKey] }, [])
    expect(await storeFrom(account, second, [shown])).toEqual({ ...nothing, changed: 1 })
    expect(await said(account)).toEqual([asStored(line)])
  })

  test('that re-uses its id for another line brings that line once', async () => {
    const line = rich()
    const { account, second } = await afterwards([line])
    const shown = poor(line)
    await storeFrom(account, second, [shown])
    const other = { ...shown, amount: '99.00', bookedOn: '2026-06-01', text: 'Rent' }
    expect(await storeFrom(account, second, [other])).toEqual({ ...nothing, added: 1 })
    expect(await storeFrom(account, second, [shown, other])).toEqual(nothing)
    expect(await storeFrom(account, second, [{ ...other, text: 'Rent June' }])).toEqual({
      ...nothing,
      changed: 1,
    })
    expect((await said(account)).map(({ text }) => text)).toEqual([line.text, 'Rent June'])
  })

  test('finds the first one back: its own words are no correction either', async () => {
    const line = rich()
    const { account, second } = await afterwards([line])
    await storeFrom(account, second, [poor(line, { counterparty: 'never said before' })])
    await disconnect(account, second)
    const third = await secondConnection(account, 'ponto')
    const before = await account.feed()
    expect(await storeFrom(account, third, [line])).toEqual(nothing)
    expect(await account.feed()).toEqual(before)
  })

  test('that showed a line while the first one lived has said its words by then', async () => {
    const account = await aLinkedAccount(arranged.pool)
    const line = rich()
    await account.within(async (tx) => {
      const { update } = await import('../../db/queries/connections.ts')
      await update(tx, account.connectionId, { state: 'connected' })
    })
    await account.store([line])
    const second = await secondConnection(account, 'saltedge')
    const shown = poor(line)
    expect(await storeFrom(account, second, [shown])).toEqual(nothing)
    await disconnect(account)
    expect(await storeFrom(account, second, [shown])).toEqual(nothing)
    expect(await storeFrom(account, second, [{ ...shown, amount: '-13.00' }])).toEqual({
      ...nothing,
      changed: 1,
    })
    expect(await said(account)).toEqual([asStored({ ...line, amount: '-13.00' })])
  })
})

describe('another source that knows more', () => {
  test('fills what was empty and replaces nothing; the feed tells it once, as no correction', async () => {
    const more = rich()
    const less = poor(more)
    const { account, second } = await afterwards([less])
    expect(await storeFrom(account, second, [more])).toEqual({ ...nothing, filled: 1 })
    expect(await storeFrom(account, second, [more])).toEqual(nothing)
    expect(await account.feed(1)).toMatchObject([{ op: 'changed', lineKey: less.lineKey }])
    expect(await said(account)).toEqual([asStored({ ...more, text: less.text })])
    expect(await changesOf(account)).toEqual([{ lineKey: less.lineKey, kind: 'filled' }])
  })

  test('of which only the value date is new is not told', async () => {
    const less = poor(rich())
    const { account, second } = await afterwards([less])
    const more = { ...less, lineKey: randomUUID(), valueOn: '2026-03-04' }
    expect(await storeFrom(account, second, [more])).toEqual(nothing)
    expect(await account.feed(1)).toEqual([])
    expect(await said(account)).toMatchObject([{ valueOn: '2026-03-04' }])
  })

  test('brings a correction of the bank once', async () => {
    const more = rich()
    const less = poor(more)
    const { account, second } = await afterwards([less])
    await storeFrom(account, second, [more])
    const corrected = { ...more, reference: '+++010/8068/17183+++' }
    expect(await storeFrom(account, second, [corrected])).toEqual({ ...nothing, changed: 1 })
    expect(await storeFrom(account, second, [corrected])).toEqual(nothing)
    expect(await said(account)).toEqual([asStored({ ...corrected, text: less.text })])
  })

  test('loses nothing to the first one that comes back under its ids, and whose correction counts', async () => {
    const more = rich()
    const less = poor(more)
    const { account, second } = await afterwards([less])
    await storeFrom(account, second, [more])
    await disconnect(account, second)
    const third = await secondConnection(account, 'saltedge')
    expect(await storeFrom(account, third, [less])).toEqual(nothing)
    const corrected = { ...less, amount: '-13.00' }
    expect(await storeFrom(account, third, [corrected])).toEqual({ ...nothing, changed: 1 })
    expect(await storeFrom(account, third, [corrected])).toEqual(nothing)
    expect(await said(account)).toEqual([asStored({ ...more, text: less.text, amount: '-13.00' })])
  })
})

describe('another source that was taken for the wrong line', () => {
  test('of two lines of one day and amount keeps both once each shows itself', async () => {
    const coffee = rich({ text: 'Coffee' })
    const { account, second } = await afterwards([coffee])
    const [tea, again] = [
      rich({ text: 'Tea', counterparty: 'Tea House' }),
      { ...coffee, lineKey: 'again' },
    ]
    // pages come newest first, and the newer line is new
    expect(await storeFrom(account, second, [tea])).toEqual(nothing)
    expect(await storeFrom(account, second, [again])).toEqual({ ...nothing, added: 1 })
    expect(await said(account)).toEqual([asStored(coffee), asStored(tea)])
    expect(await storeFrom(account, second, [tea, again])).toEqual(nothing)
    expect(await storeFrom(account, { ...second, gone: [tea.lineKey] }, [])).toMatchObject({
      removed: 1,
    })
    expect((await account.feed()).map(({ op, line }) => `${op} ${line.text}`)).toEqual([
      'added Coffee',
      'removed Tea',
    ])
  })

  test('finds another partner before it counts as new', async () => {
    const [coffee, tea] = [rich({ text: 'Coffee' }), rich({ text: 'Tea' })]
    const { account, second } = await afterwards([coffee, tea])
    const shown = poor(tea, { text: 'TEA HOUSE' })
    await storeFrom(account, second, [shown])
    const again = { ...coffee, lineKey: 'again' }
    expect(await storeFrom(account, second, [again])).toEqual(nothing)
    await storeFrom(account, { ...second, gone: [shown.lineKey] }, [])
    expect((await account.feed()).map(({ op, line }) => `${op} ${line.text}`)).toEqual([
      'added Coffee',
      'removed Tea',
    ])
  })

  test('adds nothing where it names another party or reference', async () => {
    const { counterparty: _, ...line } = rich()
    const { account, second } = await afterwards([line])
    const other = rich({ counterpartyAccount: 'BE02000000000001', counterparty: 'Somebody else' })
    expect(await storeFrom(account, second, [other])).toEqual(nothing)
    expect(await said(account)).toEqual([asStored(line)])
  })
})

describe('a new generation of one connection', () => {
  test('whose ids changed and whose words are fewer takes nothing', async () => {
    const account = await aLinkedAccount(arranged.pool)
    const line = rich()
    await account.store([line])
    const source = await relink(account)
    const shown = { ...poor(line), lineKey: `ponto:${randomUUID()}` }
    expect(await storeFrom(account, source, [shown])).toEqual(nothing)
    expect(await said(account)).toEqual([asStored(line)])
    expect(await storeFrom(account, source, [{ ...shown, bookedOn: '2026-03-04' }])).toEqual({
      ...nothing,
      changed: 1,
    })
    expect(await said(account)).toEqual([asStored({ ...line, bookedOn: '2026-03-04' })])
  })

  test('whose ids stayed shows its own line: another word is a correction', async () => {
    const account = await aLinkedAccount(arranged.pool)
    const line = rich()
    await account.store([line])
    const source = await relink(account)
    const { reference: _, ...corrected } = { ...line, text: 'Invoice 13' }
    expect(await storeFrom(account, source, [corrected])).toEqual({ ...nothing, changed: 1 })
    expect(await said(account)).toEqual([asStored(corrected)])
  })
})

describe('a statement file', () => {
  test('and then a connection: what was empty is filled, a correction of the bank comes once', async () => {
    const account = await aLinkedAccount(arranged.pool)
    await importLines(account, [{ text: 'FILE' }])
    const line = rich()
    expect(await account.store([line])).toEqual({ ...nothing, filled: 1 })
    expect(await account.store([line])).toEqual(nothing)
    expect(await said(account)).toEqual([asStored({ ...line, text: 'FILE' })])
    expect(await account.store([{ ...line, amount: '-13.00' }])).toEqual({ ...nothing, changed: 1 })
    expect(await importLines(account, [{ text: 'FILE' }])).toMatchObject({ added: 0, present: 1 })
  })

  test('that says more, and then a connection: nothing is lost', async () => {
    const account = await aLinkedAccount(arranged.pool)
    const { lineKey: _, ...more } = rich()
    await importLines(account, [more])
    expect(await account.store([poor(rich())])).toEqual(nothing)
    expect(await said(account)).toEqual([asStored(rich())])
  })

  test('over lines of a connection changes none of them', async () => {
    const account = await aLinkedAccount(arranged.pool)
    const line = rich()
    await account.store([line])
    const before = await account.feed()
    expect(await importLines(account, [{ text: 'FILE' }])).toMatchObject({ added: 0, present: 1 })
    expect(await account.feed()).toEqual(before)
    expect(await account.store([line])).toEqual(nothing)
  })
})

test('what was noted before words were kept is what stands there', async () => {
  const line = rich()
  const { account, second } = await afterwards([line])
  const shown = { ...line, lineKey: randomUUID() }
  await storeFrom(account, second, [shown])
  await account.within((tx) =>
    tx.query(sql.unsafe`UPDATE line_alias SET shown = NULL, raw = NULL, fingerprint = NULL`),
  )
  expect(await storeFrom(account, second, [shown])).toEqual(nothing)
  const corrected = { ...shown, amount: '-13.00' }
  expect(await storeFrom(account, second, [corrected])).toEqual({ ...nothing, changed: 1 })
  expect(await storeFrom(account, second, [corrected])).toEqual(nothing)
})

test('a line of strange signs is read again without harm', async () => {
  const line = rich({ text: 'a\u0000b \ud800 c', reference: '\udc00' })
  const { account, second } = await afterwards([line])
  const shown = poor(line, { text: '\ud800 x\u0000', counterparty: '"\\u0000' })
  expect(await storeFrom(account, second, [shown])).toEqual(nothing)
  expect(await storeFrom(account, second, [shown])).toEqual(nothing)
})
