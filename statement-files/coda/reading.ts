/** Reads fields and tells what is wrong with them, with the record and the positions. */
import { decimalsOf } from '../currency.ts'
import { dayOf, fullYear } from '../day.ts'
import { atScale, decimalOf } from '../decimal.ts'
import type { Position } from '../parsed.ts'
import type { Problem } from '../problem.ts'
import { problem, quoted } from '../problem.ts'
import type { CodaRecord, Field } from './layout.ts'
import { cut } from './layout.ts'

export type Tell = (told: Problem) => unknown

/** Reads six digits of a date; null where they are none. */
export type DayReader = (text: string, field: Field) => string | null

export const placeOf = ({ number }: CodaRecord, { from, to }: Field): Position => ({
  record: number,
  from,
  to,
})

const zero = 48

/** The number that the digits of a field make; null where it holds anything else. At most 15 digits. */
export const numberAt = (text: string, { from, to }: Field): number | null => {
  let number = 0
  for (let index = from - 1; index < to; index += 1) {
    const digit = text.charCodeAt(index) - zero
    // not a comparison with both ends: NaN, beyond the end of the text, is no digit either
    if (!(digit >= 0 && digit <= 9)) return null
    number = number * 10 + digit
  }
  return number
}

/** Reads dates `DDMMYY`; the same few days stand in a file thousands of times. */
export const createDayReader = (today: string): DayReader => {
  const known = new Map<number, string | null>()
  const read = (digits: number): string | null =>
    dayOf(
      fullYear(digits % 100, today),
      Math.floor(digits / 100) % 100,
      Math.floor(digits / 10_000),
    )
  return (text, field) => {
    const digits = numberAt(text, field)
    if (digits === null) return null
    const day = known.get(digits)
    if (day !== undefined) return day
    const found = read(digits)
    known.set(digits, found)
    return found
  }
}

/** The decimal text of thousandths as the file counts them: at least two decimals. */
export const decimalOfUnits = (units: bigint): string => {
  const digits = units.toString().padStart(4, '0')
  return atScale(decimalOf(false, digits.slice(0, -3), digits.slice(-3)), 2)
}

/** Fifteen digits with three decimals as decimal text; null where something else stands there. */
export const decimalAt = (text: string, { from }: Field, isNegative = false): string | null => {
  const point = from + 11
  let first = point - 1
  let hasDigit = false
  for (let index = from - 1; index < point + 3; index += 1) {
    const digit = text.charCodeAt(index) - zero
    if (!(digit >= 0 && digit <= 9)) return null
    if (digit === 0) continue
    hasDigit = true
    if (index < first) first = index
  }
  const end = text.charCodeAt(point + 2) === zero ? point + 2 : point + 3
  const amount = `${text.slice(first, point)}.${text.slice(point, end)}`
  return isNegative && hasDigit ? `-${amount}` : amount
}

/** Twelve digits with eight decimals, without the zeros at its ends; null for none. */
export const rateOf = (digits: string): string | null => {
  if (!/^\d{12}$/.test(digits)) return null
  const rate = atScale(decimalOf(false, digits.slice(0, 4), digits.slice(4)), 0)
  return rate === '0' ? null : rate
}

/** The text of a field without the blanks around it; undefined where only blanks or zeros stand there. */
export const wordAt = (text: string, field: Field): string | undefined => {
  const word = cut(text, field).trim()
  return word === '' || /^0+$/.test(word) ? undefined : word
}

interface MalformedField {
  field: Field
  reason: 'sign' | 'digits' | 'account' | 'account_differs' | 'header'
}

/** The problem of a field that holds something else than it must. */
export const malformedField = (record: CodaRecord, { field, reason }: MalformedField): Problem =>
  problem('malformed', { reason, text: quoted(cut(record.text, field)) }, placeOf(record, field))

interface AmountFields {
  sign: Field
  amount: Field
}

/** Reads a sign and its amount; tells and gives null where one of them cannot be read. */
export const signedAmount = (
  record: CodaRecord,
  { sign, amount }: AmountFields,
  tell: Tell,
): string | null => {
  const { text } = record
  const signCode = text.charCodeAt(sign.from - 1) - zero
  const decimal = decimalAt(text, amount, signCode === 1)
  const isSigned = signCode === 0 || signCode === 1
  if (!isSigned) tell(malformedField(record, { field: sign, reason: 'sign' }))
  if (decimal === null)
    tell(problem('bad_amount', { text: quoted(cut(text, amount)) }, placeOf(record, amount)))
  return isSigned ? decimal : null
}

/** An amount of a balance at the scale of its currency. */
export const balanceAmount = (amount: string, currency: string | undefined): string =>
  atScale(amount, decimalsOf(currency))

export interface DatedField {
  field: Field
  what: 'booking' | 'value' | 'balance' | 'file'
}

/** Tells that a field holds no date. */
export const tellBadDate = (record: CodaRecord, { field, what }: DatedField, tell: Tell): void => {
  tell(problem('bad_date', { text: quoted(cut(record.text, field)), what }, placeOf(record, field)))
}
