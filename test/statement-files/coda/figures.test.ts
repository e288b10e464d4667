import { expect, test } from 'vitest'
import {
  header,
  iban,
  movement,
  newBalance,
  oldBalance,
  parse,
  parseOne,
  problemsOf,
  statementOf,
  trailer,
} from './records.ts'

const good = statementOf([movement('00010000', 2_550), movement('00020000', -525)])

const accountOf = (structure: string, field: string) =>
  parseOne(
    good
      .with(1, oldBalance(10_000, [2, structure], [6, field.padEnd(37)]))
      .with(4, newBalance(12_025, [5, field.padEnd(37)])),
  )

test.each([
  ['0', '539007547034 EUR0BE', iban],
  ['1', '12-345 678'.padEnd(34) + 'EUR', '12-345 678'],
  ['2', 'BE68539007547034'.padEnd(34) + 'EUR', iban],
  ['3', 'FR1420041010050500013M02606'.padEnd(34) + 'EUR', 'FR1420041010050500013M02606'],
])('an account of structure %s is read', (structure, field, number) => {
  const { account, currency, problems } = accountOf(structure, field)
  expect([account?.number, currency, problems]).toEqual([number, 'EUR', []])
})

test.each([
  ['0', '539007547035 EUR0BE', 'error malformed 2:6-42'],
  ['0', '53900754703X EUR0BE', 'error malformed 2:6-42'],
  ['1', ' '.repeat(34) + 'EUR', 'error malformed 2:6-42'],
  ['2', 'BE68539007547035'.padEnd(34) + 'EUR', 'error malformed 2:6-42'],
  ['3', 'FR1420041010050500013M02607'.padEnd(34) + 'EUR', 'error malformed 2:6-42'],
  ['4', 'BE68539007547034'.padEnd(34) + 'EUR', 'error malformed 2:2-2'],
])('an account of structure %s that cannot be one is refused: %s', (structure, field, told) => {
  expect(problemsOf(accountOf(structure, field))).toEqual([told])
})

test('a currency that does not exist is refused at its place', () => {
  const statement = accountOf('2', iban.padEnd(34) + 'EUX')
  expect(problemsOf(statement)).toEqual(['error unknown_currency 2:6-42'])
})

test('a currency without decimals keeps none, one with three keeps three', () => {
  const yen = statementOf([movement('00010000', 2_500)]).map((text) => text.replace('EUR', 'JPY'))
  expect(parseOne(yen)).toMatchObject({ lines: [{ amount: '25' }], problems: [] })
  const dinars = accountOf('2', iban.padEnd(34) + 'KWD')
  expect(dinars.lines.map(({ amount }) => amount)).toEqual(['25.500', '-5.250'])
  expect(dinars.checkpoints.map(({ amount }) => amount)).toEqual(['100.000', '120.250'])
})

test('a new balance of another account warns, one in another currency is refused', () => {
  const other = good.with(4, newBalance(12_025, [5, 'BE43966258584001']))
  expect(problemsOf(parseOne(other))).toEqual(['warning malformed 5:5-41'])
  const none = good.with(4, newBalance(12_025, [5, ' '.repeat(37)]))
  expect(problemsOf(parseOne(none))).toEqual(['warning malformed 5:5-41'])
  const foreign = good.with(4, newBalance(12_025, [39, 'USD']))
  expect(problemsOf(parseOne(foreign))).toEqual(['error currency_mismatch 5:5-41'])
})

test.each([
  ['sign of the old balance', good.with(1, oldBalance(10_000, [43, '2'])), 'malformed 2:43-43'],
  ['old balance', good.with(1, oldBalance(10_000, [50, 'A'])), 'bad_amount 2:44-58'],
  ['date of the old balance', good.with(1, oldBalance(10_000, [59, '310224'])), 'bad_date 2:59-64'],
  ['date of the file', good.with(0, header([6, '320124'])), 'bad_date 1:6-11'],
  ['sequence', good.with(2, movement('0A010000', 2_550)), 'malformed 3:3-6'],
  ['detail', good.with(2, movement('00010 00', 2_550)), 'malformed 3:7-10'],
  ['sign of a movement', good.with(2, movement('00010000', 2_550, [32, ' '])), 'malformed 3:32-32'],
  [
    'amount of a movement',
    good.with(2, movement('00010000', 2_550, [40, '.'])),
    'bad_amount 3:33-47',
  ],
  ['value date', good.with(2, movement('00010000', 2_550, [48, '290223'])), 'bad_date 3:48-53'],
  [
    'booking date',
    good.with(2, movement('00010000', 2_550, [116, '000000'])),
    'bad_date 3:116-121',
  ],
  ['sign of the new balance', good.with(4, newBalance(12_025, [42, 'D'])), 'malformed 5:42-42'],
  ['new balance', good.with(4, newBalance(12_025, [57, ' '])), 'bad_amount 5:43-57'],
  ['date of the new balance', good.with(4, newBalance(12_025, [58, '      '])), 'bad_date 5:58-63'],
  [
    'records of the trailer',
    good.with(5, trailer({ records: 5, debit: 525, credit: 2_550 })),
    'control_total_mismatch 6:17-22',
  ],
  [
    'debit of the trailer',
    good.with(5, trailer({ records: 4, debit: 526, credit: 2_550 })),
    'control_total_mismatch 6:23-37',
  ],
  [
    'credit of the trailer',
    good.with(5, trailer({ records: 4, debit: 525, credit: 2_551 })),
    'control_total_mismatch 6:38-52',
  ],
  [
    'digits of the trailer',
    good.with(5, trailer({ records: 4, debit: 525, credit: 2_550 }, [40, 'x'])),
    'bad_amount 6:38-52',
  ],
])('a wrong %s is refused at its place', (_, records, told) => {
  expect(problemsOf(parseOne(records))).toContain(`error ${told}`)
})

