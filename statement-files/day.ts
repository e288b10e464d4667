/** Calendar days as a bank writes them: never an instant, never moved by a time zone. */
const lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

const hyphen = 0x2d

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)

const two = (number: number): string => (number < 10 ? `0${number}` : String(number))

const isDay = (year: number, month: number, day: number): boolean => {
  const last = month === 2 && isLeap(year) ? 29 : (lengths[month - 1] ?? 0)
  return year >= 1900 && year <= 2199 && day >= 1 && day <= last
}

/** `YYYY-MM-DD`, or null where the calendar has no such day (year 1900 to 2199). */
export const dayOf = (year: number, month: number, day: number): string | null =>
  isDay(year, month, day) ? `${year}-${two(month)}-${two(day)}` : null

/** The year that two digits mean: up to the year after `today` in this century, else the last one. */
export const fullYear = (twoDigits: number, today: string): number => {
  const latest = Number(today.slice(0, 4)) + 1
  const year = latest - (latest % 100) + twoDigits
  return year > latest ? year - 100 : year
}

/** The digits between two indexes as a number; NaN where something else stands there. */
const digitsOf = (text: string, from: number, to: number): number => {
  let number = 0
  for (let at = from; at < to; at += 1) {
    const digit = text.charCodeAt(at) - 0x30
    number = digit >= 0 && digit <= 9 ? number * 10 + digit : Number.NaN
  }
  return number
}

/** Of a text of ten characters: half a million days are looked at faster without a pattern. */
const bareDayOfIso = (text: string): string | null => {
  const isWritten = text.charCodeAt(4) === hyphen && text.charCodeAt(7) === hyphen
  const isFound =
    isWritten && isDay(digitsOf(text, 0, 4), digitsOf(text, 5, 7), digitsOf(text, 8, 10))
  return isFound ? text : null
}

/** The day at the start of an ISO date or instant, as written: the zone is not looked at; null where there is none. */
export const dayOfIso = (text: string): string | null => {
  if (text.length === 10) return bareDayOfIso(text)
  const found = /^\s*(\d{4})-(\d{2})-(\d{2})(?!\d)/.exec(text)
  return found === null ? null : dayOf(Number(found[1]), Number(found[2]), Number(found[3]))
}
