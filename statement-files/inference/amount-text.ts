/** Takes an amount out of what stands around its digits: signs, brackets, currencies. */
import { isCurrency } from '../currency.ts'

export interface AmountText {
  isNegative: boolean
  /** From the first to the last digit or separator. */
  digits: string
}

const longest = 64

export const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39

const isPointOrComma = (code: number): boolean => code === 0x2e || code === 0x2c

const words = new Set([
  'KR',
  'ZŁ',
  'KČ',
  'FT',
  'LEI',
  'LV',
  'FR',
  'US',
  'R',
  'RS',
  'TL',
  'RM',
  'RP',
  'KN',
  'DIN',
  'SFR',
  'РУБ',
  'Р',
  'ГРН',
  'ЛВ',
  '円',
  '元',
])
const currencySigns = /^\p{Sc}$/u

interface Marks {
  minuses: number
  signs: number
  opening: number
  closing: number
  currencies: number
}

const isBlank = (sign: string): boolean => sign.trim() === ''

const minusSigns = '-\u2212\u2013'

/** Notes one character beside the digits; false where it does not belong there. */
const noteSign = (sign: string, marks: Marks): boolean => {
  if (isBlank(sign)) return true
  const isMinus = minusSigns.includes(sign)
  if (isMinus) marks.minuses += 1
  if (isMinus || sign === '+') marks.signs += 1
  else if (sign === '(') marks.opening += 1
  else if (sign === ')') marks.closing += 1
  else if (currencySigns.test(sign)) marks.currencies += 1
  else return false
  return true
}

const noteWord = (word: string, marks: Marks): boolean => {
  const upper = word.toUpperCase()
  if (upper === 'CR' || upper === 'DR') {
    marks.signs += 1
    if (upper === 'DR') marks.minuses += 1
    return true
  }
  marks.currencies += 1
  return words.has(upper) || (word.length === 3 && isCurrency(upper))
}

const affixParts = /\p{L}+\.?|./gu

const noteAffix = (affix: string, marks: Marks): boolean => {
  for (const [part] of affix.matchAll(affixParts)) {
    const word = part.endsWith('.') ? part.slice(0, -1) : part
    const isKnown = /^\p{L}/u.test(word) ? noteWord(word, marks) : noteSign(part, marks)
    if (!isKnown) return false
  }
  return true
}

const isConsistent = ({ signs, opening, closing, currencies }: Marks): boolean =>
  currencies <= 2 && opening === closing && signs + opening <= 1

/** Where the digits begin: at the first one, or at a separator right before it. */
const startOf = (text: string): number => {
  let at = 0
  while (at < text.length && !isDigit(text.charCodeAt(at))) at += 1
  return at > 0 && isPointOrComma(text.charCodeAt(at - 1)) && !/\p{L}/u.test(text[at - 2] ?? '')
    ? at - 1
    : at
}

const endOf = (text: string): number => {
  let at = text.length
  while (at > 0 && !isDigit(text.charCodeAt(at - 1))) at -= 1
  return isPointOrComma(text.charCodeAt(at)) ? at + 1 : at
}

/** The digits of an amount and its sign; null where something else stands beside them. */
export const unwrapAmount = (text: string): AmountText | null => {
  if (text.length === 0 || text.length > longest) return null
  const isMinus = text.charCodeAt(0) === 0x2d
  if (isDigit(text.charCodeAt(isMinus ? 1 : 0)) && isDigit(text.charCodeAt(text.length - 1)))
    return { isNegative: isMinus, digits: isMinus ? text.slice(1) : text }
  return unwrapMarked(text)
}

const unwrapMarked = (text: string): AmountText | null => {
  const [start, end] = [startOf(text), endOf(text)]
  if (end <= start) return null
  const marks: Marks = { minuses: 0, signs: 0, opening: 0, closing: 0, currencies: 0 }
  if (!noteAffix(text.slice(0, start), marks) || marks.closing > 0) return null
  const { opening } = marks
  if (!noteAffix(text.slice(end), marks) || marks.opening > opening) return null
  if (!isConsistent(marks)) return null
  return { isNegative: marks.minuses + marks.opening > 0, digits: text.slice(start, end) }
}
