/** Settles what the names of columns leave open: which of several that could mean the same is meant. */
import type { ColumnRole } from '../../domain/csv-layout.ts'
import type { Column } from './column.ts'
import { hintsOf } from './names.ts'

export interface Assignment {
  columns: readonly Column[]
  roles: ColumnRole[]
}

export const isOfCard = (name: string): boolean => /kaart|card|carte/i.test(name)

export const has = (roles: readonly ColumnRole[], role: ColumnRole): boolean => roles.includes(role)

export const first = (
  columns: readonly Column[],
  accepts: (column: Column, index: number) => boolean,
): number => columns.findIndex(accepts)

/** A name that says account may mean the other side's: an own account stands in every row, or is only one. */
const settleAccounts = ({ columns, roles }: Assignment): void => {
  const index = roles.indexOf('account')
  const column = columns[index]
  if (column === undefined) return
  // the name of the only account is not its number
  if (column.distinct.size === 1 && ![...column.distinct].some((cell) => /\d/.test(cell))) {
    roles[index] = 'ignored'
    return
  }
  if (isOwn({ columns, roles }, index)) return
  const isOther = !isOfCard(column.name) && !has(roles, 'counterparty_account')
  roles[index] = isOther ? 'counterparty_account' : 'ignored'
}

const isOwn = (assignment: Assignment, index: number): boolean => {
  const column = assignment.columns[index]!
  if (column.filled !== column.rows || column.distinct.has('-')) return false
  return isOfCard(column.name) || (isFew(column) && !isOfName(assignment, index))
}

/** So many names do not share one number that is not the holder's. */
const namesOfOne = 4

/** Names of others have their numbers beside them. */
const isOfName = ({ columns, roles }: Assignment, index: number): boolean => {
  const [name, numbers] = [columns[index - 1], columns[index]]
  if (roles[index - 1] !== 'counterparty' || has(roles, 'counterparty_account')) return false
  if (name === undefined || numbers?.isIbans !== true) return false
  return numbers.distinct.size > 1 || (!name.hasMany && name.distinct.size < namesOfOne)
}

/** A few numbers that return; numbers that all differ are those of others. */
export const isFew = ({ hasMany, distinct, rows }: Column): boolean => {
  if (hasMany || distinct.size > Math.max(3, rows / 3)) return false
  return distinct.size === 1 || distinct.size < rows
}

/** Contrepartie may be a name or a number, depending on the bank. */
const settleCounterparty = ({ columns, roles }: Assignment): void => {
  if (has(roles, 'counterparty_account')) return
  const index = first(
    columns,
    (column, at) =>
      column.isIbans &&
      roles[at] === 'ignored' &&
      (has(roles, 'account') || /parti|tegen|counter|konto|iban/i.test(column.name)),
  )
  if (index >= 0) roles[index] = 'counterparty_account'
}

const isInEveryRow = ({ distinct, filled, rows }: Column): boolean =>
  distinct.size === 1 && filled === rows && rows > 1

const isOtherParty = ({ name, distinct, isMoney }: Column): boolean =>
  distinct.size > 1 && !isMoney && hintsOf(name)[0]?.role === 'counterparty'

/** The name that stands in every row is the holder's: where another column names a party too, that is the other one. */
const settleHolder = ({ columns, roles }: Assignment): void => {
  const index = roles.indexOf('counterparty')
  const column = columns[index]
  if (column === undefined || roles.lastIndexOf('counterparty') !== index) return
  if (!isInEveryRow(column)) return
  const other = first(columns, (each, at) => roles[at] === 'ignored' && isOtherParty(each))
  if (other < 0) return
  roles[index] = 'ignored'
  roles[other] = 'counterparty'
}

/** The amount in the currency of the account wins over the one that was ordered. */
const settleOriginals = ({ columns, roles }: Assignment): void => {
  const [original, currency] = [roles.indexOf('original_amount'), roles.indexOf('currency')]
  const isOfOriginal = /currency/i.test(columns[original]?.name ?? '')
  if (isOfOriginal && currency >= 0 && !has(roles, 'original_currency'))
    roles[currency] = 'original_currency'
  settleConverted({ columns, roles })
}

