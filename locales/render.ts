/** Writes messages, states and problems for a reader; texts are data in the files beside. */
import { IntlMessageFormat } from 'intl-messageformat'
import en from './en.json' with { type: 'json' }
import fr from './fr.json' with { type: 'json' }
import type { Language } from './languages.ts'
import nl from './nl.json' with { type: 'json' }

type Params = Readonly<Record<string, string | number>>
type Group = keyof typeof en

export type ProblemCode = keyof (typeof en)['problems']
export type DetailKey = keyof (typeof en)['details']

const texts: Record<Language, Record<Group, Record<string, string>>> = { en, fr, nl }
const localeOf: Record<Language, string> = { en: 'en', fr: 'fr-BE', nl: 'nl-BE' }

const isProblemCode = (word: string): word is ProblemCode => Object.hasOwn(en.problems, word)

const timeZone = 'Europe/Brussels'
const day: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'long', year: 'numeric' }
const moment: Intl.DateTimeFormatOptions = {
  ...day,
  timeZone,
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
}

/** What a parameter means is said by its name; others are shown as they are. */
const meanings: Record<string, 'day' | 'moment' | 'state' | 'count' | undefined> = {
  date: 'day',
  until: 'day',
  next: 'moment',
  since: 'moment',
  before: 'moment',
  from: 'state',
  to: 'state',
  n: 'count',
  accounts: 'count',
  months: 'count',
  pages: 'count',
  slots: 'count',
  seconds: 'count',
}

const dateFormats = new Map<string, Intl.DateTimeFormat>()

const dateFormat = (
  language: Language,
  options: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat => {
  const key = `${language} ${options.hour ?? ''} ${options.timeZone}`
  const known = dateFormats.get(key)
  if (known) return known
  const format = new Intl.DateTimeFormat(localeOf[language], options)
  dateFormats.set(key, format)
  return format
}

const dayText = (language: Language, value: string): string => {
  const at = new Date(value)
  if (Number.isNaN(at.getTime())) return value
  // a calendar day is nobody's instant: it must not move with the time zone
  const zone = /^\d{4}-\d{2}-\d{2}$/.test(value) ? 'UTC' : timeZone
  return dateFormat(language, { ...day, timeZone: zone }).format(at)
}

const momentText = (language: Language, value: string): string => {
  const at = new Date(value)
  return Number.isNaN(at.getTime()) ? value : dateFormat(language, moment).format(at)
}

const readable = (language: Language, name: string, value: string | number): string | number => {
  switch (meanings[name]) {
    case 'day':
      return dayText(language, String(value))
    case 'moment':
      return momentText(language, String(value))
    case 'state':
      return texts[language].states[String(value)] ?? value
    case 'count':
      return Number.isFinite(Number(value)) ? Number(value) : 0
    case undefined:
      return value
  }
}

/** Every value for the reader, and beside each `<name>Known`, so that a text can leave out what is not there. */
const forReader = (language: Language, params: Params): Record<string, string | number> => {
  const values: Record<string, string | number> = {}
  for (const [name, value] of Object.entries(params)) {
    values[name] = value === '' ? '' : readable(language, name, value)
    values[`${name}Known`] = value === '' ? 'no' : 'yes'
  }
  return values
}

const compiled = new Map<string, IntlMessageFormat>()

const compile = (language: Language, text: string): IntlMessageFormat => {
  const key = `${language} ${text}`
  const known = compiled.get(key)
  if (known) return known
  const format = new IntlMessageFormat(text, localeOf[language], undefined, { ignoreTag: true })
  compiled.set(key, format)
  return format
}

/** Parameters that not every message of a code has: those that were stored earlier lack the younger ones. */
const optionalParams = {
  until: '',
  next: '',
  user: '',
  firstEncoding: '',
  secondEncoding: '',
  closedWith: '',
  openedWith: '',
  gap: '',
  fromNumber: '',
  toNumber: '',
}

const render = (
  language: Language,
  group: Group,
  [key, params]: [string, Params],
): string | null => {
  const text = Object.hasOwn(texts[language][group], key) ? texts[language][group][key] : undefined
  if (text === undefined) return null
  try {
    return String(
      compile(language, text).format(forReader(language, { ...optionalParams, ...params })),
    )
  } catch {
    // a parameter is missing: the bare text still tells more than nothing
    return text
  }
}

/** The text of a chatter message; an unknown code (written by a newer version) is shown as it is. */
export const renderMessage = (language: Language, code: string, params: Params = {}): string =>
  render(language, 'messages', [code, params]) ?? code

const unsaid = { text: '', what: '', missing: '', reason: '', currency: '' }

/** The sentence for a problem of a statement file; an unknown code (written by a newer version) is shown as it is. */
export const renderFileProblem = (language: Language, code: string, params: Params = {}): string =>
  render(language, 'fileProblems', [code, { ...unsaid, ...params }]) ?? code

/** Every problem code, as the texts name them. */
export const problemCodes = Object.keys(en.problems).filter(isProblemCode)

/** The title of a problem. */
export const renderProblem = (language: Language, code: ProblemCode): string =>
  render(language, 'problems', [code, {}]) ?? code

/** The explanation of one problem. */
export const renderDetail = (language: Language, key: DetailKey, params: Params = {}): string =>
  render(language, 'details', [key, params]) ?? key
