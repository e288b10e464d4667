/** How one file writes dates and amounts, decided from all of it before any line is given. */
import { decimalSigns, type DateOrder, type DecimalSign } from '../../domain/csv-layout.ts'
import { createDateVote, readDay } from '../inference/date-order.ts'
import { createAmountVote, readAmount } from '../inference/decimal-sign.ts'
import type { ParseOptions } from '../output.ts'
import type { QifRecord } from './record-reader.ts'

export interface Conventions {
  /** Null where nothing tells it. */
  order: DateOrder | null
  sign: DecimalSign
  /** An amount that reads differently with the other sign, where nothing tells which is meant. */
  doubtfulAmount: string | null
}

const optionOrders = new Map<string, DateOrder>([
  ['mdy', 'mdy'],
  ['dmy', 'dmy'],
  ['ymd', 'ymd'],
])

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39

/** A year behind an apostrophe: perhaps another sign before it, perhaps a blank for its first digit. */
const shortenedYear = /[/.-]?['’]\s?(\d{1,2})$/

/** A date without the text that some banks let run into it, as in `03/25/099Withdrawal`. */
export const dateOf = (value: string): string => {
  const year = /['’]/.test(value) ? shortenedYear.exec(value) : null
  if (year !== null) return `${value.slice(0, year.index)}'${(year[1] ?? '').padStart(2, '0')}`
  if (value.length <= 10 && isDigit(value.charCodeAt(value.length - 1))) return value
  const numbers = /^\d{1,4}[/.\-' ]{1,3}\d{1,2}[/.\-' ]{1,3}\d{1,4}/.exec(value)?.[0]
  return numbers ?? value
}

/** The days that a date may mean: by the day first and by the month first. */
export const readings = (date: string, today: string): [string | null, string | null] => [
  readDay(date, 'dmy', today),
  readDay(date, 'mdy', today),
]

/** Whether a record has what only movements have: a day and an amount. */
export const isMovement = ({ date, amount }: QifRecord, today: string): boolean =>
  readings(dateOf(date ?? ''), today).some((day) => day !== null) &&
  decimalSigns.some((sign) => readAmount(amount ?? '', sign) !== null)

/** Hears every record once and then knows the conventions of the file. */
export const createElection = ({ dateOrder, decimalSign }: ParseOptions) => {
  const dates = createDateVote()
  const amounts = createAmountVote()
  let stated: DateOrder | null = null

  const order = (): DateOrder | null => {
    if (stated !== null) return stated
    const verdict = dates.verdict()
    if (verdict.kind === 'unreadable') return dateOrder ?? 'dmy'
    if (verdict.kind === 'ambiguous') return dateOrder ?? null
    return verdict.isProven ? verdict.order : (dateOrder ?? verdict.order)
  }

  return {
    option: (name: string): void => {
      stated ??= optionOrders.get(name.toLowerCase()) ?? null
    },
    record: ({ date, amount, splits }: QifRecord): void => {
      if (date !== null) dates.see(dateOf(date))
      if (amount !== null) amounts.see(amount)
      for (const split of splits ?? []) if (split.amount !== null) amounts.see(split.amount)
    },
    conventions: (): Conventions => {
      const verdict = amounts.verdict()
      if (verdict.kind === 'sign')
        return { order: order(), sign: verdict.sign, doubtfulAmount: null }
      const doubtfulAmount =
        verdict.kind === 'ambiguous' && decimalSign === undefined ? verdict.text : null
      return { order: order(), sign: decimalSign ?? '.', doubtfulAmount }
    },
  }
}

/** What an amount means by each sign, for the question. */
export const amountReadings = (text: string): { first: string; second: string } => ({
  first: readAmount(text, '.') ?? text,
  second: readAmount(text, ',') ?? text,
})
