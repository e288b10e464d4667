import { expect, test } from 'vitest'
import { createReport } from '../../../statement-files/report.ts'
import { openCoda } from '../../../statement-files/coda/parser.ts'
import {
  header,
  information,
  movement,
  newBalance,
  oldBalance,
  parse,
  parseOne,
  problemsOf,
  statementOf,
  second,
  third,
  trailer,
} from './records.ts'

const good = statementOf([movement('00010000', 2_550), movement('00020000', -525)])

test('a statement that agrees with itself has no problem', () => {
  const { statements, problems, format, formatVersion } = parse(good)
  expect({ format, formatVersion, problems }).toEqual({
    format: 'coda',
    formatVersion: '2',
    problems: [],
  })
  expect(statements[0]?.problems).toEqual([])
  expect(statements[0]).toMatchObject({
    account: {
      number: 'BE68539007547034',
      holder: 'ACME BV',
      bank: 'GKCCBEBB',
      type: 'CURRENT ACCOUNT',
    },
    currency: 'EUR',
    bankStatementId: '001',
    to: '2024-01-31',
    checkpoints: [
      { kind: 'opening', amount: '100.00', on: '2024-01-30', origin: 'stated' },
      { kind: 'closing', amount: '120.25', on: '2024-01-31', origin: 'stated' },
    ],
    sum: '20.25',
    sumIn: '25.50',
    sumOut: '-5.25',
  })
})

test.each(['1', '5'])('version %s is refused with the version that is wanted', (version) => {
  const { problems, statements } = parse([header([128, version]), ...good.slice(1)])
  expect(statements).toEqual([])
  expect(problems).toMatchObject([
    {
      code: 'unsupported_version',
      params: { format: 'CODA', version, wanted: '2' },
      position: { record: 1, from: 128, to: 128 },
    },
  ])
})

test('lines may end in any way, have blank lines between them and a mark of DOS at the end', () => {
  for (const text of [
    good.join('\n'),
    good.join('\r'),
    good.join('\r\n\r\n') + '\r\n\u001a',
    good.join('\n') + '\u001a\u001a',
    `\n\n${good.join('\n')}\n   \n`,
  ]) {
    const { statements, problems } = parse(text)
    expect([problems, statements[0]?.problems, statements[0]?.sum]).toEqual([[], [], '20.25'])
  }
})

test('a record may lack the blanks at its end', () => {
  const records = good.map((text, index) => {
    if (index === 0) return text
    return index === good.length - 1 ? text.slice(0, 52) : text.slice(0, 121).trimEnd()
  })
  expect(parseOne(records).problems).toEqual([])
})

test('files that were put together with their signs of the end are several statements', () => {
  const { statements, problems } = parse(`${good.join('\n')}\n\u001a${good.join('\n')}\n\u001a`)
  expect([problems, ...statements.map(problemsOf)]).toEqual([[], [], []])
})

test('a record that lacks what must be there is refused', () => {
  const records = good.with(2, good[2]!.slice(0, 100))
  expect(problemsOf(parseOne(records))).toContain('error malformed 3:101-121')
})

test('a record longer than 128 characters is refused', () => {
  const records = good.with(2, `${good[2]}0`)
  expect(problemsOf(parseOne(records))).toEqual(['error malformed 3:129-129'])
})

test('blanks behind the last character of a record say nothing', () => {
  expect(parseOne(good.map((text) => `${text} \t`)).problems).toEqual([])
})

test('a file may be blocks of 128 characters without any line end', () => {
  for (const text of [good.join(''), good.join('') + '\r\n', good.join('').slice(0, -70)]) {
    const { statements, problems } = parse(text)
    expect([problems, statements[0]?.problems, statements[0]?.sum]).toEqual([[], [], '20.25'])
  }
  const damaged = good.with(3, movement('00020000', -525, [40, 'x'])).join('')
  expect(problemsOf(parse(damaged).statements[0]!)).toContain('error bad_amount 4:33-47')
})

test('a line end that was lost between two records is refused, not mended', () => {
  const [zero, one, ...rest] = good
  expect(problemsOf(parseOne([`${zero}${one}`, ...rest]))).toContain('error malformed 1:129-256')
  expect(problemsOf(parseOne([...good.slice(0, 2), good.slice(2).join('')]))).toContain(
    'error malformed 3:129-512',
  )
})

