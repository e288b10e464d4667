const dayPattern = /^\d{4}-\d{2}-\d{2}$/
/** Nearly all days can be told by their digits alone. */
const inEveryMonth = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])$/

/** Whether a text is a day that the calendar has, as `YYYY-MM-DD`. */
export const isCalendarDay = (text: string): boolean => {
  if (inEveryMonth.test(text)) return true
  if (!dayPattern.test(text)) return false
  const ms = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text)
}
