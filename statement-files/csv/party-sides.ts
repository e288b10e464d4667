/** Which of several columns holds the other side of a line: the one that is not the holder of the account. */
import type { ColumnRole } from '../../domain/csv-layout.ts'
import { readRowAmount, type AmountReading } from './amounts.ts'
import { trimmed } from './cell.ts'
import type { Column } from './column.ts'
import { partyRoles, type PartyRole } from './party-columns.ts'
import { partyNameOf, type Side } from './party-name.ts'
import type { Row } from './table.ts'

export interface PartySides {
  /** Columns that hold the other side of a row; -1 where none does. */
  of: (cells: readonly string[], isOut: boolean) => Record<PartyRole, number>
}

export interface PartyInput {
  columns: readonly Column[]
  roles: readonly ColumnRole[]
  sample: readonly Row[]
  reading: AmountReading | null
}

interface Sided {
  index: number
  /** Null where the name of the column does not tell. */
  side: Side | null
}

const cellAt = (cells: readonly string[], index: number): string => {
  const cell = trimmed(cells[index] ?? '')
  return cell === 'NOTPROVIDED' || cell === '-' ? '' : cell
}

const ownSide = (isOut: boolean): Side => (isOut ? 'payer' : 'payee')

/** What stands on the holder's own side: all of it where it is the same, else what returns there more than elsewhere. */
const holdersOf = ({ sample, reading }: PartyInput, sided: readonly Sided[]): Set<string> => {
  const counts = new Map<string, { own: number; other: number }>()
  if (reading === null) return new Set()
  for (const { cells } of sample) {
    const amount = readRowAmount(cells, reading)
    if (typeof amount !== 'string') continue
    const own = ownSide(amount.startsWith('-'))
    for (const { index, side } of sided) {
      const cell = cellAt(cells, index)
      if (cell === '' || side === null) continue
      const count = counts.get(cell) ?? { own: 0, other: 0 }
      if (side === own) count.own += 1
      else count.other += 1
      counts.set(cell, count)
    }
  }
  const owners = [...counts].filter(([, { own, other }]) => own > other)
  const least = owners.length === 1 ? 1 : 2
  return new Set(owners.flatMap(([cell, { own }]) => (own < least ? [] : [cell])))
}

/** Columns in the order in which they are asked: the other side, those of neither, the own side. */
const inOrder = (sided: readonly Sided[], isOut: boolean): number[] => {
  const own = ownSide(isOut)
  const rank = ({ side }: Sided): number => (side === null ? 1 : side === own ? 2 : 0)
  return sided.toSorted((one, other) => rank(one) - rank(other)).map(({ index }) => index)
}

const choiceOf = (input: PartyInput, role: PartyRole) => {
  const sided = input.columns.flatMap(({ name }, index): Sided[] =>
    input.roles[index] === role ? [{ index, side: partyNameOf(name)?.side ?? null }] : [],
  )
  const holders = holdersOf(input, sided)
  const orders = { out: inOrder(sided, true), in: inOrder(sided, false) }
  return (cells: readonly string[], isOut: boolean): number => {
    const order = isOut ? orders.out : orders.in
    for (const index of order) {
      const cell = cellAt(cells, index)
      if (cell !== '' && !holders.has(cell)) return index
    }
    // money between two accounts of one holder has the holder on both sides
    const [first = -1] = order
    return cellAt(cells, first) === '' ? -1 : first
  }
}

/** Null where one column of each kind says all there is. */
export const partySides = (input: PartyInput): PartySides | null => {
  const count = (role: PartyRole) => input.roles.filter((each) => each === role).length
  if (partyRoles.every((role) => count(role) < 2)) return null
  const counterparty = choiceOf(input, 'counterparty')
  const account = choiceOf(input, 'counterparty_account')
  const bic = choiceOf(input, 'counterparty_bic')
  return {
    of: (cells, isOut) => ({
      counterparty: counterparty(cells, isOut),
      counterparty_account: account(cells, isOut),
      counterparty_bic: bic(cells, isOut),
    }),
  }
}
