import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Bank } from '../../sandbox/bank.ts'
import { balanceOf, openBank } from '../../sandbox/bank.ts'
import { sides } from '../../sandbox/sides.ts'
import { loadStatements } from '../../sandbox/camt053/load.ts'
import { CamtProblem } from '../../sandbox/camt053/problem.ts'
import type { CamtStatement } from '../../sandbox/camt053/statement.ts'
import { differenceOf, readCamt053, sumOf } from '../../sandbox/camt053/statement.ts'
import { negated, sumDecimals } from '../../sandbox/decimal.ts'
import { hasReference, referenceFolder } from './reference.ts'

interface Expected {
  account: string
  opening: string
  closing: string
  lines: string
  sum: string
  firstOn: string
  note: string
}

const listExpected = (folder: string): Map<string, Expected[]> => {
  const rows = readFileSync(join(folder, 'samples/EXPECTED.tsv'), 'utf8')
    .split('\n')
    .filter((row) => row.startsWith('camt053/'))
    .map((row) => row.split('\t'))
  const expected = rows.map((cells) => ({
    file: cells[0]!,
    account: cells[1]!,
    opening: cells[3]!,
    closing: cells[4]!,
    lines: cells[5]!,
    sum: cells[6]!,
    firstOn: cells[7]!,
    note: cells[9] ?? '',
  }))
  return Map.groupBy(expected, ({ file }) => file)
}

const plain = (amount: string | null): string =>
  sumDecimals([amount ?? '0']).replace(/(\.\d*?)0+$/, '$1')

const compare = (statement: CamtStatement, expected: Expected): void => {
  expect(statement.reference).toBe(expected.account.replaceAll(' ', ''))
  if (expected.opening !== '') expect(plain(statement.opening)).toBe(plain(expected.opening))
  if (expected.closing !== '') expect(plain(statement.closing)).toBe(plain(expected.closing))
  expect(statement.booked).toHaveLength(Number(expected.lines))
  if (expected.sum !== '') expect(plain(sumOf(statement))).toBe(plain(expected.sum))
  if (expected.firstOn !== '') expect(statement.booked[0]?.bookedOn).toBe(expected.firstOn)
}

const loadInto = (statements: CamtStatement[]): Bank => {
  const bank = openBank({ sides }, 'bank', {})
  loadStatements(statements, { bank, into: null, nowMs: Date.parse('2027-01-01') })
  return bank
}

/** Does not add up, or has an entry in a foreign currency. */
const isUnusable = (statement: CamtStatement): boolean =>
  !/^-?[0.]+$/.test(differenceOf(statement) ?? '0') ||
  statement.booked.some(({ currency }) => currency !== statement.currency)

const isRejected = (rows: Expected[]): boolean =>
  rows.every(({ lines, note }) => lines === '' || note.includes('must be rejected'))

const folder = referenceFolder

describe.runIf(hasReference('statement files of other projects'))(
  'statement files of other projects',
  () => {
    const expectedByFile = folder === '' ? new Map<string, Expected[]>() : listExpected(folder)

    test('every file of the corpus has an expectation', () => {
      const files = readdirSync(join(folder, 'samples/camt053'))
      for (const file of files) expect(expectedByFile.has(`camt053/${file}`), file).toBe(true)
    })

    const cases = [...expectedByFile].map(([file, rows]) => ({ file, rows }))
    const read = (file: string) => readCamt053(readFileSync(join(folder, 'samples', file)))

    test.each(cases.filter(({ rows }) => isRejected(rows)))(
      '$file is refused with a reason',
      ({ file }) => {
        expect(() => read(file)).toThrow(CamtProblem)
      },
    )

    test.each(cases.filter(({ rows }) => !isRejected(rows)))(
      '$file gives the expected statements',
      ({ file, rows }) => {
        const statements = read(file)
        expect(statements).toHaveLength(rows.length)
        for (const [index, statement] of statements.entries()) compare(statement, rows[index]!)
      },
    )

    test('a file that does not add up is refused when it is loaded, and changes nothing', () => {
      const bank = openBank({ sides }, 'bank', {})
      const statements = readCamt053(
        readFileSync(join(folder, 'samples/camt053/synthetic__unbalanced.xml')),
      )
      const load = () => loadStatements(statements, { bank, into: null, nowMs: 0 })
      expect(load).toThrow('by 1.00')
      expect(bank.accounts.size).toBe(0)
    })

    test('the balance of every loaded account is its opening plus its lines', () => {
      for (const [file, rows] of expectedByFile) {
        if (isRejected(rows)) continue
        const statements = readCamt053(readFileSync(join(folder, 'samples', file)))
        if (statements.some(isUnusable)) {
          expect(() => loadInto(statements), file).toThrow(CamtProblem)
          continue
        }
        for (const account of loadInto(statements).accounts.values()) {
          const last = statements.findLast(({ reference }) => reference === account.reference)
          const all = [account.opening, ...account.booked.all().map(({ amount }) => amount)]
          expect(balanceOf(account), file).toBe(sumDecimals(all))
          if (last?.closing != null)
            expect(plain(balanceOf(account)), file).toBe(plain(last.closing))
        }
      }
    })

    test('three months of one account chain without a gap', () => {
      const bank = openBank({ sides }, 'bank', {})
      const load = (file: string) =>
        loadStatements(readCamt053(readFileSync(join(folder, 'samples/camt053', file))), {
          bank,
          into: null,
          nowMs: Date.parse('2027-01-01'),
        })
      load('subite__BE68793230773034-202412.xml')
      const [account] = [...bank.accounts.values()]
      expect(account!.booked.size).toBe(264)
      expect(account!.booked.sum()).toBe('-45574.01')
      expect(balanceOf(account!)).toBe('41965.11')
      const again = load('subite__BE68793230773034-202412.xml')
      expect(again.accounts[0]).toMatchObject({ added: 0, skipped: 264, balance: '41965.11' })
      load('subite__account_statement-3.xml')
      expect(balanceOf(account!)).toBe('41965.11')
      expect(sumDecimals([balanceOf(account!), negated(account!.booked.sum())])).toBe(
        account!.opening,
      )
    })
  },
)
