/** What one cell looks like, whatever its column is called. */
import { isCurrency } from '../currency.ts'
import { scanDay } from '../inference/day-text.ts'
import { unwrapAmount } from '../inference/amount-text.ts'
import { readAmount } from '../inference/decimal-sign.ts'

export type CellKind =
  | 'empty'
  | 'date'
  /** With decimals, grouping, a sign or a currency: nothing but an amount. */
  | 'amount'
  /** Up to nine digits: an amount, a number of something, or an id. */
  | 'integer'
  /** Digits that are no amount: too many, or with zeros in front. */
  | 'digits'
  /** Made of the characters of an amount, but none. */
  | 'garbled'
  | 'iban'
  | 'currency'
  | 'bic'
  | 'text'

const equalsSign = 0x3d

const isBlank = (code: number): boolean => code <= 32 || code === 0xa0

/** A cell without blanks around it, and without the formula that keeps Excel from reading it as a number. */
export const trimmed = (cell: string): string => {
  const { length } = cell
  if (length === 0) return cell
  const first = cell.charCodeAt(0)
  if (isBlank(first) || isBlank(cell.charCodeAt(length - 1))) return cell.trim()
  if (first !== equalsSign) return cell
  return cell.startsWith('="') && cell.endsWith('"') ? cell.slice(2, -1).trim() : cell
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39
const isLetter = (code: number): boolean =>
  (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)

/** Some banks write 2012:03:01 or put a time zone in brackets behind the day. */
export const plainDay = (text: string): string => {
  if (text.charCodeAt(4) === 0x3a && text.charCodeAt(7) === 0x3a)
    return `${text.slice(0, 4)}-${text.slice(5, 7)}-${text.slice(8)}`
  const bracket = text.indexOf('[')
  return bracket > 0 ? text.slice(0, bracket) : text
}

/** Whether a text is written like a day, possible or not. */
export const looksLikeDay = (text: string): boolean => {
  if (text.length < 6 || text.length > 48) return false
  const parts = scanDay(plainDay(text))
  if (parts === null) return false
  // eight digits are a day only with the year in front: anything else is a number
  return parts.isYearFirst || !isDigits(text)
}

const isDigits = (text: string): boolean => {
  for (let at = 0; at < text.length; at += 1) if (!isDigit(text.charCodeAt(at))) return false
  return true
}

const iban = /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/
const spacedIban = /^[A-Z]{2}\d{2}(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,3})?$/
const digitsOfIban = 8
const bic = /^[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?$/
const amountSigns = /^[\d., '’\u00a0\u2007\u2009\u202f]+$/

const integerKind = (text: string): CellKind =>
  text.length > 9 || (text.length > 1 && text.startsWith('0')) ? 'digits' : 'integer'

const numberKind = (text: string): CellKind => {
  if (isDigits(text)) return integerKind(text)
  const unwrapped = unwrapAmount(text)
  if (unwrapped === null || !amountSigns.test(unwrapped.digits)) return 'text'
  const isAmount = readAmount(text, '.') !== null || readAmount(text, ',') !== null
  return isAmount ? 'amount' : 'garbled'
}

const countDigits = (text: string): number => {
  let count = 0
  for (let at = 0; at < text.length; at += 1) if (isDigit(text.charCodeAt(at))) count += 1
  return count
}

/** Written as an IBAN, whatever its check digits: some are masked. */
const looksLikeIban = (text: string): boolean => {
  if (text.length < 15 || text.length > 42 || !isDigit(text.charCodeAt(2))) return false
  if (!iban.test(text) && !spacedIban.test(text)) return false
  return countDigits(text) >= digitsOfIban
}

const looksLikeBic = (text: string): boolean =>
  (text.length === 8 || text.length === 11) && bic.test(text)

const wordKind = (text: string): CellKind => {
  const { length } = text
  if (length === 3) return isCurrency(text.toUpperCase()) ? 'currency' : 'text'
  if (looksLikeIban(text)) return 'iban'
  if (looksLikeBic(text)) return 'bic'
  if (length > 30 || !isDigit(text.charCodeAt(length - 1))) return 'text'
  if (looksLikeDay(text)) return 'date'
  return numberKind(text)
}

/** The kind of a trimmed cell. */
export const kindOf = (text: string): CellKind => {
  if (text === '') return 'empty'
  if (isLetter(text.charCodeAt(0))) return wordKind(text)
  if (text.length > 48) return 'text'
  if (isDigit(text.charCodeAt(0)) && looksLikeDay(text)) return 'date'
  return numberKind(text)
}
