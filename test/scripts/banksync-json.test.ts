import { expect, test } from 'vitest'
import type { FileReport } from '../../scripts/banksync/file-report.ts'
import { openJsonReport } from '../../scripts/banksync/json-report.ts'
import type { FilePart } from '../../statement-files/format.ts'
import type { ParsedLine } from '../../statement-files/parsed.ts'
import { problem } from '../../statement-files/problem.ts'

const aLine = (changed: Partial<ParsedLine> = {}): ParsedLine => ({
  bookedOn: '2026-03-02',
  amount: '-12.50',
  text: 'Coffee',
  position: { line: 3 },
  ...changed,
})

const lines = (statement: number, ...given: ParsedLine[]): FilePart => ({
  kind: 'lines',
  statement,
  lines: given,
})

const closed = (statement: number, number: string): FilePart => ({
  kind: 'statement',
  statement,
  summary: {
    account: { number },
    currency: 'EUR',
    checkpoints: [
      { kind: 'opening', amount: '100.00', origin: 'stated' },
      { kind: 'closing', amount: '87.50', origin: 'stated' },
    ],
    lineCount: 1,
    sum: '-12.50',
    sumIn: '0.00',
    sumOut: '-12.50',
    problems: [],
  },
})

const recognised: FilePart = { kind: 'recognised', format: 'coda', encoding: 'utf-8' }

const begin = (): FileReport => openJsonReport({ file: 'a.cod', language: 'en' })

const documentOf = (...parts: FilePart[]) => {
  const report = begin()
  const text = [recognised, ...parts].map((part) => report.add(part)).join('') + report.end()
  expect(text.endsWith('}\n')).toBe(true)
  return JSON.parse(text)
}

test('a document names file, format, encoding, its statements with account, balances and lines, and its problems', () => {
  const document = documentOf(lines(0, aLine()), closed(0, 'BE68539007547034'))
  expect(Object.keys(document).slice(0, 5)).toEqual([
    'file',
    'format',
    'encoding',
    'statements',
    'problems',
  ])
  const [statement] = document.statements
  expect(Object.keys(statement).slice(0, 6)).toEqual([
    'account',
    'currency',
    'opening',
    'closing',
    'lines',
    'problems',
  ])
  expect(statement).toMatchObject({
    account: 'BE68539007547034',
    currency: 'EUR',
    opening: '100.00',
    closing: '87.50',
    lineCount: 1,
    sum: '-12.50',
  })
  expect(statement.lines).toEqual([
    {
      bookedOn: '2026-03-02',
      valueOn: null,
      amount: '-12.50',
      currency: null,
      counterparty: null,
      counterpartyAccount: null,
      reference: null,
      text: 'Coffee',
      position: { line: 3 },
    },
  ])
})

test('statements whose lines come in turns stand in the order of the file, each with its own lines', () => {
  const document = documentOf(
    lines(0, aLine({ amount: '1.00' })),
    lines(1, aLine({ amount: '2.00' })),
    lines(0, aLine({ amount: '3.00' })),
    closed(1, 'BE2'),
    lines(0, aLine({ amount: '4.00' })),
    closed(0, 'BE1'),
  )
  const told = document.statements.map(({ account, lines: own }: typeof document) => [
    account,
    ...own.map(({ amount }: ParsedLine) => amount),
  ])
  expect(told).toEqual([
    ['BE1', '1.00', '3.00', '4.00'],
    ['BE2', '2.00'],
  ])
})

test('a large statement is written while it is read, and the document stays whole', () => {
  const report = begin()
  const long = aLine({ text: 'x'.repeat(10_000) })
  let text = report.add(recognised)
  for (const statement of [0, 1]) {
    let held = 0
    for (let count = 0; count < 600; count += 1) {
      const now = report.add(lines(statement, long))
      held = now === '' ? held + 1 : 0
      text += now
    }
    expect(held).toBeLessThan(500)
    text += report.add(closed(statement, `BE${statement}`))
  }
  const { statements } = JSON.parse(text + report.end())
  expect(
    statements.map(({ account, lines: own }: { account: string; lines: unknown[] }) => [
      account,
      own.length,
    ]),
  ).toEqual([
    ['BE0', 600],
    ['BE1', 600],
  ])
})

test('a small statement behind a large one tells its account and balances before its lines', () => {
  const report = begin()
  const long = aLine({ text: 'x'.repeat(10_000) })
  let text = report.add(recognised)
  for (let count = 0; count < 300; count += 1) text += report.add(lines(0, long))
  expect(text).not.toBe('')
  text += report.add(closed(0, 'BE0'))
  for (const small of [1, 2]) {
    text += report.add(lines(small, aLine()))
    text += report.add(closed(small, `BE${small}`))
  }
  const { statements } = JSON.parse(text + report.end())
  for (const statement of statements.slice(1))
    expect(Object.keys(statement).slice(0, 5)).toEqual([
      'account',
      'currency',
      'opening',
      'closing',
      'lines',
    ])
  expect(statements.length).toBe(3)
})

test('of two large statements that come in turns the later one waits until the first is whole', () => {
  const report = begin()
  const long = (amount: string) => aLine({ amount, text: 'x'.repeat(10_000) })
  let text = report.add(recognised)
  for (let count = 0; count < 300; count += 1) {
    text += report.add(lines(1, long('2.00')))
    text += report.add(lines(0, long('1.00')))
  }
  text += report.add(closed(1, 'BE2')) + report.add(closed(0, 'BE1'))
  const { statements } = JSON.parse(text + report.end())
  const told = statements.map((one: { account: string; lines: ParsedLine[] }) => [
    one.account,
    one.lines.length,
    ...new Set(one.lines.map(({ amount }) => amount)),
  ])
  expect(told).toEqual([
    ['BE1', 300, '1.00'],
    ['BE2', 300, '2.00'],
  ])
})

test('a problem carries its place and a sentence in the chosen language', () => {
  const told: FilePart = {
    kind: 'problem',
    problem: problem('bad_date', { text: '310226' }, { record: 4, from: 48, to: 53 }),
  }
  const sentences = (['en', 'fr', 'nl'] as const).map((language) => {
    const report = openJsonReport({ file: 'a.cod', language })
    report.add(told)
    const [shown] = JSON.parse(report.end()).problems
    expect(shown).toMatchObject({
      code: 'bad_date',
      severity: 'error',
      position: { record: 4, from: 48, to: 53 },
    })
    expect(shown.message).toContain('310226')
    return shown.message
  })
  expect(new Set(sentences).size).toBe(3)
})

test('a defect on the way leaves one whole document that names it', () => {
  const report = begin()
  report.add(recognised)
  report.add(lines(0, aLine()))
  const text = report.fail({ code: 'defect', message: 'A defect.' })
  expect(JSON.parse(text)).toMatchObject({
    file: 'a.cod',
    statements: [],
    problems: [{ code: 'defect', severity: 'error', message: 'A defect.' }],
  })
})
