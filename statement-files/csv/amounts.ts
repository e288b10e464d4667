/** How the amount of a row is read from its cells. */
import type { DecimalSign } from '../../domain/csv-layout.ts'
import { negated } from '../../domain/money.ts'
import { sumOf } from '../decimal.ts'
import { readAmount } from '../inference/decimal-sign.ts'
import { trimmed } from './cell.ts'
import { directionOf } from './words.ts'

/** Column of costs that come on top of the amount; signed where a minus takes them from the account. */
export interface Fee {
  index: number
  isSigned: boolean
}

export interface SingleAmount {
  kind: 'single'
  index: number
  /** Column that says in or out of an amount without sign; -1 where the amount has its own. */
  direction: number
  fee?: Fee
}

export interface TwoSides {
  kind: 'sides'
  debit: number
  credit: number
  /** Amounts out are written with a minus, without one, or either way. */
  how: 'signed' | 'minus' | 'absolute'
  fee?: Fee
}

export type AmountSource = SingleAmount | TwoSides

export interface AmountReading {
  source: AmountSource
  sign: DecimalSign
  isInverted: boolean
}

/** The amount of a row: decimal text, null where the row has none, or the cell that cannot be read. */
export type RowAmount = string | null | { unreadable: string }

const withoutSign = (decimal: string): string =>
  decimal.startsWith('-') ? decimal.slice(1) : decimal

/** An empty cell, or a dash in its place. */
const isNothing = (cell: string): boolean => cell === '' || cell === '-' || cell === '--'

const readCell = (cells: readonly string[], index: number, sign: DecimalSign): RowAmount => {
  const cell = trimmed(cells[index] ?? '')
  if (isNothing(cell)) return null
  return readAmount(cell, sign) ?? { unreadable: cell }
}

/** Costs as they change the amount: some files write them with a minus, some without. */
export const costsOf = (fee: string, isSigned: boolean): string => (isSigned ? fee : negated(fee))

/** An amount with the costs beside it; costs alone move the account too. */
const withFee = (amount: RowAmount, fee: RowAmount, isSigned: boolean): RowAmount => {
  if (isUnreadable(amount) || fee === null) return amount
  if (isUnreadable(fee)) return fee
  const costs = costsOf(fee, isSigned)
  if (amount !== null) return sumOf(amount, costs)
  return /[1-9]/.test(fee) ? costs : null
}

const readDirected = (
  cells: readonly string[],
  { index, direction }: SingleAmount,
  sign: DecimalSign,
): RowAmount => {
  const amount = readCell(cells, index, sign)
  if (direction < 0 || typeof amount !== 'string') return amount
  const cell = trimmed(cells[direction] ?? '')
  const side = directionOf(cell)
  if (side === 0) return /[1-9]/.test(amount) ? { unreadable: `${cell} ${amount}`.trim() } : amount
  return side < 0 ? negated(withoutSign(amount)) : withoutSign(amount)
}

const outgoing = (debit: string | null, how: TwoSides['how']): string | null => {
  if (debit === null || how === 'signed') return debit
  return negated(how === 'absolute' ? withoutSign(debit) : debit)
}

const incoming = (credit: string | null, how: TwoSides['how']): string | null =>
  credit !== null && how === 'absolute' ? withoutSign(credit) : credit

const isUnreadable = (amount: RowAmount): amount is { unreadable: string } =>
  amount !== null && typeof amount !== 'string'

const readSides = (
  cells: readonly string[],
  { debit, credit, how }: TwoSides,
  sign: DecimalSign,
): RowAmount => {
  const out = readCell(cells, debit, sign)
  const into = readCell(cells, credit, sign)
  if (isUnreadable(out)) return out
  if (isUnreadable(into)) return into
  const [paid, received] = [outgoing(out, how), incoming(into, how)]
  if (paid === null || received === null) return paid ?? received
  return sumOf(paid, received)
}

/** Reads the amount of a row as the account's holder sees it: positive is money in. */
export const readRowAmount = (
  cells: readonly string[],
  { source, sign, isInverted }: AmountReading,
): RowAmount => {
  const { fee } = source
  const bare =
    source.kind === 'single' ? readDirected(cells, source, sign) : readSides(cells, source, sign)
  const amount =
    fee === undefined ? bare : withFee(bare, readCell(cells, fee.index, sign), fee.isSigned)
  return isInverted && typeof amount === 'string' ? negated(amount) : amount
}

/** A balance in a cell; null where there is none that can be read. */
export const readBalance = (
  cells: readonly string[],
  index: number,
  sign: DecimalSign,
): string | null => {
  const cell = trimmed(cells[index] ?? '')
  return cell === '' ? null : readAmount(cell, sign)
}
