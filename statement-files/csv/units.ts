/** Exact amounts as whole numbers of a millionth, for sums over many rows. */
import { atScale, decimalOf, exactUnits, scaleOf } from '../decimal.ts'

/** A number while it is small enough to be exact, as nearly always: sums of bigint take ten times as long. */
export type Units = number | bigint

const scale = 6
const zeros = '000000'

/** The units of a decimal text; digits beyond a millionth do not count. */
export const unitsOf = (decimal: string): Units => {
  const thousandths = exactUnits(decimal, 3)
  if (!Number.isNaN(thousandths)) return thousandths * 1_000
  const has = scaleOf(decimal)
  if (has === 0) return BigInt(decimal + zeros)
  if (has > scale) return unitsOf(decimal.slice(0, scale - has))
  return BigInt(decimal.replace('.', '') + zeros.slice(has))
}

export const plus = (one: Units, other: Units): Units => {
  const sum = typeof one === 'number' && typeof other === 'number' ? one + other : Number.NaN
  return Number.isSafeInteger(sum) ? sum : BigInt(one) + BigInt(other)
}

export const minus = (one: Units, other: Units): Units => plus(one, -other)

export const isSame = (one: Units, other: Units): boolean =>
  typeof one === typeof other ? one === other : BigInt(one) === BigInt(other)

/** The decimal text of units, with at least two decimals. */
export const decimalOfUnits = (units: Units): string => {
  const isNegative = units < 0
  const digits = BigInt(isNegative ? -units : units)
    .toString()
    .padStart(scale + 1, '0')
  return atScale(decimalOf(isNegative, digits.slice(0, -scale), digits.slice(-scale)), 2)
}
