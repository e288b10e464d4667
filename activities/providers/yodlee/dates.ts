/** Yodlee writes instants in UTC, and the days of lines as days of the institution's calendar. */
import { isCalendarDay } from '../calendar-day.ts'

const dayMs = 86_400_000
const instantPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/
const zoned = /(Z|[+-]\d{2}:?\d{2})$/

/** The calendar day of an instant in UTC. */
export const dayAt = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** The day as written; null where there is none. Nothing is converted, so no line moves to its neighbour. */
export const dayOf = (text: string | null | undefined): string | null => {
  const day = text?.slice(0, 10) ?? ''
  return isCalendarDay(day) ? day : null
}

/** The instant as ISO text in UTC, with or without fractions; a day counts from its beginning. Null where there is none. */
export const instantOf = (text: string | null | undefined): string | null => {
  if (!text) return null
  if (isCalendarDay(text)) return `${text}T00:00:00.000Z`
  if (!instantPattern.test(text)) return null
  const ms = Date.parse(zoned.test(text) ? text : `${text}Z`)
  return Number.isNaN(ms) ? null : new Date(ms).toISOString()
}

/** The day `days` after a calendar day; before it where negative. */
export const daysAfter = (day: string, days: number): string =>
  dayAt(Date.parse(`${day}T00:00:00Z`) + days * dayMs)
