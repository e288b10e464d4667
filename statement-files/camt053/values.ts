/** Reads amounts, days and signs where they stand, and remembers what is wrong with them. */
import { dayOfIso } from '../day.ts'
import type { Position } from '../parsed.ts'
import { problem, quoted, type Problem } from '../problem.ts'
import { amountOf, isDebitOf } from './amount.ts'
import type { Money } from './records.ts'

/** Whoever remembers problems until it is known whether they matter. */
export interface Bearer {
  problems: Problem[] | undefined
}

const bear = (bearer: Bearer, told: Problem): void => {
  if (bearer.problems === undefined) bearer.problems = [told]
  else bearer.problems.push(told)
}

interface Written {
  text: string
  at: () => Position
}

/** An amount with its currency; undefined and a problem where the text is none. */
export const moneyOf = (
  bearer: Bearer,
  { text, at }: Written,
  currency: string | undefined,
): Money | undefined => {
  const amount = amountOf(text)
  if (amount !== null) return { amount, currency }
  bear(bearer, problem('bad_amount', { text: quoted(text) }, at()))
  return undefined
}

const isoEnd = /^\d{4}-\d{2}-\d{2}(?:[T\sZ+-]|$)/

/** The calendar day at the start of a date or instant, as the bank wrote it; undefined and a problem where there is none. */
export const dayIn = (
  bearer: Bearer,
  { text, at }: Written,
  what: 'booking' | 'value' | 'balance',
): string | undefined => {
  const day = text.length === 10 || isoEnd.test(text) ? dayOfIso(text) : null
  if (day !== null) return day
  bear(bearer, problem('bad_date', { text: quoted(text), what }, at()))
  return undefined
}

/** Whether an amount goes out; undefined and a problem where its indicator is unknown. */
export const directionOf = (bearer: Bearer, { text, at }: Written): boolean | undefined => {
  const isDebit = isDebitOf(text)
  if (isDebit !== null) return isDebit
  bear(bearer, problem('malformed', { reason: 'direction', text: quoted(text) }, at()))
  return undefined
}
