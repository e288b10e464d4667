/** Amounts and currencies of a provider, as decimal text. */
import { toDecimal } from '../../domain/money.ts'
import { invalidResponse } from './call-failures.ts'

/** ISO 4217 for "no currency": an account whose currency nobody tells. */
export const noCurrency = 'XXX'

/** The plain decimal text of a number's digits; digits that are no amount are an answer that cannot be used. */
export const decimal = (digits: string): string => {
  try {
    return toDecimal(digits)
  } catch (error) {
    throw invalidResponse('amount', { scope: 'account', cause: error })
  }
}

/** The currency's three capital letters; anything else is an answer that cannot be used. */
export const currencyOf = (text: string): string => {
  if (/^[A-Za-z]{3}$/.test(text)) return text.toUpperCase()
  throw invalidResponse('currency', { scope: 'account' })
}
