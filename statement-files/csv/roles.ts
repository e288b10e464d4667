/** Gives each column its role: what its name hints at, as far as its cells agree. */
import type { ColumnRole } from '../../domain/csv-layout.ts'
import type { Column } from './column.ts'
import { hintsOf, type Hint } from './names.ts'
import { directionOf } from './words.ts'

const isNumeric = (column: Column): boolean => column.isAmounts || column.filled === 0

const isAccountLike = (column: Column): boolean =>
  column.filled > 0 && !column.isDates && !column.isMoney && !column.isCurrencies && isNamed(column)

/** A number, or the name of an account where the column says so: how a card was read is neither. */
const isNamed = ({ name, distinct }: Column): boolean =>
  !isOfCard(name) || [...distinct].some((cell) => /\d/.test(cell))

const isOfCard = (name: string): boolean => /kaart|card|carte/i.test(name)

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

/** Takes the strongest candidate first; each role goes to one column. */
const byName = (columns: readonly Column[]): ColumnRole[] => {
  const roles = columns.map((): ColumnRole | null => null)
  const taken = new Set<ColumnRole>()
  const strongest = candidatesOf(columns).toSorted((one, other) => other.weight - one.weight)
  for (const { index, role, weight } of strongest) {
    if (weight < 1 || roles[index] !== null || taken.has(role)) continue
    roles[index] = role
    if (!shared.has(role)) taken.add(role)
  }
  return roles.map((role) => role ?? 'ignored')
}

const has = (roles: readonly ColumnRole[], role: ColumnRole): boolean => roles.includes(role)

const first = (
  columns: readonly Column[],
  accepts: (column: Column, index: number) => boolean,
): number => columns.findIndex(accepts)

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

interface Assignment {
  columns: readonly Column[]
  roles: ColumnRole[]
}

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
  const isWhole = column.filled === column.rows && !column.distinct.has('-')
  const isOwn = isWhole && (isOfCard(column.name) || isFew(column))
  if (isOwn) return
  const isOther = !isOfCard(column.name) && !has(roles, 'counterparty_account')
  roles[index] = isOther ? 'counterparty_account' : 'ignored'
}

/** A few numbers that return; numbers that all differ are those of others. */
const isFew = ({ hasMany, distinct, rows }: Column): boolean => {
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

const settleText = ({ columns, roles }: Assignment): void => {
  if (has(roles, 'text')) return
  let longest = { index: -1, filled: 0 }
  for (const [index, column] of columns.entries())
    if (roles[index] === 'ignored' && isSpeech(column) && column.count('text') > longest.filled)
      longest = { index, filled: column.count('text') }
  if (longest.index >= 0) roles[longest.index] = 'text'
}

/** What follows a column of texts without a name of its own goes on with it. */
const settleUnnamed = ({ columns, roles }: Assignment): void => {
  for (const [index, column] of columns.entries())
    if (column.name === '' && roles[index] === 'ignored' && roles[index - 1] === 'text')
      if (column.count('text') > 0) roles[index] = 'text'
}

const isSpeech = (column: Column): boolean =>
  column.count('text') * 2 > column.filled && hintsOf(column.name)[0]?.role !== 'ignored'

const codeLength = 3

/** Both sides, or codes: DEBIT alone may be a kind of card. */
const isTelling = ({ distinct }: Column): boolean =>
  new Set([...distinct].map(directionOf)).size > 1 ||
  [...distinct].every(({ length }) => length <= codeLength)

/** A role for each column of a table with names. */
export const rolesByName = (columns: readonly Column[]): ColumnRole[] => {
  const assignment = { columns, roles: byName(columns) }
  settleOriginals(assignment)
  settleSides(assignment)
  settleAccounts(assignment)
  settleCounterparty(assignment)
  settleReferences(assignment)
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
