/** Which sign a file puts before decimals: decided once from all its amounts, because `1.234` alone does not tell. */
import type { DecimalSign } from '../../domain/csv-layout.ts'
import { decimalOf } from '../decimal.ts'
import { isDigit, unwrapAmount } from './amount-text.ts'

type AmountVerdict =
  | { kind: 'sign'; sign: DecimalSign }
  /** Nothing in the file tells; `text` is an amount that reads differently by each sign. */
  | { kind: 'ambiguous'; text: string }
  /** No amount has a sign that could be one of decimals: either reading is right. */
  | { kind: 'none' }

export interface AmountVote {
  see: (text: string) => void
  verdict: () => AmountVerdict
}

const [point, comma] = [0x2e, 0x2c]

/** Which sign groups digits: blanks of all kinds count as one, and so do apostrophes. */
const groupSignOf = (code: number): string => {
  switch (code) {
    case point:
      return '.'
    case comma:
      return ','
    case 0x27:
    case 0x2019:
      return "'"
    case 0x20:
    case 0xa0:
    case 0x2007:
    case 0x2009:
    case 0x202f:
      return ' '
    default:
      return ''
  }
}

/** Thousands by three digits each; 1,00,000 as in India, where two commas leave no doubt. */
const isGrouping = (lengths: readonly number[]): boolean => {
  const [first = 0, ...others] = lengths
  if (first < 1 || first > 3 || others.at(-1) !== 3) return false
  if (others.every((length) => length === 3)) return true
  return first <= 2 && others.slice(0, -1).every((length) => length === 2)
}

/** Integer digits with one kind of grouping taken out; null where the groups are none. */
const ungrouped = (text: string): string | null => {
  let sign = ''
  let start = 0
  const groups: string[] = []
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (isDigit(code)) continue
    const found = groupSignOf(code)
    if (found === '' || (sign !== '' && sign !== found)) return null
    sign = found
    groups.push(text.slice(start, at))
    start = at + 1
  }
  if (sign === '') return text
  groups.push(text.slice(start))
  return isGrouping(groups.map(({ length }) => length)) ? groups.join('') : null
}

const isAllDigits = (text: string): boolean => {
  for (let at = 0; at < text.length; at += 1) if (!isDigit(text.charCodeAt(at))) return false
  return true
}

/** A plain `-1234.56`: the text is the amount already. */
const isCanonical = (text: string): boolean => {
  const start = text.charCodeAt(0) === 0x2d ? 1 : 0
  let points = 0
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === point) points += 1
    else if (!isDigit(code)) return false
  }
  const first = text.charCodeAt(start)
  return points <= 1 && first > 0x30 && first <= 0x39 && text.charCodeAt(text.length - 1) !== point
}

/**
 * The amount that a text means where `sign` stands before decimals, as signed decimal text; null where it is no amount.
 * Takes grouping by blanks, apostrophes and the other sign, signs before or behind, brackets, CR and DR, currencies.
 */
export const readAmount = (text: string, sign: DecimalSign): string | null => {
  if (sign === '.' && text.length < 40 && isCanonical(text)) return text
  const unwrapped = unwrapAmount(text)
  if (unwrapped === null) return null
  const { isNegative, digits } = unwrapped
  const at = digits.indexOf(sign)
  const integer = ungrouped(at < 0 ? digits : digits.slice(0, at))
  const fraction = at < 0 ? '' : digits.slice(at + 1)
  if (integer === null || !isAllDigits(fraction)) return null
  return decimalOf(isNegative, integer, fraction)
}

/** What one amount says of the decimal sign: it, nothing, or that it could be either. */
const saidBy = (digits: string): DecimalSign | 'either' | null => {
  const [lastPoint, lastComma] = [digits.lastIndexOf('.'), digits.lastIndexOf(',')]
  if (lastPoint < 0 && lastComma < 0) return null
  const sign = lastPoint > lastComma ? '.' : ','
  const isAlone = Math.min(lastPoint, lastComma) < 0
  const last = Math.max(lastPoint, lastComma)
  if (digits.indexOf(sign) < last) return isAlone ? saidByGroups(digits, sign) : null
  if (!isAlone || digits.length - last !== 4) return sign
  return isGroupable(digits.slice(0, last)) ? 'either' : sign
}

/** A sign that stands twice groups digits, so that the other one is left for decimals. */
const saidByGroups = (digits: string, sign: DecimalSign): DecimalSign | null =>
  ungrouped(digits) === null ? null : sign === '.' ? ',' : '.'

/** Whether digits may stand before a group of three. */
const isGroupable = (digits: string): boolean =>
  digits.length >= 1 && digits.length <= 3 && !digits.startsWith('0') && isAllDigits(digits)

/** A vote on the decimal sign of one file or column. */
export const createAmountVote = (): AmountVote => {
  const votes = { '.': 0, ',': 0 }
  let doubtful: string | null = null
  return {
    see(text) {
      const unwrapped = unwrapAmount(text)
      if (unwrapped === null) return
      const said = saidBy(unwrapped.digits)
      if (said === 'either') doubtful ??= text
      else if (said !== null) votes[said] += 1
    },
    verdict() {
      if (votes['.'] + votes[','] > 0)
        return { kind: 'sign', sign: votes['.'] >= votes[','] ? '.' : ',' }
      return doubtful === null ? { kind: 'none' } : { kind: 'ambiguous', text: doubtful }
    },
  }
}
