/** Amounts as OFX files write them: the standard forbids grouping, banks do it all the same. */
import { decimalOf } from '../decimal.ts'

export interface AmountReading {
  amount: string
  /** The mark may as well part thousands: the amount is only what the standard would make of it. */
  isUnclear: boolean
}

const maxLength = 40

/** Whether the text already is decimal text with two decimals, as nearly all amounts are. */
const isCanonical = (text: string): boolean => {
  const start = text.charCodeAt(0) === 0x2d ? 1 : 0
  const point = text.length - 3
  if (point <= start || point > 15 || text.charCodeAt(point) !== 0x2e) return false
  const first = text.charCodeAt(start)
  // 0.00 may have a sign, 007.00 has zeros too many
  if (first < 0x31 || first > 0x39) return false
  for (let index = start + 1; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (index !== point && (code < 0x30 || code > 0x39)) return false
  }
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
  fraction.length === 3 && /^[1-9]\d{0,2}$/.test(integer)

export interface AmountReader {
  /** Null where the text is no amount; `decimals` is how many the currency has. */
  read: (text: string, decimals: number) => AmountReading | null
}

/** Reads the amounts of one file; what its clear amounts show helps with those that may mean two things. */
export const createAmountReader = (): AmountReader => {
  let decimalSign: string | null = null

  const withMark = (isNegative: boolean, text: string, decimals: number): AmountReading | null => {
    const mark = Math.max(text.lastIndexOf('.'), text.lastIndexOf(','))
    const sign = text[mark] ?? ''
    const [integer, fraction] = [text.slice(0, mark), text.slice(mark + 1)]
    const whole = digitsOf(integer)
    if (whole === null || !/^\d*$/.test(fraction) || integer.includes(sign)) return null
    const reading = { amount: decimalOf(isNegative, whole, fraction), isUnclear: false }
    if (!isGroupLike(integer, fraction) || decimals === 3) {
      if (fraction !== '') decimalSign ??= sign
      return reading
    }
    if (decimalSign === null) return { ...reading, isUnclear: true }
    return decimalSign === sign
      ? reading
      : { amount: decimalOf(isNegative, whole + fraction, ''), isUnclear: false }
  }

  return {
    read(text, decimals) {
      if (isCanonical(text)) {
        decimalSign ??= '.'
        return { amount: text, isUnclear: false }
      }
      const found = text.length > maxLength ? null : shape.exec(text)
      if (found === null) return null
      const isNegative = found[1] !== '' && found[1] !== '+'
      const unsigned = found[2] ?? ''
      const marks = unsigned.replace(/[^.,]/g, '')
      // one mark, or a mark behind marks of the other kind, is a decimal sign; all others part groups
      const last = marks.at(-1) ?? ''
      if (last !== '' && marks.indexOf(last) === marks.length - 1)
        return withMark(isNegative, unsigned, decimals)
      const whole = digitsOf(unsigned)
      return whole === null ? null : { amount: decimalOf(isNegative, whole, ''), isUnclear: false }
    },
  }
}
