/** Files that are compared, added and taken back in slices: the outcome is that of one piece, wherever they are cut. */
import fc from 'fast-check'
import { sql } from 'slonik'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addStatement } from '../../activities/add-statement.ts'
import { listPossibleDuplicates } from '../../db/queries/import-lines.ts'
import type { Run } from '../../db/queries/import-slices.ts'
import * as staging from '../../db/queries/import-staging.ts'
import * as importStates from '../../db/queries/import-states.ts'
import type { Arranged, Linked } from './arrange.ts'
import { aLine, aLinkedAccount, arrange } from './arrange.ts'
import type { Staged } from './support/file-import.ts'
import { confirm, countsOf, importLines, preview, revert, standing } from './support/file-import.ts'

let arranged: Arranged
beforeAll(async () => {
  arranged = await arrange()
})
afterAll(() => arranged.end())

const iban = 'BE68539007547034'
const other = 'NL91ABNA0417164300'

const anAccount = () => aLinkedAccount(arranged.pool)

describe('in slices of few lines', () => {
  const day = fc.constantFrom('2026-03-02', '2026-03-03', '2026-03-04', '2026-03-09')
  const fact = fc.record({
    amount: fc.constantFrom('1.00', '2.00', '-3.50'),
    bookedOn: day,
    text: fc.constantFrom('a', 'b'),
    counterpartyAccount: fc.constantFrom(iban, other),
  })
  const month = fc.array(fact, { minLength: 1, maxLength: 7 })

  test('a file finds what it finds at once, and an import does the same', async () => {
    await fc.assert(
      fc.asyncProperty(month, month, month, async (fed, before, lines) => {
        const outcomes = []
        for (const max of [2, 1_000]) {
          const account = await anAccount()
          await account.store(
            fed.map((line, index) => aLine({ ...line, lineKey: `ponto:${index}` })),
          )
          await importLines(account, before, { source: 'coda', max })
          const statements = [lines.slice(0, 3), lines.slice(3)]
          const file = await preview(account, { statements, source: 'camt053', max })
          const previewed = await countsOf(account, file)
          const done = await confirm(account, file, max)
          const pairs = await account.within((tx) =>
            listPossibleDuplicates(tx, account.accountId, 100),
          )
          const shown = (await account.feed()).map(({ seq, line }) => [seq, line.text, line.amount])
          const kept = await revert(account, file, max)
          outcomes.push({
            previewed,
            done,
            shown,
            pairs: pairs
              .map(({ lineKey, otherKey }) =>
                [lineKey, otherKey].join(' ').replaceAll(file.importId, ''),
              )
              .toSorted(),
            kept: [kept.linesRemoved, kept.keptByImport, kept.keptByConnection],
            left: (await standing(account)).toSorted(),
          })
        }
        expect(outcomes[0]).toEqual(outcomes[1])
      }),
      { numRuns: 8 },
    )
  })

  test('a reference of the bank that stands twice in a file names nothing, wherever it stands', async () => {
    const account = await anAccount()
    const twice = [
      { bankReference: 'FEE', text: 'one' },
      { bankReference: 'FEE', text: 'two', bookedOn: '2026-04-02' },
    ]
    await importLines(account, twice, { source: 'ofx', max: 1 })
    const others = twice.map((line) => ({ ...line, text: `no ${line.text}` }))
    expect(await importLines(account, others, { source: 'ofx', max: 1 })).toMatchObject({
      added: 2,
    })
  })

  test('a line that was corrected to another day and amount is taken for one line of the file only', async () => {
    const account = await anAccount()
    await importLines(account, [{ text: 'moved' }], { source: 'coda' })
    const line = aLine({ text: 'moved' })
    await account.store([line])
    await account.store([{ ...line, amount: '-13.00', bookedOn: '2026-03-12' }])
    const file = [
      { text: 'moved' },
      { amount: '77.00', bookedOn: '2026-03-11' },
      { text: 'elsewhere', amount: '-13.00', bookedOn: '2026-03-14' },
    ]
    for (const max of [1, 1_000]) {
      const staged = await preview(account, { statements: [file], source: 'camt053', max })
      expect(await countsOf(account, staged)).toEqual({ alreadyPresent: 1, possibleDuplicates: 0 })
    }
  })
})