test('a letter that takes two places in memory is one character', () => {
  const text = good[3]!.slice(0, 62) + '𝒜' + good[3]!.slice(63)
  expect(parseOne(good.with(3, text)).problems).toEqual([])
})

test('a wrapped record is refused with its number', () => {
  const wrapped = good.flatMap((text, index) =>
    index === 2 ? [text.slice(0, 80), text.slice(80)] : [text],
  )
  expect(problemsOf(parseOne(wrapped))).toEqual(
    expect.arrayContaining(['error malformed 3:81-121', 'error malformed 4:1-2']),
  )
})

test('a record of an unknown kind is refused', () => {
  expect(problemsOf(parseOne(good.toSpliced(3, 0, '7'.padEnd(128))))).toEqual([
    'error malformed 4:1-2',
  ])
})

test.each([
  ['a second old balance', good.toSpliced(2, 0, oldBalance(10_000)), 'error malformed 3:1-1'],
  [
    'a movement behind the new balance',
    good.with(4, good[3]!).with(3, good[4]!),
    'error malformed 5:1-2',
  ],
  [
    'a record 23 before 22',
    good.toSpliced(3, 0, third('00010000'), second('00010000')),
    'error malformed 5:1-2',
  ],
  [
    'a record 32 without 31',
    good.toSpliced(3, 0, information('32', '00010001')),
    'error malformed 4:1-2',
  ],
  [
    'a movement before the old balance',
    good.with(1, good[2]!).with(2, good[1]!),
    'error malformed 2:1-2',
  ],
])('order is wanted: %s', (_, records, told) => {
  expect(problemsOf(parseOne(records))).toContain(told)
})

test('what stands outside a statement refuses the file', () => {
  const { problems, statements } = parse([...good, good[2]!])
  expect(problemsOf({ problems })).toEqual(['error malformed 7:1-2'])
  expect(statements[0]?.problems).toEqual([])
})

test('a statement without new balance although something was booked is truncated', () => {
  const records = good.toSpliced(4, 1).with(4, trailer({ records: 3, debit: 525, credit: 2_550 }))
  expect(problemsOf(parseOne(records))).toEqual(['error truncated 5'])
})

test('a statement that the next one interrupts is truncated, the next one is whole', () => {
  const { statements } = parse([...good.slice(0, 4), ...good])
  expect(statements.map(problemsOf)).toEqual([['error truncated 4'], []])
})

test('a file that ends although its last record promises another statement warns', () => {
  const { problems } = parse(
    good.with(5, trailer({ records: 4, debit: 525, credit: 2_550 }, [128, '1'])),
  )
  expect(problemsOf({ problems })).toEqual(['warning truncated 6:128-128'])
})

test('free messages of the bank stand behind the new balance', () => {
  const records = good
    .with(4, newBalance(12_025, [128, '1']))
    .toSpliced(5, 0, '4 00010000'.padEnd(32) + 'Message'.padEnd(95) + '0')
  expect(parseOne(records).problems).toEqual([])
})

test('a code that announces something else than what follows warns', () => {
  const records = [movement('00010000', 100, [126, '1']), movement('00020000', 100, [128, '1'])]
  expect(problemsOf(parseOne(statementOf(records)))).toEqual([
    'warning malformed 3:126-126',
    'warning malformed 4:128-128',
  ])
})

test('text may arrive in pieces of any length', () => {
  const text = good.join('\r\n')
  for (const length of [1, 2, 127, 128, 129, 131]) {
    const { output, take, finish } = createReport()
    const parser = openCoda(output, { today: '2026-11-21' })
    for (let from = 0; from < text.length; from += length)
      parser.write(text.slice(from, from + length))
    parser.end()
    finish()
    const parts = take()
    expect(parts.find((part) => part.kind === 'statement')).toMatchObject({
      summary: { lineCount: 2, sum: '20.25', problems: [] },
    })
  }
})

test('the records of the first movements are kept as written where they are asked for', () => {
  const records = statementOf([
    movement('00010000', 100, [126, '1']),
    second('00010000'),
    movement('00020000', 100),
  ])
  expect(parseOne(records, 1).lines.map(({ raw }) => raw)).toEqual([
    `${records[2]}\n${records[3]}`,
    undefined,
  ])
})
