/** Ponto writes instants in UTC; a booking day is a day in the institution's calendar. */

/** Ponto serves Belgian, Dutch and French institutions; their calendars agree to the minute. */
const timeZone = 'Europe/Brussels'
const calendar = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' })
const dayPattern = /^\d{4}-\d{2}-\d{2}$/
const midnight = /T00:00:00(?:\.0+)?Z$/

/** The calendar day of a date or an instant, with or without fractions of a second; null where it is neither. */
export const dayOf = (text: string | null | undefined): string | null => {
  if (!text) return null
  if (dayPattern.test(text)) return text
  const at = Date.parse(text)
  if (Number.isNaN(at)) return null
  // east of Greenwich midnight in UTC is the same day; most rows are written so
  return midnight.test(text) ? text.slice(0, 10) : calendar.format(at)
}

/** The day `days` before a calendar day. */
export const daysBefore = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10)