/** `Amount in EUR` beside an amount in the currency of the shop. */
const settleConverted = ({ columns, roles }: Assignment): void => {
  const amount = roles.indexOf('amount')
  const inCurrency = first(columns, ({ name }, index) => index !== amount && amountIn.test(name))
  if (amount < 0 || inCurrency < 0 || !has(roles, 'currency')) return
  if (columns[inCurrency]?.isMoney !== true) return
  roles[roles.indexOf('currency')] = 'original_currency'
  roles[amount] = 'original_amount'
  roles[inCurrency] = 'amount'
}

const amountIn = /^(?:bedrag|amount|montant|betrag) (?:in|en) [A-Z]{3}$/i

/** A reference that repeats names something else than the line, such as the statement it stands on. */
const settleReferences = ({ columns, roles }: Assignment): void => {
  const all = roles.flatMap((role, index) => (role === 'bank_reference' ? [index] : []))
  const isUnique = ({ hasMany, distinct, filled }: Column) => hasMany || distinct.size === filled
  const own = all
    .filter((index) => isUnique(columns[index]!) && !isStatementNumber(columns[index]!))
    .toSorted((one, other) => referenceWeight(columns[other]!) - referenceWeight(columns[one]!))
  for (const index of all) {
    const isKept = own.length > 0 && (index === own[0] || isStatementNumber(columns[index]!))
    if (!isKept) roles[index] = 'ignored'
  }
}

const referenceWeight = ({ name }: Column): number =>
  hintsOf(name).find(({ role }) => role === 'bank_reference')?.weight ?? 0

/** Names of statements hint at a reference only weakly. */
const isStatementNumber = (column: Column): boolean => referenceWeight(column) === statementWeight

const statementWeight = 4

/** With an amount in one column, the columns that repeat it by side tell nothing new. */
const settleSides = ({ columns, roles }: Assignment): void => {
  const [debit, credit] = [roles.indexOf('debit'), roles.indexOf('credit')]
  const amount = roles.indexOf('amount')
  if (debit >= 0 !== credit >= 0) {
    // a single side is the amount itself, under another name
    roles[Math.max(debit, credit)] = amount < 0 ? 'amount' : 'ignored'
    return
  }
  if (debit < 0 || amount < 0) return
  if (areSidesTelling({ columns, roles })) roles[amount] = 'ignored'
  else roles[debit] = roles[credit] = 'ignored'
}

/** Sides say more than an amount that is missing in some rows, or that has neither sign nor direction. */
const areSidesTelling = ({ columns, roles }: Assignment): boolean => {
  const sides = columns.filter((_, index) => roles[index] === 'debit' || roles[index] === 'credit')
  const amount = columns[roles.indexOf('amount')]!
  if (sides.some(({ filled }) => filled > amount.filled)) return true
  if (amount.negatives > 0 || has(roles, 'direction')) return false
  return sides.every(({ filled, zeros }) => filled > zeros)
}

export const settleText = ({ columns, roles }: Assignment): void => {
  if (has(roles, 'text')) return
  let longest = { index: -1, filled: 0 }
  for (const [index, column] of columns.entries())
    if (roles[index] === 'ignored' && isSpeech(column) && column.count('text') > longest.filled)
      longest = { index, filled: column.count('text') }
  if (longest.index >= 0) roles[longest.index] = 'text'
}

/** What follows a column of texts without a name of its own goes on with it. */
export const settleUnnamed = ({ columns, roles }: Assignment): void => {
  for (const [index, column] of columns.entries())
    if (column.name === '' && roles[index] === 'ignored' && roles[index - 1] === 'text')
      if (column.count('text') > 0) roles[index] = 'text'
}

const isSpeech = (column: Column): boolean =>
  column.count('text') * 2 > column.filled && hintsOf(column.name)[0]?.role !== 'ignored'

/** Settles the roles that names gave, in an order that matters. */
export const settleNames = (assignment: Assignment): void => {
  settleOriginals(assignment)
  settleSides(assignment)
  settleAccounts(assignment)
  settleCounterparty(assignment)
  settleHolder(assignment)
  settleReferences(assignment)
}
