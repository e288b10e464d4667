import fc from 'fast-check'
import { sql } from 'slonik'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listPossibleDuplicates } from '../../db/queries/import-lines.ts'
import * as staging from '../../db/queries/import-staging.ts'
import * as importStates from '../../db/queries/import-states.ts'
import { removeLines } from '../../db/queries/line-corrections.ts'
import type { Arranged, Linked } from './arrange.ts'
import { aLine, aLinkedAccount, arrange } from './arrange.ts'
import type { FileLine } from './support/file-import.ts'
import { confirm, countsOf, importLines, preview, revert, standing } from './support/file-import.ts'

let arranged: Arranged
beforeAll(async () => {
  arranged = await arrange()
})
afterAll(() => arranged.end())

const iban = 'BE68539007547034'
const other = 'NL91ABNA0417164300'

const anAccount = () => aLinkedAccount(arranged.pool)

describe('a file', () => {
  test('adds its lines to the feed, each with a number of its own, and again adds nothing', async () => {
    const account = await anAccount()
    const lines: FileLine[] = [{ text: 'One' }, { text: 'Two', amount: '3.00' }, { text: 'One' }]
    expect(await importLines(account, lines)).toMatchObject({ added: 3, present: 0 })
    expect((await account.feed()).map(({ seq, op }) => [seq, op])).toEqual([
      [1, 'added'],
      [2, 'added'],
      [3, 'added'],
    ])
    const keys = (await account.feed()).map(({ lineKey }) => lineKey)
    expect(keys.every((key) => /^file:[0-9a-f]{64}#[12]$/.test(key))).toBe(true)
    expect(new Set(keys).size).toBe(3)
    expect(await importLines(account, lines)).toMatchObject({ added: 0, present: 3 })
    expect(await account.feed(3)).toEqual([])
  })

  test('of two equal lines where one is stored adds one', async () => {
    const account = await anAccount()
    await importLines(account, [{}])
    expect(await importLines(account, [{}, {}])).toMatchObject({ added: 1, present: 1 })
    expect(await importLines(account, [{}, {}, {}])).toMatchObject({ added: 1, present: 2 })
  })

  test('has its keys from what its lines say, not from their places', async () => {
    const [one, two] = [await anAccount(), await anAccount()]
    await importLines(one, [{ text: 'A' }, { text: 'B' }])
    await importLines(two, [{ text: 'B' }, { text: 'A' }])
    const keys = async (account: Linked) =>
      (await account.feed()).map(({ lineKey }) => lineKey).toSorted()
    expect(await keys(one)).toEqual(await keys(two))
  })

  test('over a period that a connection brought adds nothing', async () => {
    const account = await anAccount()
    await account.store([
      aLine({ text: 'as the provider words it', amount: '-12.500' }),
      aLine({ text: 'something else', amount: '900.00', bookedOn: '2026-03-03' }),
    ])
    const file = [{ text: 'COFFEE' }, { text: 'SALARY', amount: '900.00', bookedOn: '2026-03-03' }]
    expect(await importLines(account, file)).toMatchObject({ added: 0, present: 2 })
  })

  test('and another one of the same month in another format add once', async () => {
    const account = await anAccount()
    await importLines(account, [{ text: 'PAYMENT 1' }, { text: 'PAYMENT 2' }], { source: 'coda' })
    expect(
      await importLines(account, [{ text: 'p1' }, { text: 'p2' }, { text: 'p3' }], {
        source: 'camt053',
      }),
    ).toMatchObject({ added: 1, present: 2 })
  })

  test('of the same source keeps two lines of one day apart that say different things, and says so', async () => {
    const account = await anAccount()
    await importLines(account, [{ text: 'Bar X' }], { source: 'csv a' })
    const second = await importLines(account, [{ text: 'Bar Y' }], { source: 'csv a' })
    expect(second).toMatchObject({ added: 1, present: 0, near: 1 })
    expect(await standing(account)).toEqual(['Bar X', 'Bar Y'])
    expect(
      await account.within((tx) => listPossibleDuplicates(tx, account.accountId, 10)),
    ).toHaveLength(1)
  })

  test('of the same source keeps payments apart that differ in their reference or counterparty alone', async () => {
    for (const what of ['reference', 'counterparty'] as const) {
      const account = await anAccount()
      await importLines(account, [{ text: '', [what]: '240283842818' }], { source: 'csv a' })
      expect(
        await importLines(account, [{ text: '', [what]: '240283842919' }], { source: 'csv a' }),
      ).toMatchObject({ added: 1, present: 0 })
      expect(
        await importLines(account, [{ text: '', [what]: '240283842919' }], { source: 'csv a' }),
      ).toMatchObject({ added: 0, present: 1 })
    }
  })

  test('of the same source is the same line where only accents were read otherwise', async () => {
    const account = await anAccount()
    await importLines(account, [{ text: 'CAFÃ© du coin' }], { source: 'csv a' })
    expect(
      await importLines(account, [{ text: 'CAFé du coin' }], { source: 'csv a' }),
    ).toMatchObject({ added: 0, present: 1 })
  })
})

describe('a bank reference', () => {
  test('that stands once names the line, whatever its text says now', async () => {
    const account = await anAccount()
    await importLines(account, [{ text: 'before', bankReference: 'R1' }], { source: 'ofx' })
    expect(
      await importLines(account, [{ text: 'after', bankReference: 'R1' }], { source: 'ofx' }),
    ).toMatchObject({ added: 0, present: 1 })
  })

  test('with another amount or day is another line', async () => {
    const account = await anAccount()
    await importLines(account, [{ bankReference: 'R1' }], { source: 'ofx' })
    expect(
      await importLines(account, [{ bankReference: 'R1', amount: '-1.00' }], { source: 'ofx' }),
    ).toMatchObject({ added: 1 })
    expect(
      await importLines(account, [{ bankReference: 'R1', bookedOn: '2026-03-20' }], {
        source: 'ofx',
      }),
    ).toMatchObject({ added: 1 })
  })

  test('that stands twice in a file names nothing', async () => {
    const account = await anAccount()
    const twice = [
      { bankReference: 'FEE', text: 'purchase' },
      { bankReference: 'FEE', text: 'fee' },
    ]
    expect(await importLines(account, twice, { source: 'ofx' })).toMatchObject({ added: 2 })
    expect(await importLines(account, twice, { source: 'ofx' })).toMatchObject({ present: 2 })
    const others = twice.map(({ bankReference, text }) => ({ bankReference, text: `no ${text}` }))
    expect(await importLines(account, others, { source: 'ofx' })).toMatchObject({ added: 2 })
  })

  test('that differs keeps lines of one source apart', async () => {
    const account = await anAccount()
    await importLines(account, [{ bankReference: 'R1', text: '' }], { source: 'ofx' })
    expect(
      await importLines(account, [{ bankReference: 'R2', text: 'x' }], { source: 'ofx' }),
    ).toMatchObject({ added: 1 })
  })
})

describe('across sources', () => {
  test('of several equal amounts of a day each is taken for the one with its counterparty', async () => {
    const account = await anAccount()
    await account.store([aLine({ text: 'to B', counterpartyAccount: other })])
    const file = [
      { text: 'A', counterpartyAccount: iban },
      { text: 'B', counterpartyAccount: 'NL91 ABNA 0417 1643 00' },
    ]
    expect(await importLines(account, file)).toMatchObject({ added: 1, present: 1 })
    expect(await standing(account)).toEqual(['to B', 'A'])
  })

  test('equal day and amount with different counterparties are two lines', async () => {
    const account = await anAccount()
    await account.store([aLine({ counterpartyAccount: other, text: 'x' })])
    expect(await importLines(account, [{ counterpartyAccount: iban, text: 'y' }])).toMatchObject({
      added: 1,
      near: 1,
    })
  })

  test('equal day and amount are one line where a source names the account itself as the other side', async () => {
    const account = await anAccount()
    await account.within((tx) =>
      tx.query(sql.unsafe`UPDATE account SET number = ${iban} WHERE id = ${account.accountId}`),
    )
    await account.store([aLine({ counterpartyAccount: other, text: 'x' })])
    const file = [{ counterpartyAccount: iban, text: 'y' }]
    expect(await importLines(account, file)).toMatchObject({ added: 0, present: 1 })
  })

  test('a payment booked some days apart is one by its end-to-end id, at most five days', async () => {
    const account = await anAccount()
    const paid = { endToEndId: 'E2E-1234', source: 'coda' }
    await importLines(account, [{ ...paid, text: 'a' }])
    expect(
      await importLines(account, [{ ...paid, text: 'b', bookedOn: '2026-03-07' }], {
        source: 'camt053',
      }),
    ).toMatchObject({ added: 0, present: 1 })
    expect(
      await importLines(account, [{ ...paid, text: 'b', bookedOn: '2026-03-08' }], {
        source: 'mt',
      }),
    ).toMatchObject({ added: 1 })
  })

  test('NOTPROVIDED is no end-to-end id', async () => {
    const account = await anAccount()
    const paid = { endToEndId: 'NOTPROVIDED' }
    await importLines(account, [{ ...paid, text: 'a' }])
    expect(
      await importLines(account, [{ ...paid, text: 'b', bookedOn: '2026-03-06' }], {
        source: 'camt053',
      }),
    ).toMatchObject({ added: 1, near: 0 })
  })

  test('a payment booked some days apart within the days of the file is one by its counterparty or reference', async () => {
    for (const sign of [{ counterpartyAccount: iban }, { reference: '123456789012' }]) {
      const account = await anAccount()
      await account.store([aLine({ ...sign, bookedOn: '2026-03-04' })])
      expect(
        await importLines(account, [{ ...sign, text: 'z' }], { to: '2026-03-31' }),
      ).toMatchObject({ added: 0, present: 1 })
    }
  })

  test('an equal payment from before the first day of the file is not taken for one of it', async () => {
    const account = await anAccount()
    await account.store([aLine({ counterpartyAccount: iban, bookedOn: '2026-02-28' })])
    expect(await importLines(account, [{ counterpartyAccount: iban, text: 'z' }])).toMatchObject({
      added: 1,
      present: 0,
      near: 1,
    })
  })

  test('a line with only the amount, at most three days apart, is added and listed as possible duplicate', async () => {
    const account = await anAccount()
    await account.store([aLine({ bookedOn: '2026-03-05', text: 'p' })])
    expect(await importLines(account, [{ text: 'f' }])).toMatchObject({ added: 1, near: 1 })
    const [pair] = await account.within((tx) => listPossibleDuplicates(tx, account.accountId, 10))
    expect(pair?.lineKey).toMatch(/^file:/)
    expect(pair?.otherKey).toMatch(/^ponto:/)
    expect(await importLines(account, [{ text: 'g', bookedOn: '2026-03-09' }])).toMatchObject({
      near: 0,
    })
  })
})

describe('removed lines', () => {
  test('count as stored', async () => {
    const account = await anAccount()
    const line = aLine()
    await account.store([line])
    await account.store([], [line.lineKey])
    expect(await importLines(account, [{}])).toMatchObject({ added: 0, present: 1 })
  })

  test('of a file that a person deleted do not come back', async () => {
    const account = await anAccount()
    await importLines(account, [{}])
    const [entry] = await account.feed()
    await account.within((tx) =>
      removeLines(
        tx,
        { ...account, generation: 0 },
        { lineKeys: [entry?.lineKey ?? ''], seq: entry?.seq ?? 0 },
      ),
    )
    expect(await importLines(account, [{}])).toMatchObject({ added: 0, present: 1 })
  })
})

describe('a connection after a file', () => {
  test('adds nothing twice and takes the lines over', async () => {
    const account = await anAccount()
    const file = await importLines(account, [{ text: 'FILE' }, { text: 'FILE 2', amount: '7.00' }])
    expect(await account.store([aLine({ text: 'feed' }), aLine({ amount: '7.00' })])).toMatchObject(
      { added: 0, changed: 0 },
    )
    expect(await standing(account)).toHaveLength(2)
    expect(await revert(account, file)).toMatchObject({
      state: 'reverted',
      linesRemoved: 0,
      keptByConnection: 2,
      keptByImport: 0,
    })
    expect(await standing(account)).toHaveLength(2)
  })

  test('keeps true twins two', async () => {
    const account = await anAccount()
    await importLines(account, [{}, {}])
    await account.store([aLine(), aLine(), aLine()])
    expect(await standing(account)).toHaveLength(3)
  })

  test('that corrects a line does not make the file add it again', async () => {
    const account = await anAccount()
    await importLines(account, [{}])
    const line = aLine()
    await account.store([line])
    await account.store([{ ...line, amount: '-13.00' }])
    expect(await importLines(account, [{}])).toMatchObject({ added: 0, present: 1 })
  })
})

describe('a reversal', () => {
  test('removes what the import added, in the feed as well, and the same file brings it back', async () => {
    const account = await anAccount()
    await account.store([aLine({ text: 'ours' })])
    const lines = [
      { text: 'ours' },
      { text: 'new', amount: '5.00' },
      { text: 'new', amount: '5.00' },
    ]
    const file = await importLines(account, lines)
    expect(file).toMatchObject({ added: 2, present: 1 })
    expect(await revert(account, file)).toMatchObject({ linesRemoved: 2, keptByImport: 0 })
    expect((await account.feed(3)).map(({ op }) => op)).toEqual(['removed', 'removed'])
    expect(await standing(account)).toEqual(['ours'])
    expect(await importLines(account, lines)).toMatchObject({ added: 2, present: 1 })
    expect((await standing(account)).toSorted()).toEqual(['new', 'new', 'ours'])
    const keys = (await account.feed()).map(({ lineKey }) => lineKey)
    expect(new Set(keys).size).toBe(3)
  })

  test('again changes nothing', async () => {
    const account = await anAccount()
    const file = await importLines(account, [{}])
    await revert(account, file)
    const after = await account.feed()
    expect(await revert(account, file)).toMatchObject({ state: 'reverted', linesRemoved: 1 })
    expect(await account.feed()).toEqual(after)
  })

  test('leaves lines that another import holds as well to that one', async () => {
    const account = await anAccount()
    const one = await importLines(account, [{ text: 'a' }, { text: 'b' }])
    const two = await importLines(account, [{ text: 'b' }, { text: 'c' }])
    expect(await revert(account, one)).toMatchObject({ linesRemoved: 1, keptByImport: 1 })
    expect((await standing(account)).toSorted()).toEqual(['b', 'c'])
    expect(await revert(account, two)).toMatchObject({ linesRemoved: 2 })
    expect(await standing(account)).toEqual([])
  })

  test('forgets the possible duplicates it brought', async () => {
    const account = await anAccount()
    await account.store([aLine({ bookedOn: '2026-03-04', text: 'p' })])
    const file = await importLines(account, [{ text: 'f' }])
    await revert(account, file)
    expect(await account.within((tx) => listPossibleDuplicates(tx, account.accountId, 10))).toEqual(
      [],
    )
  })
})

describe('a preview', () => {
  test('counts what the import then does', async () => {
    const account = await anAccount()
    await importLines(account, [{ text: 'a' }, { text: 'b', bookedOn: '2026-03-05' }])
    await account.store([aLine({ text: 'c', amount: '1.00', bookedOn: '2026-03-06' })])
    const file = await preview(account, {
      statements: [
        [{ text: 'a' }, { text: 'x', amount: '1.00', bookedOn: '2026-03-08' }],
        [
          { text: 'b', bookedOn: '2026-03-05' },
          { text: 'new', amount: '44.00' },
        ],
      ],
    })
    expect(await countsOf(account, file)).toEqual({ alreadyPresent: 2, possibleDuplicates: 1 })
    expect(await confirm(account, file)).toEqual({ added: 2, present: 2, near: 1 })
  })

  test('does not count its own statements against each other', async () => {
    const account = await anAccount()
    const file = await preview(account, { statements: [[{}], [{}], [{}, {}]] })
    expect(await confirm(account, file)).toEqual({ added: 4, present: 0, near: 0 })
    const again = await preview(account, { statements: [[{}], [{}], [{}, {}]] })
    expect(await countsOf(account, again)).toMatchObject({ alreadyPresent: 4 })
  })

  test('that a connection overtakes adds nothing twice', async () => {
    const account = await anAccount()
    const file = await preview(account, { statements: [[{}, { amount: '9.00' }]] })
    await account.store([aLine()])
    expect(await confirm(account, file)).toMatchObject({ added: 1, present: 1 })
  })

  test('of an older attempt stages no more once another has begun', async () => {
    const account = await anAccount()
    const { importId } = await preview(account, { statements: [[{}]] })
    await account.within(async (tx) => {
      await importStates.beginPreview(tx, importId, crypto.randomUUID())
      expect(
        await importStates.countStaged(tx, importId, { attempt: crypto.randomUUID(), lines: 1 }),
      ).toBe(false)
    })
  })
})

test('a statement is imported once, whoever repeats it', async () => {
  const account = await anAccount()
  const file = await preview(account, { statements: [[{}]] })
  expect(await confirm(account, file)).toMatchObject({ added: 1 })
  expect(await account.within((tx) => staging.listOpen(tx, file.importId))).toEqual([])
  expect(await confirm(account, file)).toMatchObject({ added: 0 })
  expect(await account.feed()).toHaveLength(1)
})

test('whatever overlapping files and pages come in whatever order, each line is there as often as in the fullest of them', async () => {
  const day = fc.constantFrom('2026-03-02', '2026-03-03', '2026-03-04')
  const fact = fc.record({ amount: fc.constantFrom('1.00', '2.00'), bookedOn: day })
  const month = fc.array(fact, { minLength: 1, maxLength: 8 })
  const turn = fc.record({
    how: fc.constantFrom('coda', 'camt053', 'feed'),
    fromOn: day,
  })
  await fc.assert(
    fc.asyncProperty(month, fc.array(turn, { minLength: 1, maxLength: 5 }), async (all, turns) => {
      const account = await anAccount()
      const lineKeys = all.map(() => `ponto:${crypto.randomUUID()}`)
      let first = '2026-03-09'
      for (const { how, fromOn } of turns) {
        first = fromOn < first ? fromOn : first
        const seen = all
          .map((line, index) => ({ ...line, lineKey: lineKeys[index] ?? '' }))
          .filter(({ bookedOn }) => bookedOn >= fromOn)
        if (seen.length === 0) continue
        if (how === 'feed') await account.store(seen.map((line) => aLine({ ...line, text: how })))
        else {
          const lines = seen.map(({ amount, bookedOn }) => ({ amount, bookedOn, text: how }))
          await importLines(account, lines, { source: how, from: fromOn })
        }
      }
      const expected = all.filter(({ bookedOn }) => bookedOn >= first).length
      expect(await standing(account)).toHaveLength(expected)
    }),
    { numRuns: 25 },
  )
})
