/** Exact decimal text: `-12.50`. Only whole units small enough to be exact are ever numbers. */
import { negated } from '../domain/money.ts'

/** Writes sign and digits as canonical decimal text; a zero has no sign. Digits only, either part may be empty. */
export const decimalOf = (isNegative: boolean, integer: string, fraction: string): string => {
  const whole = integer.replace(/^0+(?=\d)/, '') || '0'
  const text = fraction === '' ? whole : `${whole}.${fraction}`
  return isNegative && /[1-9]/.test(text) ? `-${text}` : text
}

/** Number of digits behind the point. */
export const scaleOf = (decimal: string): number => {
  const point = decimal.indexOf('.')
  return point < 0 ? 0 : decimal.length - point - 1
}

/** The same amount with `scale` digits behind the point; digits beyond stay where they are not zero. */
export const atScale = (decimal: string, scale: number): string => {
  const has = scaleOf(decimal)
  if (has === scale) return decimal
  if (has < scale) return `${decimal}${has === 0 ? '.' : ''}${'0'.repeat(scale - has)}`
  let end = decimal.length
  while (end > decimal.length - has + scale && decimal[end - 1] === '0') end -= 1
  const cut = decimal.slice(0, end)
  return cut.endsWith('.') ? cut.slice(0, -1) : cut
}

const unitsOf = (decimal: string, scale: number): bigint => {
  const has = scaleOf(decimal)
  const digits = has === 0 ? decimal : decimal.replace('.', '')
  return BigInt(scale === has ? digits : digits + '0'.repeat(scale - has))
}

const textOf = (units: bigint, scale: number): string => {
  if (scale === 0) return units.toString()
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0')
  return `${units < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

const maxExactDigits = 15

/** The text as a whole number of units; NaN where it is too long to be exact, or finer than the scale. */
export const exactUnits = (decimal: string, scale: number): number => {
  if (decimal.length + scale > maxExactDigits) return Number.NaN
  const isNegative = decimal.charCodeAt(0) === 0x2d
  let units = 0
  let missing = scale + 1
  for (let index = isNegative ? 1 : 0; index < decimal.length; index += 1) {
    const code = decimal.charCodeAt(index)
    if (code === 0x2e) missing = scale
    else {
      units = units * 10 + code - 0x30
      if (missing <= scale) missing -= 1
    }
  }
  if (missing < 0) return Number.NaN
  for (let zeros = Math.min(missing, scale); zeros > 0; zeros -= 1) units *= 10
  return isNegative ? -units : units
}

const maxPending = 2 ** 52

/** A running exact total. */
export class DecimalSum {
  #units = 0n
  #scale = 2
  /** Units not yet in the total. */
  #pending = 0

  add(decimal: string): void {
    const units = exactUnits(decimal, this.#scale)
    if (Number.isNaN(units)) return this.#addLong(decimal)
    this.#pending += units
    if (this.#pending > maxPending || this.#pending < -maxPending) this.#settle()
  }

  /** The total with at least two decimals. */
  total(): string {
    this.#settle()
    return atScale(textOf(this.#units, this.#scale), 2)
  }

  #addLong(decimal: string): void {
    this.#settle()
    const scale = scaleOf(decimal)
    if (scale > this.#scale) {
      this.#units *= 10n ** BigInt(scale - this.#scale)
      this.#scale = scale
    }
    this.#units += unitsOf(decimal, this.#scale)
  }

  #settle(): void {
    this.#units += BigInt(this.#pending)
    this.#pending = 0
  }
}

/** Adds decimal texts exactly; at least two decimals. */
export const sumOf = (...terms: readonly string[]): string => {
  const sum = new DecimalSum()
  for (const term of terms) sum.add(term)
  return sum.total()
}

/** Whether two decimal texts mean the same amount. */
export const isSameAmount = (one: string, other: string): boolean =>
  !/[1-9]/.test(sumOf(one, negated(other)))
