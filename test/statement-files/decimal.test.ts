import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decimalsOf, isCurrency } from '../../statement-files/currency.ts'
import { negated } from '../../domain/money.ts'
import {
  atScale,
  decimalOf,
  DecimalSum,
  isSameAmount,
  scaleOf,
  sumOf,
} from '../../statement-files/decimal.ts'

const decimals = fc
  .tuple(fc.boolean(), fc.bigInt(0n, 10n ** 18n), fc.integer({ min: 0, max: 5 }))
  .map(([isNegative, units, scale]) => {
    const digits = units.toString().padStart(scale + 1, '0')
    const cut = digits.length - scale
    return decimalOf(isNegative, digits.slice(0, cut), digits.slice(cut))
  })

/** The amount in units of 10^-5, by another way than ours. */
const unitsOf = (text: string): bigint => {
  const [whole = '', fraction = ''] = text.replace('-', '').split('.')
  const units = BigInt(whole + fraction.padEnd(5, '0'))
  return text.startsWith('-') ? -units : units
}

describe('exact decimal text', () => {
  test('a sign and digits are written without useless zeros, and a zero has no sign', () => {
    expect(decimalOf(true, '0012', '50')).toBe('-12.50')
    expect(decimalOf(false, '', '5')).toBe('0.5')
    expect(decimalOf(false, '12', '')).toBe('12')
    expect(decimalOf(true, '000', '00')).toBe('0.00')
    expect(decimalOf(true, '', '')).toBe('0')
  })

  test('an amount has the decimals of its currency, and more only where they are not zero', () => {
    expect(atScale('12', 2)).toBe('12.00')
    expect(atScale('12.5', 2)).toBe('12.50')
    expect(atScale('12.500', 2)).toBe('12.50')
    expect(atScale('12.505', 2)).toBe('12.505')
    expect(atScale('12.5050', 2)).toBe('12.505')
    expect(atScale('-12.000', 0)).toBe('-12')
    expect(atScale('100', 0)).toBe('100')
    expect(atScale('100.50', 0)).toBe('100.5')
    expect(atScale('0.000', 3)).toBe('0.000')
  })

  test('an amount keeps its value whatever its scale', () => {
    fc.assert(
      fc.property(decimals, fc.integer({ min: 0, max: 5 }), (amount, scale) => {
        const scaled = atScale(amount, scale)
        expect(unitsOf(scaled)).toBe(unitsOf(amount))
        expect(scaleOf(scaled)).toBeGreaterThanOrEqual(scale)
      }),
    )
  })

  test('the opposite of an amount is exact, and zero has none', () => {
    expect(negated('1.50')).toBe('-1.50')
    expect(negated('-1.50')).toBe('1.50')
    expect(negated('0.00')).toBe('0.00')
  })

  test('sums are exact, whatever the scales and the order', () => {
    fc.assert(
      fc.property(fc.array(decimals, { maxLength: 30 }), (amounts) => {
        const sum = amounts.reduce((units, amount) => units + unitsOf(amount), 0n)
        expect(unitsOf(sumOf(...amounts))).toBe(sum)
        expect(unitsOf(sumOf(...amounts.toReversed()))).toBe(sum)
      }),
    )
  })

  test('a sum has two decimals, and more only where they are not zero', () => {
    expect(sumOf()).toBe('0.00')
    expect(sumOf('1', '2.5')).toBe('3.50')
    expect(sumOf('0.005', '0.005')).toBe('0.01')
    expect(sumOf('0.1', '0.2', '-0.3')).toBe('0.00')
    expect(sumOf('-0.01')).toBe('-0.01')
    expect(sumOf('0.001')).toBe('0.001')
    expect(sumOf('99999999999999999999.99', '0.01')).toBe('100000000000000000000.00')
  })

  test('a running sum tells the total at any time', () => {
    const sum = new DecimalSum()
    sum.add('1.00')
    expect(sum.total()).toBe('1.00')
    sum.add('-3.12345')
    expect(sum.total()).toBe('-2.12345')
  })

  test('a sum stays exact beyond what a number can hold', () => {
    const sum = new DecimalSum()
    for (let count = 0; count < 20_000; count += 1) sum.add('9999999999.99')
    expect(sum.total()).toBe('199999999999800.00')
    for (let count = 0; count < 20_000; count += 1) sum.add('-9999999999.99')
    sum.add('0.01')
    expect(sum.total()).toBe('0.01')
  })

  test('two texts of one amount are the same amount', () => {
    expect(isSameAmount('1.5', '1.500')).toBe(true)
    expect(isSameAmount('0', '0.00')).toBe(true)
    expect(isSameAmount('1.5', '-1.5')).toBe(false)
    expect(isSameAmount('1.5', '1.51')).toBe(false)
  })
})

describe('currencies', () => {
  test('an amount has as many decimals as ISO 4217 gives its currency', () => {
    expect(['EUR', 'JPY', 'KWD', 'TND', 'CLF'].map(decimalsOf)).toEqual([2, 0, 3, 3, 4])
    expect(decimalsOf(undefined)).toBe(2)
  })

  test('past currencies and the code for none are known, others are not', () => {
    for (const code of ['EUR', 'LTL', 'BEF', 'SKK', 'HRK', 'XXX', 'ZWG'])
      expect(isCurrency(code)).toBe(true)
    for (const code of ['', 'eur', 'ABC', 'EURO', 'constructor', '€'])
      expect(isCurrency(code)).toBe(false)
  })
})