test('a later statement of a file that is no statement by its header is refused', () => {
  const { statements } = parse([...good, ...good.with(0, header([15, '06']))])
  expect(statements.map(problemsOf)).toEqual([[], ['error malformed 7:15-16']])
})

test.each(['000000', '      '])('a value date of "%s" is unknown', (written) => {
  const statement = parseOne(good.with(2, movement('00010000', 2_550, [48, written])))
  expect(statement.problems).toEqual([])
  expect(statement.lines[0]).not.toHaveProperty('valueOn')
  expect(statement.lines[0]?.bookedOn).toBe('2024-01-31')
})

test.each([
  ['of the file', good.with(0, header([6, '000000'])), '1:6-11'],
  ['of the old balance', good.with(1, oldBalance(10_000, [59, '000000'])), '2:59-64'],
  ['of the new balance', good.with(4, newBalance(12_025, [58, '000000'])), '5:58-63'],
])('a date %s of zeros is unknown: it warns, for no line depends on it', (_, records, place) => {
  expect(problemsOf(parseOne(records))).toEqual([`warning bad_date ${place}`])
})

test('a line that cannot be booked on a day is still shown', () => {
  const statement = parseOne(good.with(2, movement('00010000', 2_550, [116, '310224'])))
  expect(statement.lines.map(({ bookedOn, amount }) => [bookedOn, amount])).toEqual([
    [null, '25.50'],
    ['2024-01-31', '-5.25'],
  ])
})

test('digits behind the cents refuse the statement where they are not zero', () => {
  const statement = parseOne(good.with(2, movement('00010000', 2_550, [47, '3'])))
  expect(problemsOf(statement)).toContain('error bad_amount 3')
  expect(statement.lines[0]?.amount).toBe('25.503')
})

test('amounts beyond what a number holds exactly are added exactly', () => {
  const most = 99_999_999_999_999
  const records = statementOf([movement('00010000', most), movement('00020000', -most)])
  const statement = parseOne(records)
  expect(statement.problems).toEqual([])
  expect(statement.sumIn).toBe('999999999999.99')
})

test('two digits of a year mean the next year at most', () => {
  const on = (year: string) =>
    parseOne(good.with(2, movement('00010000', 2_550, [116, `0101${year}`]))).lines[0]?.bookedOn
  expect([on('27'), on('28'), on('99')]).toEqual(['2027-01-01', '1928-01-01', '1999-01-01'])
})

const dayLater = (opening: number, closing: number, number: string) => [
  header(),
  oldBalance(opening, [59, '310124'], [126, number]),
  movement('00010000', closing - opening),
  newBalance(closing, [58, '010224']),
  trailer({ records: 3, debit: 0, credit: closing - opening }),
]

test('statements of one account that follow each other have no gap', () => {
  const { statements } = parse([...good, ...dayLater(12_025, 13_000, '002')])
  expect(statements.flatMap(problemsOf)).toEqual([])
})

test('a hole between the balances of two statements of one account warns with its balances and numbers', () => {
  const { statements } = parse([...good, ...dayLater(12_000, 13_000, '002')])
  expect(statements.map(problemsOf)).toEqual([[], ['warning statement_gap 8']])
  expect(statements[1]?.problems[0]?.params).toEqual({
    reason: 'balance',
    from: '2024-01-31',
    to: '2024-01-31',
    closedWith: '120.25',
    openedWith: '120.00',
    gap: '-0.25',
    fromNumber: '001',
    toNumber: '002',
  })
})

test('a number left out warns, a new count does not', () => {
  const numbered = (number: string) =>
    parse([...good, ...dayLater(12_025, 13_000, number)]).statements.flatMap(problemsOf)
  expect([numbered('003'), numbered('001'), numbered('000')]).toEqual([
    ['warning statement_gap 8'],
    [],
    [],
  ])
})

test('the newest statement may stand first, and the same one twice', () => {
  const newest = dayLater(12_025, 13_000, '002')
  expect(parse([...newest, ...good]).statements.flatMap(problemsOf)).toEqual([])
  expect(parse([...good, ...good]).statements.flatMap(problemsOf)).toEqual([])
})

test('statements of different accounts have nothing to do with each other', () => {
  const other = dayLater(50_000, 60_000, '007').map((text, index) => {
    if (index === 1) return text.replace(iban, 'BE43966258584001')
    return index === 3 ? text.replace(iban, 'BE43966258584001') : text
  })
  expect(parse([...good, ...other]).statements.flatMap(problemsOf)).toEqual([])
})

test('a part of the movements with balances of zero is no link of the chain', () => {
  const part = statementOf([movement('00010000', 100)])
    .with(0, header([84, '05030']))
    .with(1, oldBalance(0))
    .with(3, newBalance(0))
  const { statements } = parse([...good, ...part, ...dayLater(12_025, 13_000, '002')])
  expect(statements.map(problemsOf)).toEqual([
    [],
    ['error partial_statement 7:84-88', 'error balance_mismatch 10:43-57'],
    [],
  ])
})
