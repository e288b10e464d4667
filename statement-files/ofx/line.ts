/** Makes a line of what stands in one STMTTRN. */
import { decimalsOf, isCurrency } from '../currency.ts'
import { decimalOf, scaleOf } from '../decimal.ts'
import { ibanOf } from '../../domain/iban.ts'
import type { ParsedLine } from '../parsed.ts'
import { belgianReferenceIn } from '../structured-reference.ts'
import type { AmountReader } from './amount.ts'
import type { Leaves } from './elements.ts'

/** The leaves of a line and of what stands within it. */
export interface LineLeaves {
  line: Leaves
  payee: Leaves
  bankAccount: Leaves
  cardAccount: Leaves
  currency: Leaves
  originalCurrency: Leaves
}

/** One text of two that often repeat or continue each other. */
const joined = (text: string, more: string): string => {
  if (more === '' || text.includes(more)) return text
  return text === '' || more.startsWith(text) ? more : `${text} ${more}`
}

const unitsOf = (decimal: string, scale: number): bigint =>
  BigInt(decimal.replace('.', '') + '0'.repeat(scale - scaleOf(decimal)))

/** A quotient of two decimal texts, rounded to so many decimals; null for a division by zero. */
const divided = (amount: string, by: string, decimals: number): string | null => {
  const scale = Math.max(scaleOf(amount), scaleOf(by))
  const divisor = unitsOf(by, scale)
  if (divisor <= 0n) return null
  const units = unitsOf(amount, scale) * 10n ** BigInt(decimals)
  const size = units < 0n ? -units : units
  const digits = ((2n * size + divisor) / (2n * divisor)).toString().padStart(decimals + 1, '0')
  const point = digits.length - decimals
  return decimalOf(units < 0n, digits.slice(0, point), digits.slice(point))
}

/** What was paid in another currency: the file gives only its rate, as units of the account's currency. */
export const originalOf = (
  line: ParsedLine,
  leaves: Leaves,
  amounts: AmountReader,
): ParsedLine['original'] => {
  const currency = leaves.text('CURSYM').toUpperCase()
  if (currency === line.currency || !isCurrency(currency)) return undefined
  const rate = amounts.read(leaves.text('CURRATE'), 3)?.amount
  const amount = rate === undefined ? null : divided(line.amount, rate, decimalsOf(currency))
  return amount === null || rate === undefined ? undefined : { amount, currency, rate }
}

const bic = /^[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?$/

const addCounterparty = (line: ParsedLine, given: LineLeaves): void => {
  const number = given.bankAccount.text('ACCTID') || given.cardAccount.text('ACCTID')
  if (number === '') return
  line.counterpartyAccount = ibanOf(number) ?? number
  const bank = given.bankAccount.text('BANKID')
  if (bic.test(bank)) line.counterpartyBic = bank
}

const addReferences = (line: ParsedLine, leaves: Leaves): void => {
  const bankReference = leaves.text('FITID')
  if (bankReference !== '') line.bankReference = bankReference
  const chequeNumber = leaves.text('CHECKNUM') || leaves.text('CHKNUM')
  // zeros stand for none
  if (/[^0]/.test(chequeNumber)) line.chequeNumber = chequeNumber
  const typeCode = leaves.text('TRNTYPE')
  if (typeCode !== '') line.typeCode = typeCode
  const { text } = line
  const isMarked = text.includes('+++') || text.includes('***')
  const reference = isMarked ? belgianReferenceIn(text) : null
  if (reference === null) return
  line.reference = reference
  line.referenceType = 'belgian'
}

/** Adds to a line everything but its amount and days. */
export const addTexts = (line: ParsedLine, given: LineLeaves): void => {
  const { line: leaves, payee } = given
  const longName = leaves.text('EXTDNAME')
  const name = leaves.text('NAME') || payee.text('NAME') || payee.text('-') || longName
  if (name !== '') line.counterparty = name
  const second = leaves.text('NAME2')
  const names = second === '' ? name : `${name} ${second}`.trimStart()
  line.text = joined(joined(names, longName), leaves.text('MEMO'))
  addCounterparty(line, given)
  addReferences(line, leaves)
}
