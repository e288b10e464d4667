import { expect, test } from 'vitest'
import { createReport } from '../../../statement-files/report.ts'
import { openCamt053 } from '../../../statement-files/camt053/parser.ts'
import { isImportable } from '../../../statement-files/problem.ts'
import {
  account,
  amount,
  codesOf,
  documentOf,
  entry,
  fixture,
  parse,
  statement,
  tag,
} from './message.ts'

const isRefused = (bytes: Uint8Array): boolean => {
  const { problems, statements } = parse(bytes)
  return !isImportable(problems) || statements.length === 0
}

test('a document type is refused where it begins, before anything of it is read', () => {
  expect(parse(fixture('synthetic__billion_laughs.xml'))).toMatchObject({
    problems: [
      {
        code: 'forbidden_construct',
        params: { what: 'doctype' },
        position: { line: 2, column: 1 },
      },
    ],
    statements: [],
  })
  const outside = `\n<?xml version="1.0"?>\n<!-- x -->  <!DOCTYPE a SYSTEM "file:///etc/passwd">${documentOf('')}`
  expect(parse(outside).problems).toMatchObject([
    { code: 'forbidden_construct', position: { line: 3, column: 13 } },
  ])
})

test('a document type is found behind a long comment', () => {
  const text = `<!--${'<!DOCTYPE a>'.repeat(10_000)}--><!DOCTYPE a [${'<'.repeat(1_200_000)}`
  expect(parse(text).problems).toMatchObject([{ code: 'forbidden_construct' }])
})

test('entities that nobody declared are refused where they stand', () => {
  const text = documentOf(statement(entry({ more: tag('AddtlNtryInf', 'A &file; B') })))
  expect(parse(text).problems).toMatchObject([{ code: 'malformed', params: { reason: 'xml' } }])
})

test('a bare ampersand is told where it stands, not at the next semicolon', () => {
  const text = documentOf(statement(entry({ more: '\n<AddtlNtryInf>A & B\n; C</AddtlNtryInf>' })))
  expect(parse(text).problems).toMatchObject([
    { code: 'malformed', params: { reason: 'xml', text: '&' }, position: { line: 3, column: 17 } },
  ])
  expect(parse(text.slice(0, text.indexOf('; C'))).problems).toMatchObject([
    { code: 'malformed', position: { line: 3, column: 17 } },
  ])
})

test('ampersands in character data and comments are harmless', () => {
  const more = '<!-- A & B --><AddtlNtryInf><![CDATA[A & B &foo; C]]></AddtlNtryInf>'
  const { problems, statements } = parse(documentOf(statement(entry({ more }))))
  expect(problems).toEqual([])
  expect(statements[0]?.lines[0]?.text).toBe('A & B &foo; C')
})

test('a control character is refused where it stands', () => {
  const text = documentOf(statement(entry({ more: tag('AddtlNtryInf', 'A\u0001B') })))
  const { problems } = parse(text)
  const column = (text.split('\n')[1]?.indexOf('\u0001') ?? 0) + 1
  expect(problems).toMatchObject([{ code: 'malformed', position: { line: 2, column } }])
})

test('an amount that cannot be read is quoted with its line and column', () => {
  const text = documentOf(
    `\n<Stmt>\n<Ntry>\n  ${amount('12..34')}<CdtDbtInd>CRDT</CdtDbtInd></Ntry></Stmt>`,
  )
  expect(parse(text).statements[0]?.problems[0]).toMatchObject({
    code: 'bad_amount',
    params: { text: '12..34' },
    position: { line: 5, column: 18 },
  })
})

test('blank lines before the file are read over, and counted in every place that is told', () => {
  const text = documentOf(statement(entry({ amount: amount('x') })))
  const place = (of: string) => parse(of).statements[0]?.problems[0]?.position
  expect(place(`\r\n\n${text}`)).toEqual({ ...place(text), line: 4 })
})

