/** In which order a file writes day, month and year: decided once from all its dates, never date by date. */
import type { DateOrder } from '../../domain/csv-layout.ts'
import { dayOf, fullYear } from '../day.ts'
import { scanDay, type DayText } from './day-text.ts'

type DateVerdict =
  /** Proven by a number that can only be a day or a year; else it only follows from the days being sorted. */
  | { kind: 'order'; order: DateOrder; isProven: boolean }
  /** Nothing in the file tells; `text` reads differently by the day or the month first. */
  | { kind: 'ambiguous'; text: string }
  | { kind: 'unreadable'; text: string }

export interface DateVote {
  /** Takes the dates in the order of the file. */
  see: (text: string) => void
  verdict: () => DateVerdict
  /** The latest day seen, as `YYYY-MM-DD`, by each order of day and month. */
  latest: () => Readonly<Record<'dmy' | 'mdy', string>>
}

const yearOf = ({ third, yearDigits, isApostrophe }: DayText, today: string): number => {
  if (yearDigits === 4) return third
  // programs that counted from 1900 wrote 099, and then 100
  if (yearDigits === 3) return 1900 + third
  return isApostrophe ? 2000 + third : fullYear(third, today)
}

const isShortYear = ({ yearDigits, isApostrophe }: DayText): boolean =>
  yearDigits === 2 && !isApostrophe

const dayIn = (parts: DayText, order: DateOrder, today: string): string | null => {
  const { first, second, third, named } = parts
  if (parts.isYearFirst) return dayOf(first, second, third)
  if (named === 1) return dayOf(yearOf(parts, today), first, second)
  if (order === 'ymd')
    return isShortYear(parts)
      ? dayOf(fullYear(first, today), second, third)
      : dayByName(parts, today)
  return order === 'dmy' || named === 2
    ? dayOf(yearOf(parts, today), second, first)
    : dayOf(yearOf(parts, today), first, second)
}

const dayByName = (parts: DayText, today: string): string | null =>
  parts.named === 2 ? dayOf(yearOf(parts, today), parts.second, parts.first) : null

/**
 * The calendar day that a text means in an order, as `YYYY-MM-DD` and as written, whatever time of day follows; null
 * where it is no day. `today` (`YYYY-MM-DD`) tells the century of two digits.
 */
export const readDay = (text: string, order: DateOrder, today: string): string | null => {
  const parts = scanDay(text)
  return parts === null ? null : dayIn(parts, order, today)
}

/** Follows one reading of a column: whether its days only rise, or only fall. */
class Course {
  #last = 0
  #latest = 0
  #rises = 0
  #falls = 0

  see(key: number): void {
    if (this.#last !== 0 && key > this.#last) this.#rises += 1
    if (this.#last !== 0 && key < this.#last) this.#falls += 1
    this.#last = key
    this.#latest = Math.max(this.#latest, key)
  }

  /** The latest day of this reading, as `YYYY-MM-DD`. */
  get latest(): string {
    const digits = String(this.#latest).padStart(8, '0')
    return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`
  }

  /** Two days are always in order; a third one tells. */
  isSteady(steps = 2): boolean {
    return (this.#rises === 0 || this.#falls === 0) && this.#rises + this.#falls >= steps
  }
}

const keyOf = (year: number, month: number, day: number): number =>
  // two digits in an order that needs no day of today: 70 to 99 come before 00 to 69
  (year < 100 ? 1970 + ((year + 30) % 100) : year) * 10_000 + month * 100 + day

const dotted = /^\s*\d{1,2}\./

/** What the numbers themselves say of the order. */
const saidBy = (first: number, second: number): DateOrder | 'open' => {
  if (first > 31) return 'ymd'
  if (first > 12) return 'dmy'
  return second > 12 ? 'mdy' : 'open'
}

class Vote implements DateVote {
  #unreadable: string | null = null
  #doubtful: string | null = null
  readonly #counts = { year: 0, named: 0, dmy: 0, mdy: 0, ymd: 0, open: 0 }
  readonly #courses = { dmy: new Course(), mdy: new Course(), ymd: new Course() }
  #isLateThird = false
  #isDotted = true
  readonly #firsts = { least: 100, most: 0 }

  see(text: string): void {
    const parts = scanDay(text)
    if (parts === null) this.#unreadable ??= text
    else if (parts.isYearFirst) this.#counts.year += 1
    else if (parts.named !== 0) this.#counts.named += 1
    else this.#seeNumbers(parts, text)
  }

  #seeNumbers(parts: DayText, text: string): void {
    const { first, second, third } = parts
    if (second > 31 || (first > 12 && second > 12)) {
      this.#unreadable ??= text
      return
    }
    if (!isShortYear(parts) || third > 31) this.#isLateThird = true
    const said = saidBy(first, second)
    this.#counts[said] += 1
    if (said === 'open' && first !== second) this.#doubtful ??= text
    this.#follow(parts, text)
  }

  #follow({ first, second, third }: DayText, text: string): void {
    if (!dotted.test(text)) this.#isDotted = false
    this.#firsts.least = Math.min(this.#firsts.least, first)
    this.#firsts.most = Math.max(this.#firsts.most, first)
    this.#courses.dmy.see(keyOf(third, second, first))
    this.#courses.mdy.see(keyOf(third, first, second))
    this.#courses.ymd.see(keyOf(first, second, third))
  }

  /** Years of two digits in front, such as 24-01-31, look like days: their course gives them away. */
  #isYearInFront(): boolean {
    if (this.#isLateThird || this.#counts.mdy > 0) return false
    if (this.#counts.ymd > 0) return true
    const { dmy, ymd } = this.#courses
    const { least, most } = this.#firsts
    return most - least <= 1 && ymd.isSteady(3) && !dmy.isSteady()
  }

  #proven(): DateOrder | null {
    const { dmy, mdy, open, named } = this.#counts
    if (this.#isYearInFront()) return 'ymd'
    if (dmy + mdy > 0) return dmy >= mdy ? 'dmy' : 'mdy'
    // with points between them, nobody writes the month first
    if (this.#doubtful !== null) return this.#isDotted ? 'dmy' : null
    return open + named > 0 ? 'dmy' : 'ymd'
  }

  #sorted(): DateOrder | null {
    const { dmy, mdy } = this.#courses
    if (dmy.isSteady() === mdy.isSteady()) return null
    return dmy.isSteady() ? 'dmy' : 'mdy'
  }

  latest(): Record<'dmy' | 'mdy', string> {
    return { dmy: this.#courses.dmy.latest, mdy: this.#courses.mdy.latest }
  }

  verdict(): DateVerdict {
    const { year, named, dmy, mdy, ymd, open } = this.#counts
    if (year + named + dmy + mdy + ymd + open === 0)
      return { kind: 'unreadable', text: this.#unreadable ?? '' }
    const proven = this.#proven()
    const order = proven ?? this.#sorted()
    return order === null
      ? { kind: 'ambiguous', text: this.#doubtful ?? '' }
      : { kind: 'order', order, isProven: proven !== null }
  }
}

/** A vote on the order of the dates of one file or column; holds a few numbers, whatever the length of the file. */
export const createDateVote = (): DateVote => new Vote()
