/** Amounts as ISO 20022 writes them: up to 18 digits, a point, never a sign. */
import { negated } from '../../domain/money.ts'
import { decimalOf } from '../decimal.ts'
import { limits } from '../limits.ts'

const usual = /^(?:0|[1-9]\d{0,12})(?:\.\d{1,5})?$/
const allowed = /^\+?0*(\d{0,18})(?:\.(\d{0,30}))?$/

/** Exact decimal text, or null where a text is no amount. */
export const amountOf = (text: string): string | null => {
  if (usual.test(text)) return text
  if (text.length > limits.amount) return null
  const found = allowed.exec(text)
  if (found === null || !/\d/.test(text)) return null
  const [, integer = '', fraction = ''] = found
  const significant = fraction.replace(/0{1,30}$/, '')
  return integer.length + significant.length > 18 ? null : decimalOf(false, integer, fraction)
}

/** The amount as the account's holder sees it. */
export const signed = (amount: string, isDebit: boolean): string =>
  isDebit ? negated(amount) : amount

/** Whether an amount goes out, by its indicator; null where that is neither of the two. */
export const isDebitOf = (indicator: string): boolean | null => {
  const code = indicator.toUpperCase()
  if (code === 'DBIT') return true
  return code === 'CRDT' ? false : null
}
