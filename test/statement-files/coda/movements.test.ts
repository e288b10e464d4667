import { expect, test } from 'vitest'
import { renderFileProblem } from '../../../locales/render.ts'
import { codaFile } from '../../../bench/statement-files/coda.ts'
import {
  information,
  lineOf,
  movement,
  parse,
  parseOne,
  problemsOf,
  second,
  statementOf,
  third,
} from './records.ts'

const numbered = (sequence: number, detail = 0): string =>
  String(sequence).padStart(4, '0') + String(detail).padStart(4, '0')

test('a line says whose money it is, by which code and where it stands', () => {
  const line = lineOf(
    movement(
      '00010000',
      2_550,
      [11, 'BANKREF1'.padEnd(21)],
      [48, '300124'],
      [63, 'HELLO'],
      [126, '1 0'],
    ),
    second('00010000', [64, 'E2E-17'], [99, 'KREDBEBBXXX'], [126, '1 0']),
    third('00010000', [11, 'BE43966258584001'], [45, 'EUR'], [48, 'JANE DOE']),
  )
  expect(line).toEqual({
    bookedOn: '2024-01-31',
    valueOn: '2024-01-30',
    amount: '25.50',
    currency: 'EUR',
    text: 'HELLO',
    counterparty: 'JANE DOE',
    counterpartyAccount: 'BE43966258584001',
    counterpartyBic: 'KREDBEBBXXX',
    endToEndId: 'E2E-17',
    bankReference: 'BANKREF1',
    typeCode: '00150000',
    position: { record: 3 },
  })
})

test.each([
  ['BE43966258584001'.padEnd(34) + 'EUR', 'BE43966258584001'],
  ['966258584001 EUR0BE', 'BE43966258584001'],
  ['966258584002 EUR0BE', '966258584002'],
  ['BE43 9662 5858 4001', 'BE43966258584001'],
  ['BE00123456789012 EUR', 'BE00123456789012'],
  ['12-3456 78', '12-3456 78'],
  ['000000000000', undefined],
  ['', undefined],
])('the account of a counterparty is read from "%s"', (written, number) => {
  const line = lineOf(
    movement('00010000', 100, [126, '1 0']),
    third('00010000', [11, written.padEnd(37)]),
  )
  expect(line.counterpartyAccount).toBe(number)
})

test('a customer reference that says that there is none is none, and that of a total is its batch', () => {
  const idOf = (typeCode: string, reference: string) =>
    lineOf(
      movement('00010000', 100, [54, typeCode], [126, '1 0']),
      second('00010000', [64, reference]),
    ).endToEndId
  expect([
    idOf('00150000', 'NOTPROVIDED'),
    idOf('00150000', 'NOT PROVIDED'),
    idOf('00150000', '0000000'),
    idOf('10107000', 'BATCH-1'),
    idOf('00150000', 'ID-1'),
  ]).toEqual([undefined, undefined, undefined, undefined, 'ID-1'])
})

test('why a payment came back stands in the text', () => {
  const line = lineOf(
    movement('00010000', 100, [63, 'RENT'], [126, '1 0']),
    second('00010000', [113, '2AC04']),
  )
  expect(line.text).toBe('RENT\nreturn AC04')
})

test('details explain their line and never count', () => {
  const statement = parseOne(
    statementOf([
      movement('00010000', -1_000, [54, '30437000'], [63, 'COSTS']),
      movement('00010001', -800, [63, 'FEE'], [128, '1']),
      information('31', '00010002', [40, '0'], [41, 'EXPLAINED']),
      movement('00010003', -200, [63, 'VAT']),
      movement('00020000', 500),
    ]),
  )
  expect(statement.problems).toEqual([])
  expect(statement.lines.map(({ amount, text, details }) => ({ amount, text, details }))).toEqual([
    {
      amount: '-10.00',
      text: 'COSTS',
      details: [
        { amount: '-8.00', currency: 'EUR', text: 'FEE\nEXPLAINED' },
        { amount: '-2.00', currency: 'EUR', text: 'VAT' },
      ],
    },
    { amount: '5.00', text: '', details: undefined },
  ])
})