test('a file that is cut anywhere is refused, with the place of its end', () => {
  const bytes = fixture('synthetic__pending.xml')
  for (let length = 1; length < bytes.length; length += 1) {
    const { problems } = parse(bytes.subarray(0, length))
    expect([length, problems[0]?.code]).toEqual([length, 'truncated'])
    expect(problems[0]?.position?.line).toBeGreaterThan(0)
  }
})

test('what was read of a file that is cut is shown, and cannot be imported', () => {
  const file = parse(fixture('synthetic__truncated.xml'))
  expect(file.problems).toMatchObject([
    {
      code: 'truncated',
      severity: 'error',
      params: { missing: '</Document>' },
      position: { line: 2, column: 738 },
    },
  ])
  expect(file.statements[0]).toMatchObject({
    account: { number: 'BE68539007547034' },
    currency: 'EUR',
    checkpoints: [{ amount: '0.00' }, { amount: '1.00' }],
  })
})

test('no change of a single byte changes what is imported in silence', () => {
  const bytes = fixture('synthetic__batch_amounts.xml')
  for (let index = 0; index < bytes.length; index += 1)
    for (const other of [0x00, 0x30, 0x3c, 0x61]) {
      const changed = Uint8Array.from(bytes)
      changed[index] = other
      if (isRefused(changed)) continue
      const [only] = parse(changed).statements
      const isSame = only?.sum === '30.00' && only.checkpoints.length === 2
      expect([index, other, isSame || only?.problems.length !== 0]).toEqual([index, other, true])
    }
})

test.each([
  ['nesting', '<a>'.repeat(100)],
  ['nesting', `${documentOf('').slice(0, -27)}${'<a>'.repeat(100)}`],
  [
    'attributes',
    `<a ${Array.from({ length: 500 }, (_, index) => `b${String(index)}="c"`).join(' ')}/>`,
  ],
  ['text', `<a>${'x'.repeat(1_200_000)}</a>`],
  ['text', `<a b="${'x'.repeat(1_200_000)}"/>`],
  ['text', `<!--${' '.repeat(1_200_000)}`],
  ['text', `<${'x'.repeat(1_200_000)}`],
  ['statements', documentOf('<Stmt/>'.repeat(20_001))],
  ['balances', documentOf(tag('Stmt', '<Bal/>'.repeat(10_001)))],
])('there is a limit to %s', (what, text) => {
  expect(parse(text).problems).toMatchObject([{ code: 'too_large', params: { what } }])
})

test('there is a limit to entries, booked or not', () => {
  const parser = openLimited()
  parser.write(documentOf('<Stmt>').replace(/<\/.*/, ''))
  for (let index = 0; index <= 500; index += 1) parser.write('<Ntry/>'.repeat(1_000))
  expect(parser.problem()).toMatchObject({ code: 'too_large', params: { what: 'lines' } })
})

const openLimited = () => {
  const report = createReport()
  const parser = openCamt053(report.output, { today: '2026-11-21' })
  return {
    write: parser.write,
    problem: () =>
      report.take().flatMap((part) => (part.kind === 'problem' ? [part.problem] : []))[0],
  }
}

test('names of built-in properties are elements and attributes like any other', () => {
  const inner = '<__proto__ constructor="1" __proto__="2"><toString/></__proto__>'
  const { problems, statements } = parse(documentOf(statement(inner + entry())))
  expect(problems).toEqual([])
  expect(statements.map(codesOf)).toEqual([[]])
})

test('however the text is cut into pieces, the same is read', () => {
  const text = documentOf(
    statement(entry({ more: tag('AddtlNtryInf', 'A &amp; B &#233;') }), account) +
      statement(entry({ amount: amount('x') })),
  )
  const whole = readPieces(text, text.length)
  for (const length of [1, 2, 3, 7, 64]) expect(readPieces(text, length)).toEqual(whole)
})

const readPieces = (text: string, length: number) => {
  const report = createReport()
  const parser = openCamt053(report.output, { today: '2026-11-21', rawLines: 2 })
  for (let from = 0; from < text.length; from += length)
    parser.write(text.slice(from, from + length))
  parser.end()
  return report.take()
}
