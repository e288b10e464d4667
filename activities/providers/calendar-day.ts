const dayPattern = /^\d{4}-\d{2}-\d{2}$/

/** Lines come by the day, so the one asked for last is mostly asked for again. */
let lastDay = ''

/** Whether a text is a day that the calendar has, as `YYYY-MM-DD`. */
export const isCalendarDay = (text: string): boolean => {
  if (text === lastDay) return true
  if (!dayPattern.test(text)) return false
  const ms = Date.parse(`${text}T00:00:00Z`)
  const isDay = !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text)
  if (isDay) lastDay = text
  return isDay
}
