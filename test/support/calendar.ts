/** Days as the banks of the sandbox count them, whose calendar is Brussels' and not UTC's. */
const calendar = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Europe/Brussels',
  dateStyle: 'short',
})

/** The calendar day in Brussels so many days before today; negative for days to come. */
export const daysAgo = (days: number): string => {
  const noon = Date.parse(`${calendar.format(Date.now())}T12:00:00Z`)
  return new Date(noon - days * 86_400_000).toISOString().slice(0, 10)
}
