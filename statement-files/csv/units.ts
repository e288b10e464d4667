/** Exact amounts as whole numbers of a millionth, for sums over many rows. */
import { atScale, decimalOf, exactUnits, scaleOf } from '../decimal.ts'

const scale = 6
const zeros = '000000'

/** The units of a decimal text; digits beyond a millionth do not count. */
export const unitsOf = (decimal: string): bigint => {
  const thousandths = exactUnits(decimal, 3)
  if (!Number.isNaN(thousandths)) return BigInt(thousandths) * 1_000n
  const has = scaleOf(decimal)
  if (has === 0) return BigInt(decimal + zeros)
  if (has > scale) return unitsOf(decimal.slice(0, scale - has))
  return BigInt(decimal.replace('.', '') + zeros.slice(has))
}

/** The decimal text of units, with at least two decimals. */
export const decimalOfUnits = (units: bigint): string => {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0')
  return atScale(decimalOf(units < 0n, digits.slice(0, -scale), digits.slice(-scale)), 2)
}
