/** Salt Edge writes days as calendar days of the institution and instants in UTC, with or without fractions. */
import { isCalendarDay } from '../calendar-day.ts'

const dayMs = 86_400_000
const instantPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/
const zoned = /(Z|[+-]\d{2}:?\d{2})$/

const dayAt = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** A calendar day, checked; null where the text is none. */
export const dayOf = (text: string | null | undefined): string | null =>
  text && isCalendarDay(text) ? text : null

/** The instant as ISO text in UTC; without a zone it counts as UTC. Null where the text is none. */
export const instantOf = (text: string | null | undefined): string | null => {
  if (!text || !instantPattern.test(text)) return null
  const ms = Date.parse(zoned.test(text) ? text : `${text}Z`)
  return Number.isNaN(ms) ? null : new Date(ms).toISOString()
}

/** The calendar day `days` before an instant in ms. */
export const daysBefore = (nowMs: number, days: number): string => dayAt(nowMs - days * dayMs)
