/** Splits a day as written into its three parts; which of them is what depends on the order of the file. */
import { monthOf } from './month-names.ts'

export interface DayText {
  first: number
  second: number
  third: number
  /** The first part has four digits: the order is beyond doubt. */
  isYearFirst: boolean
  /** Which part is a month's name; 0 where all are numbers. */
  named: 0 | 1 | 2
  /** Digits of the third part, where it may be the year. */
  yearDigits: number
  /** An apostrophe before the year puts it after 1999. */
  isApostrophe: boolean
}

const [shortest, longest] = [6, 48]
const [space, noBreakSpace, apostrophe, comma, minus, point, slash] = [
  0x20, 0xa0, 0x27, 0x2c, 0x2d, 0x2e, 0x2f,
]
const quote = 0x2019

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39

const isLetter = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || (code >= 0xc0 && code < 0x250)

const isApostrophe = (code: number): boolean => code === apostrophe || code === quote

const isSeparator = (code: number): boolean =>
  code === slash || code === point || code === minus || isApostrophe(code)

const ordinals = new Set(['er', 'st', 'nd', 'rd', 'th'])

const timeOfDay =
  /^(?:(?:[T ,]{1,3}|-(?=\d{1,2}:))\d{1,2}[:.hH]?\d{2}(?:[:.mM]?\d{2}(?:[.,]\d{1,9})?)?)?s? ?(?:Z|UTC|GMT|CES?T|[AaPp]\.?[Mm]\.?|[+-]\d{2}:?\d{2})?\s*$/

class Scanner {
  readonly #text: string
  #at = 0
  #hasName = false
  /** Digits of the part just read; 0 for a name. */
  digits = 0
  /** What separated the last two parts; 0 for blanks. */
  sign = 0

  constructor(text: string) {
    this.#text = text
  }

  skipBlanks(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (code !== space && code !== noBreakSpace) return
      this.#at += 1
    }
  }

  /** A number, or the month that a word names; -1 where neither stands here. */
  part(): number {
    const start = this.#at
    let value = 0
    let code = this.#text.charCodeAt(start)
    while (isDigit(code)) {
      value = value * 10 + code - 0x30
      this.#at += 1
      code = this.#text.charCodeAt(this.#at)
    }
    this.digits = this.#at - start
    if (this.digits > 0) return value
    this.#hasName = true
    return monthOf(this.#word()) || -1
  }

  #word(): string {
    const start = this.#at
    while (isLetter(this.#text.charCodeAt(this.#at))) this.#at += 1
    const word = this.#text.slice(start, this.#at)
    // janv. is short for janvier
    if (this.#text.charCodeAt(this.#at) === point) this.#at += 1
    return word
  }

  /** Passes what stands between two parts; false where that is nothing of a date. */
  separator(): boolean {
    const start = this.#at
    this.skipBlanks()
    const code = this.#text.charCodeAt(this.#at)
    this.sign = isSeparator(code) || (code === comma && this.#hasName) ? code : 0
    if (this.sign !== 0) this.#at += 1
    this.skipBlanks()
    return this.#at > start || isLetter(code) || this.digits === 0
  }

  skipOrdinal(): void {
    const start = this.#at
    if (this.digits === 0 || !isLetter(this.#text.charCodeAt(start))) return
    if (!ordinals.has(this.#word())) this.#at = start
  }

  /** Whether nothing follows but a time of day. */
  isAtEnd(): boolean {
    if (this.#at === this.#text.length) return true
    return timeOfDay.test(this.#text.slice(this.#at))
  }
}

const plain = { named: 0, isApostrophe: false } as const

/** `20240131`, perhaps with a time behind it, or `31012024`. */
const compactDay = (digits: number, count: number): DayText | null => {
  const eight = count === 14 ? Math.floor(digits / 1_000_000) : digits
  const [year, month] = [Math.floor(eight / 10_000), Math.floor(eight / 100) % 100]
  if (year >= 1900 && year < 2200 && month >= 1 && month <= 12)
    return {
      ...plain,
      first: year,
      second: month,
      third: eight % 100,
      isYearFirst: true,
      yearDigits: 0,
    }
  if (count === 14) return null
  const [first, second, third] = [Math.floor(year / 100), year % 100, eight % 10_000]
  return { ...plain, first, second, third, isYearFirst: false, yearDigits: 4 }
}

const isWidth = (first: number, second: number, third: number): boolean => {
  if (second > 2 || third === 0) return false
  if (first === 4) return third <= 2
  return first <= 2 && third >= 2 && third <= 4 && (first > 0 || second > 0)
}

/** The parts of a day, perhaps with a time of day behind it; null where a text is no day at all. */
export const scanDay = (text: string): DayText | null => {
  if (text.length < shortest || text.length > longest) return null
  const scanner = new Scanner(text)
  scanner.skipBlanks()
  const first = scanner.part()
  const firstDigits = scanner.digits
  if (firstDigits === 8 || firstDigits === 14)
    return scanner.isAtEnd() ? compactDay(first, firstDigits) : null
  if (first < 0 || firstDigits > 4) return null
  return scanRest(scanner, first, firstDigits)
}

const scanRest = (scanner: Scanner, first: number, firstDigits: number): DayText | null => {
  scanner.skipOrdinal()
  if (!scanner.separator()) return null
  const { sign } = scanner
  const second = scanner.part()
  const secondDigits = scanner.digits
  if (second < 0 || !scanner.separator()) return null
  const named = firstDigits === 0 ? 1 : secondDigits === 0 ? 2 : 0
  // 12 10.50 is something else
  if (named === 0 && scanner.sign !== sign && !isApostrophe(scanner.sign)) return null
  const year = scanYear(scanner, firstDigits, secondDigits)
  return year === null ? null : { first, second, named, isYearFirst: firstDigits === 4, ...year }
}

const scanYear = (scanner: Scanner, firstDigits: number, secondDigits: number) => {
  const isMarked = isApostrophe(scanner.sign)
  const third = scanner.part()
  const yearDigits = scanner.digits
  if (third < 0 || !isWidth(firstDigits, secondDigits, yearDigits)) return null
  return scanner.isAtEnd() ? { third, yearDigits, isApostrophe: isMarked } : null
}
