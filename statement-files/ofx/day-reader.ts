/** Dates of OFX files: the first eight digits are the day as the bank wrote it; time and zone never move it. */
import { dayOf, dayOfIso } from '../day.ts'

export type DayReader = (text: string) => string | null

/** A hundred years of days; a file with more has no days but nonsense. */
const maxKnown = 36_600

const read = (digits: string): string | null =>
  /^\d{8}$/.test(digits)
    ? dayOf(Number(digits.slice(0, 4)), Number(digits.slice(4, 6)), Number(digits.slice(6)))
    : null

/** Reads the dates of one file, which are few days many times. */
export const createDayReader = (): DayReader => {
  const known = new Map<string, string>()
  return (text) => {
    const digits = text.slice(0, 8)
    const found = known.get(digits)
    if (found !== undefined) return found
    const day = read(digits)
    // some banks write days as XML has them, which no other order could be taken for
    if (day === null) return dayOfIso(text)
    if (known.size < maxKnown) known.set(digits, day)
    return day
  }
}
