/** How every row of a file will be read: decided once, from the whole file. */
import type { ColumnRole, DecimalSign } from '../../domain/csv-layout.ts'
import { decimalsOf, isCurrency } from '../currency.ts'
import type { ParseOptions } from '../output.ts'
import type { Problem } from '../problem.ts'
import { problem, quoted } from '../problem.ts'
import { chooseAmounts, type AmountChoice } from './amount-choice.ts'
import { readDay } from '../inference/date-order.ts'
import { readAmount } from '../inference/decimal-sign.ts'
import type { Column } from './column.ts'
import { putsDayFirst } from './day-order-signs.ts'
import { dayReading, type DayReading } from './days.ts'
import { fileCurrencies } from './file-currencies.ts'
import { folded, hintsOf } from './names.ts'
import { partySides, type PartySides } from './party-sides.ts'
import { rolesByCells, rolesByName } from './roles.ts'
import type { Survey } from './survey.ts'
import { columnsMax, fingerprintOf, type Table } from './table.ts'

export interface Plan {
  table: Table
  fingerprint: string | null
  columns: readonly Column[]
  roles: readonly ColumnRole[]
  bookedOn: DayReading
  valueOn: DayReading | null
  /** Null where the file lists balances only. */
  amounts: AmountChoice | null
  /** Null where one column of each kind says who is on the other side. */
  parties: PartySides | null
  decimalSign: DecimalSign
  /** Filled cells of a line, on average. */
  usualFill: number
  /** Questions and doubts about the file as a whole. */
  problems: readonly Problem[]
}

export interface PlanInput {
  survey: Survey
  delimiter: string
  options: ParseOptions
}

const refusal = (told: Problem) => ({ refusal: told })

/** Securities and ledgers have days and amounts too, but are no statements of an account. */
const otherTable = (columns: readonly Column[]): 'investment' | 'journal' | null => {
  const names = ` ${columns.map(({ name }) => folded(name)).join(' | ')} `
  if (
    / (?:posting status|txnidx|posting comment|journal entry|debit account|grootboek\w{0,10}) /.test(
      names,
    )
  )
    return 'journal'
  const isSecurity = / (?:ticker|symbol|isin|security|instrument) /.test(names)
  const isCounted = / (?:qty|quantity|shares|units|aantal|stuck|quantite) /.test(names)
  return isSecurity && isCounted ? 'investment' : null
}

const dateQuestion = (text: string, today: string): Problem =>
  problem('date_order_ambiguous', {
    text: quoted(text),
    first: readDay(text, 'dmy', today) ?? '',
    second: readDay(text, 'mdy', today) ?? '',
  })

interface Signs {
  sign: DecimalSign
  /** The same where an amount tells it, else null. */
  known: DecimalSign | null
  /** An amount that reads differently by each sign, where nothing tells. */
  doubt: string | null
}

/** The decimal sign of the columns with money; where they do not tell, that of any other number of the file. */
const decimalSignOf = (columns: readonly Column[], roles: readonly ColumnRole[]): Signs => {
  const verdictsOf = (wanted: (role: ColumnRole) => boolean) =>
    columns.flatMap((column, index) =>
      wanted(roles[index] ?? 'ignored') ? [column.amounts.verdict()] : [],
    )
  const all = [
    ...verdictsOf((role) => isMoney.has(role)),
    ...verdictsOf((role) => !isMoney.has(role)),
  ]
  const known = all.find(({ kind }) => kind === 'sign')
  if (known?.kind === 'sign') return { sign: known.sign, known: known.sign, doubt: null }
  const doubtful = verdictsOf((role) => isMoney.has(role) || role === 'ignored').find(
    ({ kind }) => kind === 'ambiguous',
  )
  if (doubtful?.kind !== 'ambiguous') return { sign: '.', known: null, doubt: null }
  if (!areWithoutThousandths(fileCurrencies({ columns, roles })))
    return { sign: '.', known: null, doubt: doubtful.text }
  const sign = doubtful.text.includes(',') ? '.' : ','
  return { sign, known: null, doubt: null }
}

/** Three digits behind a sign are no decimals in a currency that has fewer. */
const areWithoutThousandths = (currencies: readonly string[]): boolean =>
  currencies.length > 0 && currencies.every((code) => isCurrency(code) && decimalsOf(code) < 3)

const isMoney: ReadonlySet<ColumnRole> = new Set(['amount', 'debit', 'credit', 'balance'])

const decimalQuestion = (text: string): Problem =>
  problem('decimal_sign_ambiguous', {
    text: quoted(text),
    first: readAmount(text, ',') ?? '',
    second: readAmount(text, '.') ?? '',
  })

const isNumeric: ReadonlySet<ColumnRole> = new Set(['amount', 'debit', 'credit'])

/** Whether the columns still hold what a saved mapping says of them. */
const changedTypes = (columns: readonly Column[], roles: readonly ColumnRole[]): boolean =>
  columns.length !== roles.length ||
  columns.some((column, index) => {
    const role = roles[index]
    if (column.filled === 0 || role === undefined) return false
    return (role === 'booked_on' && !column.isDates) || (isNumeric.has(role) && !column.isAmounts)
  })

