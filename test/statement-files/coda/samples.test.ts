import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseStatementFile } from '../../../statement-files/collect.ts'
import { isImportable } from '../../../statement-files/problem.ts'
import { problemsOf } from './records.ts'

const folder = new URL('../../fixtures/statement-files/coda/', import.meta.url)
const bytesOf = (name: string) => readFileSync(new URL(`synthetic__${name}.cod`, folder))
const parseSample = (bytes: Uint8Array) => parseStatementFile(bytes, { today: '2026-11-21' })

const figuresOf = (name: string) =>
  parseSample(bytesOf(name)).statements.map(({ account, checkpoints, lineCount, sum }) => ({
    account: account?.number,
    balances: checkpoints.map(({ amount }) => amount),
    lineCount,
    sum,
  }))

const acme = {
  account: 'BE68539007547034',
  balances: ['100.00', '120.25'],
  lineCount: 2,
  sum: '20.25',
}

test.each(['ok_latin1', 'ok_utf8', 'ok_cp850', 'ok_trimmed_no_eol', 'duplicate_flag'])(
  'the same statement is read whatever its characters and line ends: %s',
  (name) => {
    expect(figuresOf(name)).toEqual([acme])
    const [statement] = parseSample(bytesOf(name)).statements
    expect(
      statement?.lines.map(({ amount, text, reference }) => [amount, text, reference]),
    ).toEqual([
      ['25.50', '', '240283842818'],
      ['-5.25', 'CAFÉ À BRUXELLES', undefined],
    ])
    expect(isImportable(statement?.problems ?? [])).toBe(true)
  },
)

test('a statement that the bank marks as a duplicate is read, and says so', () => {
  const [statement] = parseSample(bytesOf('duplicate_flag')).statements
  expect(statement?.isBankDuplicate).toBe(true)
  expect(statement?.problems.map(({ code }) => code)).toContain('bank_duplicate')
})

test('several statements in one file are judged one by one', () => {
  expect(figuresOf('two_accounts')).toEqual([
    acme,
    { account: 'BE43966258584001', balances: ['0.00', '1.00'], lineCount: 1, sum: '1.00' },
  ])
})

test('a statement without movements is valid', () => {
  const [statement] = parseSample(bytesOf('empty_statement')).statements
  expect(statement?.lineCount).toBe(0)
  expect(problemsOf(statement!)).toEqual(['notice nothing_to_import'])
})

test('the payments of a total are its details, not lines', () => {
  const [statement] = parseSample(bytesOf('globalisation')).statements
  expect(statement?.problems).toEqual([])
  expect(statement?.lines.map(({ amount, text, details }) => ({ amount, text, details }))).toEqual([
    {
      amount: '-30.00',
      text: '',
      details: [
        { amount: '-10.00', currency: 'EUR', text: 'WAGE 1' },
        { amount: '-20.00', currency: 'EUR', text: 'WAGE 2' },
      ],
    },
  ])
})

test.each([
  ['bad_balance', 'error balance_mismatch 5:43-57', acme.lineCount],
  ['bad_trailer_sum', 'error control_total_mismatch 6:38-52', 2],
  ['bad_date', 'error bad_date 3:48-53', 2],
  ['truncated', 'error truncated 4', 2],
  ['separate_application', 'error partial_statement 1:84-88', 1],
])('a faulty statement is refused at its place and still shown: %s', (name, told, lineCount) => {
  const [statement] = parseSample(bytesOf(name)).statements
  expect(problemsOf(statement!)).toContain(told)
  expect(statement?.lineCount).toBe(lineCount)
})

/** A file that nobody may import, or one that still says what it said. */
const isRefusedOrTheSame = (bytes: Uint8Array): boolean => {
  const { format, statements, problems } = parseSample(bytes)
  // no longer CODA by its first characters: for others to refuse
  if (format !== 'coda') return true
  const [statement] = statements
  if (statement === undefined) return problems.length > 0
  if (!isImportable([...problems, ...statement.problems])) return true
  return statement.lineCount === acme.lineCount && statement.sum === acme.sum
}

test('a file cut anywhere is refused, or nothing of its figures is missing', () => {
  const bytes = bytesOf('ok_latin1')
  for (let end = 0; end < bytes.length; end += 1)
    expect(isRefusedOrTheSame(bytes.subarray(0, end)), `cut at ${end}`).toBe(true)
})

test('a file with one changed character is refused, or has the same figures', () => {
  const original = bytesOf('ok_latin1')
  for (let at = 0; at < original.length; at += 1)
    for (const value of [0x30, 0x31, 0x20, 0x39, 0x4d, 0x0a, 0xff]) {
      const bytes = Uint8Array.from(original)
      bytes[at] = value
      expect(isRefusedOrTheSame(bytes), `byte ${at} as ${value}`).toBe(true)
    }
})
