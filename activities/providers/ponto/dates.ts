/** Ponto writes instants in UTC; a booking day is a day in the institution's calendar. */
import { isCalendarDay } from '../calendar-day.ts'

/** The calendar of most institutions Ponto serves; used where none is named. */
export const usualTimeZone = 'Europe/Brussels'

const instantPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/
/** Midnight in UTC is how most institutions' plain dates arrive: that day is meant, in any zone. */
const plainDay = /^\d{4}-\d{2}-\d{2}(?:T00:00(?::00(?:\.0+)?)?Z?)?$/
const zoned = /(Z|[+-]\d{2}:?\d{2})$/

const calendars = new Map<string, Intl.DateTimeFormat>()

const calendarOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = calendars.get(timeZone)
  if (known) return known
  const calendar = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' })
  // there are about 600 names of time zones, so this stays small
  calendars.set(timeZone, calendar)
  return calendar
}

/** Tells whether this machine knows the time zone by that name. */
export const isTimeZone = (name: string): boolean => {
  try {
    calendarOf(name)
    return true
  } catch {
    return false
  }
}

const dayAt = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** Milliseconds of an instant, with or without fractions; without a zone it counts as UTC. Null where it is none. */
const msOf = (text: string): number | null => {
  if (!instantPattern.test(text)) return null
  const ms = Date.parse(zoned.test(text) ? text : `${text}Z`)
  return Number.isNaN(ms) ? null : ms
}

/** The calendar day in a time zone of a date or an instant; null where it is neither. */
export const dayOf = (text: string | null | undefined, timeZone: string): string | null => {
  if (!text) return null
  if (plainDay.test(text)) {
    const day = text.slice(0, 10)
    return isCalendarDay(day) ? day : null
  }
  const ms = msOf(text)
  return ms === null ? null : calendarOf(timeZone).format(ms)
}

/** The instant as ISO text in UTC; null where the text is neither an instant nor a day. */
export const instantOf = (text: string | null | undefined): string | null => {
  if (!text) return null
  const ms = isCalendarDay(text) ? Date.parse(`${text}T00:00:00Z`) : msOf(text)
  return ms === null ? null : new Date(ms).toISOString()
}

/** The day `days` before a calendar day. */
export const daysBefore = (day: string, days: number): string =>
  dayAt(Date.parse(`${day}T00:00:00Z`) - days * 86_400_000)
