/** Dates of OFX files: the first eight digits are the day as the bank wrote it; time and zone never move it. */
import { dayOf } from '../day.ts'

export type DayReader = (text: string) => string | null

/** Reads dates of one file; lines of the same day follow each other. */
export const createDayReader = (): DayReader => {
  let lastDigits = ''
  let lastDay: string | null = null
  return (text) => {
    const digits = text.slice(0, 8)
    if (digits === lastDigits) return lastDay
    lastDigits = digits
    lastDay = /^\d{8}$/.test(digits)
      ? dayOf(Number(digits.slice(0, 4)), Number(digits.slice(4, 6)), Number(digits.slice(6)))
      : null
    return lastDay
  }
}
