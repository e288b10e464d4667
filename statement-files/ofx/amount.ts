/** Amounts as OFX files write them: the standard forbids grouping, banks do it all the same. */
import type { DecimalSign } from '../../domain/csv-layout.ts'
import { decimalOf } from '../decimal.ts'
import { limits } from '../limits.ts'

interface AmountReading {
  amount: string
  /** Up to here nothing tells whether the mark parts thousands: the amount is only the likelier one. */
  isUnclear: boolean
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39

/** Whether the text already is decimal text with two decimals, as nearly all amounts are. */
const isCanonical = (text: string): boolean => {
  const start = text.charCodeAt(0) === 0x2d ? 1 : 0
  const point = text.length - 3
  if (point <= start || point > 15 || text.charCodeAt(point) !== 0x2e) return false
  // 0.00 may have a sign, 007.00 has zeros too many
  if (text.charCodeAt(start) === 0x30) return false
  for (let index = start; index < text.length; index += 1)
    if (index !== point && !isDigit(text.charCodeAt(index))) return false
  return true
}

const shape = /^([+\u2212-]?) ?(\d.*|[.,]\d+)$/
const grouped =
  /^(?:\d{1,3}(?:\.\d{3}){1,9}|\d{1,3}(?:,\d{3}){1,9}|\d{1,3}(?: \d{3}){1,9}|\d{1,3}(?:['’]\d{3}){1,9}|\d{1,2}(?:,\d{2}){1,9},\d{3})$/

const digitsOf = (text: string): string | null => {
  if (/^\d*$/.test(text)) return text
  return grouped.test(text) ? text.replace(/\D/g, '') : null
}

const isGroupLike = (integer: string, fraction: string): boolean =>
  /^\d{3}$/.test(fraction) && /^[1-9]\d{0,2}$/.test(integer)

export interface AmountReader {
  /** Null where the text is no amount; `decimals` is how many the currency has. */
  read: (text: string, decimals: number) => AmountReading | null
}

interface Parts {
  isNegative: boolean
  integer: string
  /** `.` or `,` before the decimals; empty where there are none. */
  sign: string
  fraction: string
}

/** One mark, or one behind marks of the other kind, is a decimal sign; all others part groups. */
const partsOf = (text: string): Parts | null => {
  const found = text.length > limits.amount ? null : shape.exec(text)
  if (found === null) return null
  const isNegative = found[1] !== '' && found[1] !== '+'
  const unsigned = found[2] ?? ''
  const mark = Math.max(unsigned.lastIndexOf('.'), unsigned.lastIndexOf(','))
  const sign = unsigned[mark] ?? ''
  if (sign === '' || unsigned.indexOf(sign) < mark)
    return { isNegative, integer: unsigned, sign: '', fraction: '' }
  return { isNegative, integer: unsigned.slice(0, mark), sign, fraction: unsigned.slice(mark + 1) }
}

/**
 * Reads the amounts of one file; what its clear amounts show, or a person `answered`, helps with those that may mean two
 * things.
 */
export const createAmountReader = (answered?: DecimalSign): AmountReader => {
  let decimalSign: string | null = answered ?? null

  /** Reads what has one mark with three digits behind it. */
  const readGroupLike = (parts: Parts, decimals: number): AmountReading => {
    const { isNegative, integer, sign, fraction } = parts
    // yen have no decimals that could be meant, and cents no third one but zero
    const isLikely = decimals === 0 || !fraction.endsWith('0')
    const isGrouping = decimalSign === null ? isLikely : decimalSign !== sign
    return {
      amount: isGrouping
        ? decimalOf(isNegative, integer + fraction, '')
        : decimalOf(isNegative, integer, fraction),
      isUnclear: decimalSign === null && decimals > 0,
    }
  }

  const readOther = (text: string, decimals: number): AmountReading | null => {
    const parts = partsOf(text)
    if (parts === null) return null
    const { isNegative, integer, sign, fraction } = parts
    if (decimals !== 3 && isGroupLike(integer, fraction)) return readGroupLike(parts, decimals)
    const whole = digitsOf(integer)
    if (whole === null || !/^\d*$/.test(fraction)) return null
    if (fraction !== '') decimalSign ??= sign
    return { amount: decimalOf(isNegative, whole, fraction), isUnclear: false }
  }

  return {
    read(text, decimals) {
      if (!isCanonical(text)) return readOther(text, decimals)
      decimalSign ??= '.'
      return { amount: text, isUnclear: false }
    },
  }
}