describe('an import after its preview', () => {
  /** How often lines were compared while a file was confirmed. */
  const comparisonsOf = async (account: Linked, file: Staged): Promise<number> => {
    let compared = 0
    const run: Run = (work) =>
      account.within(async (tx) => {
        const result = await work(tx)
        const { rows } = await tx.query(sql.unsafe`
          SELECT FROM import_account WHERE import_id = ${file.importId} AND step IS NOT NULL`)
        compared += rows.length
        return result
      })
    await account.within((tx) => importStates.beginImport(tx, file.importId, crypto.randomUUID()))
    const { importId, accountId, source } = file
    const progress = () => undefined
    await addStatement({ run, progress, max: 1 }, { importId, accountId, source, statement: 1 })
    return compared
  }

  test('compares nothing again while the account is as it was', async () => {
    const account = await anAccount()
    await account.store([aLine()])
    const file = await preview(account, { statements: [[{}, { amount: '9.00' }]] })
    expect(await comparisonsOf(account, file)).toBe(0)
    expect(await standing(account)).toHaveLength(2)
  })

  test('compares again what the account has gained since', async () => {
    const account = await anAccount()
    const file = await preview(account, { statements: [[{}, { amount: '9.00' }]] })
    await account.store([aLine()])
    expect(await comparisonsOf(account, file)).toBeGreaterThan(0)
    expect(await standing(account)).toHaveLength(2)
  })

  test('holds an account that never rests, and adds nothing twice', async () => {
    const account = await anAccount()
    const statements = [[{}, { amount: '9.00' }, { amount: '8.00' }]]
    const file = await preview(account, { statements })
    await account.within((tx) => importStates.beginImport(tx, file.importId, crypto.randomUUID()))
    let stored = 0
    const run: Run = async (work) => {
      // a page comes between any two transactions
      stored += 1
      if (stored < 100) await account.store([aLine({ amount: `${stored}.77` })])
      if (stored === 30) await account.store([aLine({ amount: '8.00' })])
      return account.within(work)
    }
    const { importId, accountId, source } = file
    const progress = () => undefined
    const added = await addStatement(
      { run, progress, max: 1 },
      { importId, accountId, source, statement: 1 },
    )
    expect(added).toMatchObject({ isDone: true })
    const amounts = (await account.feed()).map(({ line }) => line.amount)
    for (const amount of ['-12.50', '9.00', '8.00'])
      expect(amounts.filter((shown) => Number(shown) === Number(amount))).toHaveLength(1)
  })

  test('that broke off while it compared goes on where it ended', async () => {
    const account = await anAccount()
    const lines = ['1.00', '2.00', '3.00', '4.00'].map((amount) => ({ amount }))
    const file = await preview(account, { statements: [lines] })
    await account.store(lines.map(({ amount }) => aLine({ amount })))
    await account.within((tx) => importStates.beginImport(tx, file.importId, crypto.randomUUID()))
    const { importId, accountId, source } = file
    const statement = { importId, accountId, source, statement: 1 }
    const attemptOf = async (slicesMax: number): Promise<number> => {
      let slices = 0
      const progress = () => {
        slices += 1
        if (slices > slicesMax) throw new Error('killed')
      }
      await addStatement({ run: account.within, progress, max: 1 }, statement).catch(() => null)
      return slices
    }
    // far fewer than a comparison has steps and slices, so that one that begins anew would never end
    let attempts = 0
    const isOpen = async () =>
      (await account.within((tx) => staging.listOpen(tx, importId))).length > 0
    while ((await isOpen()) && attempts < 40) {
      await attemptOf(5)
      attempts += 1
    }
    expect(attempts).toBeGreaterThan(1)
    expect(attempts).toBeLessThan(40)
    expect(await standing(account)).toHaveLength(4)
  })
})