test('a detail says to whom it went', () => {
  const { details } = lineOf(
    movement('00010000', -1_000),
    movement('00010001', -1_000, [62, '1101240283842818'], [126, '1 0']),
    second('00010001', [64, 'E2E-1'], [126, '1 0']),
    third('00010001', [11, 'BE43966258584001'], [48, 'JANE DOE']),
  )
  expect(details).toEqual([
    {
      amount: '-10.00',
      currency: 'EUR',
      counterparty: 'JANE DOE',
      counterpartyAccount: 'BE43966258584001',
      reference: '240283842818',
      endToEndId: 'E2E-1',
    },
  ])
})

test('a detail without its movement is refused, one of another movement warns', () => {
  expect(problemsOf(parseOne(statementOf([movement('00010001', -100)])))).toContain(
    'error malformed 3:3-6',
  )
  const other = statementOf([movement('00010000', -100), movement('00020001', -100)])
  expect(problemsOf(parseOne(other))).toEqual(['warning malformed 4:3-6'])
})

test('a number left out between movements warns', () => {
  const records = statementOf([movement('00010000', 100), movement('00030000', 100)])
  expect(problemsOf(parseOne(records))).toEqual(['warning statement_gap 4:3-6'])
})

test('records that belong to another movement than the one before them warn', () => {
  const records = [movement('00010000', 100, [126, '1 0']), second('00020000')]
  expect(problemsOf(parseOne(statementOf(records)))).toEqual(['warning malformed 4:3-6'])
})

test('after 9,999 movements the numbers start again and every line counts', () => {
  for (const first of [0, 1]) {
    const numbers = Array.from({ length: 10_005 }, (_, index) =>
      index < 9_999 ? index + 1 : index - 9_999 + first,
    )
    const statement = parseOne(
      statementOf(
        numbers.map((number, index) =>
          movement(numbered(number), 100, [11, `R${index}`.padEnd(21)]),
        ),
      ),
    )
    expect(statement.problems).toEqual([])
    expect([statement.lineCount, statement.sum]).toEqual([10_005, '10005.00'])
  }
})

test('after 9,999 details the numbers pass zero and no detail becomes a line', () => {
  const details = Array.from({ length: 10_002 }, (_, index) =>
    movement(numbered(1, (index + 1) % 10_000), -100),
  )
  const statement = parseOne(
    statementOf(
      [movement('00010000', -1_000_200), ...details, movement('00020000', 100)],
      (_, index) => index === 0 || index > details.length,
    ),
  )
  expect(statement.lines.map(({ amount }) => amount)).toEqual(['-10002.00', '1.00'])
  // a limit of ours, said once
  expect(problemsOf(statement)).toEqual(['warning too_large 10004'])
  expect(statement.lines[0]?.details).toHaveLength(10_000)
})

test('movements that all have the same number are lines each', () => {
  const records = statementOf([
    movement('00010000', 100, [11, 'A'.padEnd(21)]),
    movement('00010000', 100, [11, 'B'.padEnd(21)]),
  ])
  expect(parseOne(records).lineCount).toBe(2)
})

test.each(['00149000', '00199000'])('code %s is a correction by the bank', (typeCode) => {
  const statement = parseOne(statementOf([movement('00010000', 100, [54, typeCode])]))
  expect(problemsOf(statement)).toEqual(['warning correction 3:54-61'])
  const { code, params } = statement.problems[0]!
  expect(renderFileProblem('en', code, params)).toBe(
    'The bank corrects the line with reference "REF00010000".',
  )
})

test('a bank reference of zeros is none', () => {
  expect(lineOf(movement('00010000', 100, [11, '0'.repeat(21)]))).not.toHaveProperty(
    'bankReference',
  )
})

test.each([0, 1, 9, 12_000])('a written file with %i movements has no problem', (movements) => {
  const { statements, problems } = parse([...codaFile(movements)].join(''))
  expect(problems).toEqual([])
  expect(statements.flatMap(problemsOf)).toEqual(
    movements === 0 ? ['notice nothing_to_import'] : [],
  )
  expect(statements.reduce((sum, { lineCount }) => sum + lineCount, 0)).toBe(movements)
})
