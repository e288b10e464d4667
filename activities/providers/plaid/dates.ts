import { isCalendarDay } from '../calendar-day.ts'

const instantPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/
const zoned = /(Z|[+-]\d{2}:?\d{2})$/

/** A calendar day as the institution counts it; null where the text is none. */
export const dayOf = (text: string): string | null => (isCalendarDay(text) ? text : null)

/** The instant as ISO text in UTC, with or without fractions and zone; null where the text is none. */
export const instantOf = (text: string | null | undefined): string | null => {
  if (!text || !instantPattern.test(text)) return null
  const ms = Date.parse(zoned.test(text) ? text : `${text}Z`)
  return Number.isNaN(ms) ? null : new Date(ms).toISOString()
}
