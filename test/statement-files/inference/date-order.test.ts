import { expect, test } from 'vitest'
import { createDateVote, readDay } from '../../../statement-files/inference/date-order.ts'

const today = '2026-11-21'

const verdictOf = (...texts: readonly string[]) => {
  const vote = createDateVote()
  for (const text of texts) vote.see(text)
  return vote.verdict()
}

test.each([
  ['31.01.2024', '2024-01-31'],
  ['31/01/24', '2024-01-31'],
  ['31-1-2024', '2024-01-31'],
  ['2024-01-31', '2024-01-31'],
  ['2024/01/31', '2024-01-31'],
  ['20240131', '2024-01-31'],
  ['31012024', '2024-01-31'],
  ['26 Jan 2026', '2026-01-26'],
  ['26 jan 26', '2026-01-26'],
  ['26-janv.-2026', '2026-01-26'],
  ['3 août 2025', '2025-08-03'],
  ['1er février 2024', '2024-02-01'],
  ['5 mei 2025', '2025-05-05'],
  ['15. März 2025', '2025-03-15'],
  ['31JAN2024', '2024-01-31'],
  ['Jan 31, 2024', '2024-01-31'],
  ["28.02'2009", '2009-02-28'],
  ["1/ 5'24", '2024-05-01'],
  ['6/ 1/94', '1994-01-06'],
  [' 31 01 2024 ', '2024-01-31'],
  ['31/01/099', '1999-01-31'],
  ['29/02/2024', '2024-02-29'],
])('a day can be written as %s', (text, day) => {
  expect(readDay(text, 'dmy', today)).toBe(day)
})

test.each([
  ['2024-01-31T23:30:00Z', '2024-01-31'],
  ['2024-01-31T00:30:00.123+02:00', '2024-01-31'],
  ['2024-01-31+01:00', '2024-01-31'],
  ['31/01/2024 10:22', '2024-01-31'],
  ['31/01/2024 10:22:33', '2024-01-31'],
  ['01/31/2024 1:05 PM', null],
  ['20240131101500', '2024-01-31'],
])('a time of day behind the day moves nothing: %s', (text, day) => {
  expect(readDay(text, 'dmy', today)).toBe(day)
})

test.each([
  '30/02/2024',
  '29.02.2023',
  '31/04/2024',
  '00/01/2024',
  '2024-13-01',
  '1234.56',
  '12 10.50',
  '1.234.567',
  '12,31,24',
  'Total',
  '31/01',
  '31 smarch 2024',
  '310124',
  '31/01/2024 and more',
  '',
])('what the calendar does not have is no day: %s', (text) => {
  expect(readDay(text, 'dmy', today)).toBeNull()
})

test('a long text is no day', () => {
  expect(readDay('1/'.repeat(5_000), 'dmy', today)).toBeNull()
})

test('the same text is another day in another order', () => {
  expect(readDay('02/03/04', 'dmy', today)).toBe('2004-03-02')
  expect(readDay('02/03/04', 'mdy', today)).toBe('2004-02-03')
  expect(readDay('02/03/04', 'ymd', today)).toBe('2002-03-04')
})

test('two digits of a year reach to the next year and otherwise mean the last century; an apostrophe puts them after 1999', () => {
  expect(readDay('31/12/27', 'dmy', today)).toBe('2027-12-31')
  expect(readDay('31/12/28', 'dmy', today)).toBe('1928-12-31')
  expect(readDay("31/12'99", 'dmy', today)).toBe('2099-12-31')
})

test('one number above 12 decides the order for the whole file', () => {
  expect(verdictOf('01/02/2024', '31/01/2024', '03/04/2024')).toEqual({
    kind: 'order',
    order: 'dmy',
    isProven: true,
  })
  expect(verdictOf('01/02/2024', '01/31/2024', '03/04/2024')).toEqual({
    kind: 'order',
    order: 'mdy',
    isProven: true,
  })
  expect(verdictOf('15/01/24')).toEqual({ kind: 'order', order: 'dmy', isProven: true })
})

test('an impossible day still tells the order, so that it is refused as what it is', () => {
  expect(verdictOf('01/02/2024', '30/02/2024')).toEqual({
    kind: 'order',
    order: 'dmy',
    isProven: true,
  })
})

test('a year in front decides by itself, with four digits or with two', () => {
  expect(verdictOf('2024-01-02')).toEqual({ kind: 'order', order: 'ymd', isProven: true })
  expect(verdictOf('99-01-02', '00-01-03')).toEqual({ kind: 'order', order: 'ymd', isProven: true })
  expect(verdictOf('24-01-15', '24-01-16', '24-02-03', '24-03-01')).toEqual({
    kind: 'order',
    order: 'ymd',
    isProven: true,
  })
})

test('dates with a name for the month need no order', () => {
  expect(verdictOf('02 Jan 2024', '03 Feb 2024')).toEqual({
    kind: 'order',
    order: 'dmy',
    isProven: true,
  })
})

test('days that are sorted in one order only decide it', () => {
  expect(verdictOf('05/01/2024', '06/01/2024', '02/02/2024')).toEqual({
    kind: 'order',
    order: 'dmy',
    isProven: false,
  })
  expect(verdictOf('02/02/2024', '01/06/2024', '01/05/2024')).toEqual({
    kind: 'order',
    order: 'mdy',
    isProven: false,
  })
})

test('days that are sorted in both orders, or in none, stay a question with an example', () => {
  expect(verdictOf('01/02/2024')).toEqual({ kind: 'ambiguous', text: '01/02/2024' })
  expect(verdictOf('02/02/2024', '01/02/2024', '03/04/2024')).toEqual({
    kind: 'ambiguous',
    text: '01/02/2024',
  })
  expect(verdictOf('03/04/2024', '01/02/2024', '05/03/2024')).toEqual({
    kind: 'ambiguous',
    text: '03/04/2024',
  })
})

test('a day that is the same in both orders asks nobody', () => {
  expect(verdictOf('03/03/10', '04/04/10')).toEqual({ kind: 'order', order: 'dmy', isProven: true })
})

test('texts that are no days at all are told', () => {
  expect(verdictOf('Total', 'x')).toEqual({ kind: 'unreadable', text: 'Total' })
  expect(verdictOf('Total', '31/01/2024')).toEqual({ kind: 'order', order: 'dmy', isProven: true })
  expect(verdictOf()).toEqual({ kind: 'unreadable', text: '' })
})