const mappingChanged = (columns: readonly Column[]): Problem =>
  problem('mapping_changed', { columns: quoted(columns.map(({ name }) => name).join(', ')) })

/** The roles that a person gave; missing ones are left out of the table, surplus ones are not used. */
const fitted = (roles: readonly ColumnRole[], width: number): ColumnRole[] =>
  Array.from({ length: width }, (_, index) => roles[index] ?? 'ignored')

const rolesOf = ({ survey, options }: PlanInput, table: Table): ColumnRole[] => {
  const { columns } = survey
  const given = options.csv?.roles
  if (given !== undefined) return fitted(given, columns.length)
  if (table.header === null) return rolesByCells(columns)
  const roles = rolesByName(columns)
  return isMisplaced(columns, roles) ? rolesByCells(columns) : roles
}

/** Some headers name more columns than the rows have: what is called amount is empty all the way down. */
const isMisplaced = (columns: readonly Column[], roles: readonly ColumnRole[]): boolean => {
  const amounts = columns.filter((_, index) => isNumeric.has(roles[index] ?? 'ignored'))
  const hasDays = columns.some((column) => column.isDates)
  return hasDays && amounts.length > 0 && amounts.every(({ filled }) => filled === 0)
}

/** Without any day a file is something else; with days a person may know better. */
const noTable = ({ hasDays }: Survey): Problem =>
  hasDays
    ? problem('columns_unclear', { missing: 'table' })
    : problem('not_a_statement', { what: 'other' })

/** Decides how the file is read, or tells why it cannot be. */
export const makePlan = (input: PlanInput): Plan | { refusal: Problem } => {
  const { survey, options, delimiter } = input
  const { table, columns } = survey
  if (table === null) return refusal(noTable(survey))
  const { header, width } = table
  if (width > columnsMax)
    return refusal(problem('malformed', { reason: 'header' }, { line: header?.line ?? 1 }))
  const fingerprint = header === null ? null : fingerprintOf(header.names, delimiter)
  const roles = rolesOf(input, table)
  const saved = options.csv?.headerFingerprint
  const isChanged = saved !== fingerprint || changedTypes(columns, roles)
  if (saved !== undefined && isChanged) return refusal(mappingChanged(columns))
  return planColumns(input, { table, fingerprint, roles })
}

interface Found {
  table: Table
  fingerprint: string | null
  roles: ColumnRole[]
}

const planColumns = (input: PlanInput, found: Found): Plan | { refusal: Problem } => {
  const { survey, options } = input
  const { columns } = survey
  const { roles } = found
  const signs = decimalSignOf(columns, roles)
  const days = daysOf(input, roles, putsDayFirst({ columns, roles, decimalSign: signs.known }))
  if (days === null) return refusal(problem('columns_unclear', { missing: 'date' }))
  const decimalSign = options.decimalSign ?? signs.sign
  const bookedOn = days.booked.reading
  const amounts = chooseAmounts({ survey, roles, days: bookedOn, decimalSign, options })
  const otherwise = refusalOf(columns, roles, amounts)
  if (otherwise !== null) return refusal(otherwise)
  const questions = [...(amounts?.problems ?? []), ...doubtsOf(input, days.booked, signs)]
  return {
    ...found,
    columns,
    bookedOn,
    valueOn: days.value?.reading ?? null,
    amounts,
    parties: partySides({
      columns,
      roles,
      sample: survey.sample,
      reading: amounts?.reading ?? null,
    }),
    decimalSign,
    usualFill: survey.usualFill,
    problems: questions,
  }
}

/** What neither the file nor a person says of days and decimals. */
const doubtsOf = ({ options }: PlanInput, days: { doubt: string | null }, signs: Signs) => [
  ...(days.doubt === null ? [] : [dateQuestion(days.doubt, options.today)]),
  ...(signs.doubt === null || options.decimalSign !== undefined
    ? []
    : [decimalQuestion(signs.doubt)]),
]

/** The days of booking, for which those of value stand in where they are the only ones. */
const daysOf = (
  { survey, options }: PlanInput,
  roles: readonly ColumnRole[],
  isDayFirst: boolean,
) => {
  const { columns } = survey
  const [booked, value] = [roles.indexOf('booked_on'), roles.indexOf('value_on')]
  const read = (index: number) => dayReading({ columns, options, isDayFirst }, index)
  if (booked < 0) return value < 0 ? null : { booked: read(value), value: null }
  return { booked: read(booked), value: value < 0 ? null : read(value) }
}

/** A column that says it holds amounts, and holds something that nobody reads: the lines are not to be lost. */
const isUnreadAmount = ({ name, filled }: Column): boolean =>
  filled > 0 && isNumeric.has(hintsOf(name)[0]?.role ?? 'ignored')

/** Why a table with days is no statement; null where it is one. */
const refusalOf = (
  columns: readonly Column[],
  roles: readonly ColumnRole[],
  amounts: AmountChoice | null,
): Problem | null => {
  if (amounts === null)
    return roles.includes('balance') && !columns.some(isUnreadAmount)
      ? null
      : problem('columns_unclear', { missing: 'amount' })
  const other = amounts.proof === null ? otherTable(columns) : null
  if (other === 'journal') return problem('not_a_statement', { what: 'other' })
  return other === 'investment' ? problem('investment_only') : null
}
