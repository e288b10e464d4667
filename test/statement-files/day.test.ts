import { expect, test } from 'vitest'
import { dayOf, dayOfIso, fullYear } from '../../statement-files/day.ts'

test('a day that the calendar lacks is none', () => {
  expect(dayOf(2024, 2, 29)).toBe('2024-02-29')
  expect(dayOf(2023, 2, 29)).toBeNull()
  expect(dayOf(2000, 2, 29)).toBe('2000-02-29')
  expect(dayOf(2100, 2, 29)).toBeNull()
  expect(dayOf(2024, 4, 31)).toBeNull()
  for (const [year, month, day] of [
    [2024, 0, 1],
    [2024, 13, 1],
    [2024, 1, 0],
    [2024, 1, 32],
    [1899, 12, 31],
    [2200, 1, 1],
    [Number.NaN, 1, 1],
    [2024, Number.NaN, 1],
    [2024, 1, Number.NaN],
  ] as const)
    expect(dayOf(year, month, day)).toBeNull()
})

test('every day from 1999 to 2001 is the day of the calendar', () => {
  for (let at = Date.UTC(1999, 0, 1); at < Date.UTC(2002, 0, 1); at += 86_400_000) {
    const date = new Date(at)
    expect(dayOf(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate())).toBe(
      date.toISOString().slice(0, 10),
    )
  }
})

test('two digits of a year mean this century up to next year, else the last one', () => {
  expect(fullYear(26, '2026-06-30')).toBe(2026)
  expect(fullYear(27, '2026-06-30')).toBe(2027)
  expect(fullYear(28, '2026-06-30')).toBe(1928)
  expect(fullYear(99, '2026-06-30')).toBe(1999)
  expect(fullYear(0, '2026-06-30')).toBe(2000)
  expect(fullYear(0, '2099-12-31')).toBe(2100)
  expect(fullYear(99, '2099-12-31')).toBe(2099)
})

test('the day of an instant is the one written, whatever its zone', () => {
  expect(dayOfIso('2024-01-31')).toBe('2024-01-31')
  expect(dayOfIso('2024-01-31+14:00')).toBe('2024-01-31')
  expect(dayOfIso(' 2024-01-31T23:59:59.999999999-11:00')).toBe('2024-01-31')
  expect(dayOfIso('2024-01-310')).toBeNull()
  expect(dayOfIso('2024-02-30')).toBeNull()
  expect(dayOfIso('31-01-2024')).toBeNull()
  expect(dayOfIso('')).toBeNull()
})
