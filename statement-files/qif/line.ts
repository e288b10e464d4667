/** Makes a line, or the opening balance, of a record. */
import { isSameAmount, sumOf } from '../decimal.ts'
import { readDay } from '../inference/date-order.ts'
import { readAmount } from '../inference/decimal-sign.ts'
import type { LineDetail, ParsedLine } from '../parsed.ts'
import type { Problem } from '../problem.ts'
import { asWarning, problem, quoted } from '../problem.ts'
import { belgianReferenceIn } from '../structured-reference.ts'
import { dateOf, readings, type Conventions } from './conventions.ts'
import type { QifRecord, Split } from './record-reader.ts'
import { withoutEntities } from './texts.ts'

export interface LineReading {
  conventions: Conventions
  today: string
  /** A person has answered how dates are meant: what is still doubtful informs only. */
  isAnswered: boolean
  tell: (told: Problem) => unknown
  /** The order of the dates decides what this one means, and nothing tells it. */
  tellAmbiguous: (readings: { text: string; first: string; second: string }, line: number) => void
}

const yearOf = (day: string): number => Number(day.slice(0, 4))

const isShortened = /['’] ?\d{2}$/

/** `12/31'99` is 2099 by the rule of the apostrophe, which no bank has booked yet. */
const withoutFarFuture = (day: string, record: QifRecord, reading: LineReading): string | null => {
  if (yearOf(day) <= yearOf(reading.today) + 1 || !isShortened.test(record.date ?? '')) return day
  const past = `${yearOf(day) - 100}${day.slice(4)}`
  const params = { text: quoted(record.date ?? ''), first: day, second: past }
  const told = problem('date_order_ambiguous', params, { line: record.dateLine, column: 2 })
  reading.tell(reading.isAnswered ? asWarning(told) : told)
  return reading.isAnswered ? past : null
}

/** The booking day; null where a problem was told. */
const bookedOn = (date: string, record: QifRecord, reading: LineReading): string | null => {
  const { order } = reading.conventions
  if (order === null) return doubtfulDay(date, record, reading)
  const day = readDay(dateOf(date), order, reading.today)
  if (day !== null) return withoutFarFuture(day, record, reading)
  tellBadDate(date, record, reading)
  return null
}

/** Only a day that both orders read alike can be known where nothing tells the order. */
const doubtfulDay = (date: string, record: QifRecord, reading: LineReading): string | null => {
  const [dayFirst, monthFirst] = readings(dateOf(date), reading.today)
  if (dayFirst === null && monthFirst === null) tellBadDate(date, record, reading)
  if (dayFirst === monthFirst) return dayFirst
  const both = { first: dayFirst ?? date, second: monthFirst ?? date }
  reading.tellAmbiguous({ text: quoted(date), ...both }, record.dateLine)
  return null
}

const tellBadDate = (date: string, { dateLine }: QifRecord, { tell }: LineReading): void => {
  tell(problem('bad_date', { text: quoted(date) }, { line: dateLine, column: 2 }))
}

const missing = (field: string, { line }: QifRecord): Problem =>
  problem('malformed', { reason: 'missing', textKnown: 'yes', text: field }, { line })

const amountOf = (record: QifRecord, { conventions, tell }: LineReading): string | null => {
  if (record.amount === null) {
    tell(problem('bad_amount', { reason: 'missing', text: '' }, { line: record.line }))
    return null
  }
  const amount = readAmount(record.amount, conventions.sign)
  if (amount === null) {
    const place = { line: record.amountLine, column: 2 }
    tell(problem('bad_amount', { reason: 'shape', text: quoted(record.amount) }, place))
  }
  return amount
}

const partOf = ({ category, memo }: Split, amount: string | null): LineDetail => {
  const text = withoutEntities(memo === '' ? category : memo)
  return { ...(amount === null ? {} : { amount }), ...(text === '' ? {} : { text }) }
}

/** The parts of a line; told where they cannot be read or do not add up, which the line survives. */
const detailsOf = (record: QifRecord, amount: string, { conventions, tell }: LineReading) => {
  const splits = record.splits ?? []
  const amounts: string[] = []
  const details = splits.map((split) => {
    const part = split.amount === null ? null : readAmount(split.amount, conventions.sign)
    if (part !== null) amounts.push(part)
    else if (split.amount !== null && split.amount !== '') {
      const params = { reason: 'shape', text: quoted(split.amount) }
      tell(asWarning(problem('bad_amount', params, { line: split.line, column: 2 })))
    }
    return partOf(split, part)
  })
  if (amounts.length === details.length && !isSameAmount(sumOf(...amounts), amount)) {
    const params = { found: sumOf(...amounts), stated: sumOf(amount) }
    tell(problem('splits_mismatch', params, { line: record.amountLine }))
  }
  return details
}

const ownAccount = /^\[([^\]]+)\]/

/** The account that a transfer names as its other side. */
export const transferAccount = (category: string): string | null =>
  ownAccount.exec(category)?.[1] ?? null

const isCheque = /^\d{1,20}$/

/** What the smaller fields add: number, category, the account of a transfer. */
const addExtras = (line: ParsedLine, { number, category }: QifRecord): void => {
  const account = category.startsWith('[') ? transferAccount(category) : null
  const isNumber = number !== '' && isCheque.test(number)
  const typeCode = account === null && category !== '' ? category : isNumber ? '' : number
  if (account !== null) line.counterpartyAccount = withoutEntities(account)
  if (isNumber) line.chequeNumber = number
  if (typeCode !== '') line.typeCode = withoutEntities(typeCode)
}

const addReference = (line: ParsedLine): void => {
  const reference = belgianReferenceIn(line.text) ?? belgianReferenceIn(line.counterparty ?? '')
  if (reference === null) return
  line.reference = reference
  line.referenceType = 'belgian'
}

/** The line that a record is; null where its amount cannot be read, which is told. */
export const lineOf = (record: QifRecord, reading: LineReading): ParsedLine | null => {
  if (record.date === null) reading.tell(missing('D', record))
  const day = record.date === null ? null : bookedOn(record.date, record, reading)
  const amount = amountOf(record, reading)
  if (amount === null) return null
  const text = withoutEntities(record.memo)
  const line: ParsedLine = { bookedOn: day, amount, text, position: { line: record.line } }
  if (record.payee !== '') line.counterparty = withoutEntities(record.payee)
  addReference(line)
  addExtras(line, record)
  if (record.splits !== null) line.details = detailsOf(record, amount, reading)
  if (record.raw !== null) line.raw = record.raw.join('\n')
  return line
}
