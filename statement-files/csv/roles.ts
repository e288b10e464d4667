/** Gives each column its role: what its name hints at, as far as its cells agree. */
import type { ColumnRole } from '../../domain/csv-layout.ts'
import type { Column } from './column.ts'
import { hintsOf, type Hint } from './names.ts'
import { partyColumns } from './party-columns.ts'
import {
  first,
  has,
  isFew,
  isOfCard,
  settleNames,
  settleText,
  settleUnnamed,
  type Assignment,
} from './settle-roles.ts'
import { directionOf } from './words.ts'

const isNumeric = (column: Column): boolean => column.isAmounts || column.filled === 0

const isAccountLike = (column: Column): boolean =>
  column.filled > 0 && !column.isDates && !column.isMoney && !column.isCurrencies && isNamed(column)

/** A number, or the name of an account where the column says so: how a card was read is neither. */
const isNamed = ({ name, distinct }: Column): boolean =>
  !isOfCard(name) || [...distinct].some((cell) => /\d/.test(cell))

const isTextLike = (column: Column): boolean => !column.isDates && !column.isMoney

/** Whether the cells of a column can be what its name says. */
const agrees: Readonly<Record<ColumnRole, (column: Column) => boolean>> = {
  // a column of days may begin with a few that are none: those are told one by one
  booked_on: (column) => column.isDates || column.count('date') > 0 || column.filled === 0,
  value_on: (column) => column.isDates,
  amount: isNumeric,
  debit: isNumeric,
  credit: isNumeric,
  direction: (column) => column.isDirections,
  balance: isNumeric,
  currency: (column) => column.isCurrencies,
  account: isAccountLike,
  counterparty: isTextLike,
  counterparty_account: isTextLike,
  counterparty_bic: isTextLike,
  text: isTextLike,
  reference: isTextLike,
  bank_reference: (column) => !column.isDates,
  status: (column) => column.isStates,
  original_amount: (column) => column.filled > 0 && isNumeric(column),
  original_currency: (column) => column.isCurrencies,
  fee: isNumeric,
  ignored: () => true,
}

interface Candidate {
  index: number
  role: ColumnRole
  weight: number
}

/** Roles that several columns may share. */
const shared = new Set<ColumnRole>(['text', 'bank_reference', 'ignored'])

const candidatesOf = (columns: readonly Column[]): Candidate[] =>
  columns.flatMap((column, index) => {
    const seen = new Set<ColumnRole>()
    const fits = (hint: Hint) => {
      if (seen.has(hint.role) || !agrees[hint.role](column)) return false
      seen.add(hint.role)
      return true
    }
    return hintsOf(column.name)
      .filter(fits)
      .map(({ role, weight }) => ({ index, role, weight: weight + evidence(column, role) }))
  })

const needed = new Set<ColumnRole>([
  'booked_on',
  'value_on',
  'amount',
  'debit',
  'credit',
  'balance',
])

/** What the cells add to the hint of a name. */
const evidence = (column: Column, role: ColumnRole): number => {
  if (column.filled === 0) return needed.has(role) ? -4 : 0
  if (role === 'counterparty' && column.isIbans) return -9
  if (role === 'account' && column.isIbans) return 1
  return role === 'amount' && column.currency !== null ? 0.2 : 0
}

/** Takes the strongest candidate first; each role goes to one column, but for two sides that are both named. */
const byName = (columns: readonly Column[]): ColumnRole[] => {
  const parties = partyColumns(columns)
  const roles = columns.map((_, index): ColumnRole | null => parties.get(index) ?? null)
  const taken = new Set<ColumnRole>(parties.values())
  const strongest = candidatesOf(columns).toSorted((one, other) => other.weight - one.weight)
  for (const { index, role, weight } of strongest) {
    if (weight < 1 || roles[index] !== null || taken.has(role)) continue
    roles[index] = role
    if (!shared.has(role)) taken.add(role)
  }
  return roles.map((role) => role ?? 'ignored')
}

/** Gives a role to the first free column whose cells are of its kind. */
const claim = (
  { columns, roles }: Assignment,
  role: ColumnRole,
  accepts: (column: Column) => boolean,
): void => {
  if (has(roles, role)) return
  const index = first(columns, (column, at) => roles[at] === 'ignored' && accepts(column))
  if (index >= 0) roles[index] = role
}

const codeLength = 3

/** Both sides, or codes: DEBIT alone may be a kind of card. */
const isTelling = ({ distinct }: Column): boolean =>
  new Set([...distinct].map(directionOf)).size > 1 ||
  [...distinct].every(({ length }) => length <= codeLength)

/** A role for each column of a table with names. */
export const rolesByName = (columns: readonly Column[]): ColumnRole[] => {
  const assignment = { columns, roles: byName(columns) }
  settleNames(assignment)
  claim(assignment, 'booked_on', (column) => column.isDates)
  claim(assignment, 'currency', (column) => column.isCurrencies)
  claim(assignment, 'direction', (column) => column.isDirections && isTelling(column))
  claim(assignment, 'status', (column) => column.isStates && column.saysUnbooked)
  settleText(assignment)
  settleUnnamed(assignment)
  return assignment.roles
}

/** A role for each column of a table without names, from its cells alone; amounts are settled by what adds up. */
export const rolesByCells = (columns: readonly Column[]): ColumnRole[] => {
  const assignment = { columns, roles: columns.map((): ColumnRole => 'ignored') }
  claim(assignment, 'booked_on', (column) => column.isDates)
  claim(assignment, 'value_on', (column) => column.isDates)
  claim(assignment, 'currency', (column) => column.isCurrencies)
  claim(
    assignment,
    'account',
    (column) => isWholeColumn(column) && column.distinct.size === 1 && isNumber(column),
  )
  claim(assignment, 'account', (column) => isWholeColumn(column) && column.isIbans && isFew(column))
  claim(assignment, 'counterparty_account', (column) => column.isIbans)
  claim(assignment, 'counterparty_bic', (column) => column.isBics)
  claim(assignment, 'direction', (column) => column.isDirections)
  for (const [index, column] of columns.entries())
    if (assignment.roles[index] === 'ignored' && isProse(column)) assignment.roles[index] = 'text'
  settleText(assignment)
  return assignment.roles
}

const isWholeColumn = ({ filled, rows }: Column): boolean => filled === rows

const leastDigits = 8

const isNumber = (column: Column): boolean =>
  column.count('digits') + column.count('iban') > 0 ||
  [...column.distinct].every((cell) => cell.length >= leastDigits && /^\d+$/.test(cell))

/** Words of several kinds, not a code that repeats. */
const isProse = (column: Column): boolean =>
  column.count('text') * 2 > column.filled &&
  [...column.distinct].some((cell) => cell.length > 12 || cell.includes(' '))
