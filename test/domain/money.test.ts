import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isDecimal, sumAmounts, toDecimal } from '../../domain/money.ts'

const cents = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n })

const written = (value: bigint, decimals: number): string => {
  const digits = (value < 0n ? -value : value).toString().padStart(decimals + 1, '0')
  const cut = digits.length - decimals
  const text = decimals === 0 ? digits : `${digits.slice(0, cut)}.${digits.slice(cut)}`
  return value < 0n ? `-${text}` : text
}

describe('amounts', () => {
  test('are added exactly, as whole cents would be', () => {
    fc.assert(
      fc.property(fc.array(cents, { maxLength: 30 }), (values) => {
        const total = values.reduce((sum, value) => sum + value, 0n)
        expect(sumAmounts(values.map((value) => written(value, 2)))).toBe(written(total, 2))
      }),
    )
  })

  test('of different precision are added without losing a digit', () => {
    fc.assert(
      fc.property(cents, cents, (coarse, fine) => {
        const total = coarse * 1_000n + fine
        expect(sumAmounts([written(coarse, 2), written(fine, 5)])).toBe(written(total, 5))
      }),
    )
    expect(sumAmounts(['0.1', '0.2'])).toBe('0.30')
    expect(sumAmounts(['9007199254740993', '1'])).toBe('9007199254740994.00')
    expect(sumAmounts([])).toBe('0.00')
    expect(sumAmounts(['-0.00'])).toBe('0.00')
  })

  test('in JSON with an exponent become plain text of the same value', () => {
    fc.assert(
      fc.property(
        cents,
        fc.integer({ min: 0, max: 8 }),
        fc.integer({ min: -30, max: 30 }),
        (value, decimals, exponent) => {
          const json = `${written(value, decimals)}e${exponent}`
          const digits = written(value, 0).replace('-', '').length
          if (digits - decimals + exponent > 40) return
          const text = toDecimal(json)
          expect(isDecimal(text)).toBe(true)
          const shifted = sumAmounts([text, written(0n, 40)])
          expect(shifted).toBe(written(value * 10n ** BigInt(40 + exponent - decimals), 40))
        },
      ),
    )
  })

  test('that have more digits than a column can hold are refused, not cut', () => {
    expect(toDecimal('1e39')).toBe(`1${'0'.repeat(39)}`)
    expect(() => toDecimal('10e40')).toThrow(RangeError)
    expect(() => toDecimal(`0.${'1'.repeat(40)}e-1`)).toThrow(RangeError)
  })

  test.each([
    ['12.50', '12.50'],
    ['1e3', '1000'],
    ['-1.5E-3', '-0.0015'],
    ['0e5', '0'],
    ['-0.00', '0.00'],
    ['007', '7'],
    ['12345678901234567890.12', '12345678901234567890.12'],
  ])('%s is written %s', (json, text) => {
    expect(toDecimal(json)).toBe(text)
  })

  test.each([
    '',
    'NaN',
    'Infinity',
    '1,50',
    '1.',
    '.5',
    '--1',
    '1e41',
    '1e999',
    '0x10',
    '1 0',
    'null',
    '9'.repeat(41),
  ])('%j is no amount', (text) => {
    expect(() => toDecimal(text)).toThrow(RangeError)
    expect(() => sumAmounts(['1.00', text])).toThrow(RangeError)
  })
})
