/** Chooses the columns that hold the amounts and says what proves the choice, or asks. */
import type { ColumnRole, DecimalSign } from '../../domain/csv-layout.ts'
import { readDay } from '../inference/date-order.ts'
import type { ParseOptions } from '../output.ts'
import type { Problem } from '../problem.ts'
import { problem } from '../problem.ts'
import {
  readBalance,
  readRowAmount,
  type AmountReading,
  type AmountSource,
  type TwoSides,
} from './amounts.ts'
import { kindOf, plainDay, trimmed } from './cell.ts'
import type { Column } from './column.ts'
import type { DayReading } from './days.ts'
import { hintsOf } from './names.ts'
import { proveBalances, type BalanceProof, type DayCourse, type Step } from './proof.ts'
import type { Survey } from './survey.ts'
import { unitsOf } from './units.ts'
import { directionOf, rowStateOf } from './words.ts'

export interface AmountChoice {
  reading: AmountReading
  /** Column of balances; -1 where there is none. */
  balance: number
  proof: BalanceProof | null
  problems: readonly Problem[]
}

export interface ChoiceInput {
  survey: Survey
  /** Roles of the columns; those of the amounts are filled in where cells alone tell. */
  roles: ColumnRole[]
  days: DayReading
  decimalSign: DecimalSign
  options: ParseOptions
}

interface Option {
  source: AmountSource
  balance: number
}

interface Proven extends Option {
  proof: BalanceProof
}

/** How the days of the sample run, as far as their order is known. */
const dayCourse = ({ survey, days, options }: ChoiceInput): DayCourse => {
  const { order } = days
  if (order === null) return 'flat'
  let [rises, falls, last] = [0, 0, '']
  for (const { cells } of survey.sample) {
    const day = readDay(plainDay(trimmed(cells[days.index] ?? '')), order, options.today)
    if (day === null) continue
    if (last !== '' && day > last) rises += 1
    if (last !== '' && day < last) falls += 1
    last = day
  }
  if (rises === falls) return 'flat'
  return rises > falls ? 'rising' : 'falling'
}

/** The steps of the sample by account, as far as their rows can be read. */
const sequencesOf = (input: ChoiceInput, { source, balance }: Option): Step[][] => {
  const { survey, roles, days, decimalSign } = input
  const keys = [roles.indexOf('account'), roles.indexOf('currency')]
  const status = roles.indexOf('status')
  const sequences = new Map<string, Step[]>()
  const reading = { source, sign: decimalSign, isInverted: false }
  for (const { cells } of survey.sample) {
    const state = status < 0 ? null : rowStateOf(cells[status] ?? '')
    if (state === 'pending' || state === 'refused' || trimmed(cells[days.index] ?? '') === '')
      continue
    const amount = readRowAmount(cells, reading)
    if (typeof amount !== 'string') continue
    const stated = readBalance(cells, balance, decimalSign)
    const key = keys.map((index) => cells[index] ?? '').join('\0')
    const steps = sequences.get(key) ?? []
    steps.push({ amount: unitsOf(amount), balance: stated === null ? null : unitsOf(stated) })
    sequences.set(key, steps)
  }
  return [...sequences.values()]
}

const prove = (input: ChoiceInput, option: Option, days: DayCourse): Proven | null => {
  const proof = proveBalances(sequencesOf(input, option), days, option.source.kind === 'sides')
  return proof === null ? null : { ...option, proof }
}

/** The first option with the most balances that follow. */
const bestProof = (input: ChoiceInput, options: readonly Option[]): Proven | null => {
  const days = dayCourse(input)
  let best: Proven | null = null
  for (const option of options) {
    const proven = prove(input, option, days)
    if (proven !== null && (best === null || proven.proof.holds > best.proof.holds)) best = proven
  }
  return best
}

const ways = ['signed', 'minus', 'absolute'] as const

/** What the debit column itself says: all amounts with a minus, none, or some. */
const usualWay = (debit: Column | undefined): TwoSides['how'] => {
  if (debit === undefined || debit.negatives === 0) return 'minus'
  return debit.negatives + debit.zeros >= debit.filled ? 'signed' : 'absolute'
}

const sidesOf = (columns: readonly Column[], debit: number, credit: number): TwoSides[] => {
  const usual = usualWay(columns[debit])
  return [usual, ...ways.filter((how) => how !== usual)].map((how) => ({
    kind: 'sides',
    debit,
    credit,
    how,
  }))
}

/** Whether the signs of the amounts follow a column that says in or out, more often than they contradict it. */
const isSignedAlready = ({ survey, roles, decimalSign }: ChoiceInput, index: number): boolean => {
  const direction = roles.indexOf('direction')
  const reading: AmountReading = {
    source: { kind: 'single', index, direction: -1 },
    sign: decimalSign,
    isInverted: false,
  }
  let [agreed, contradicted, negatives] = [0, 0, 0]
  for (const { cells } of survey.sample) {
    const amount = readRowAmount(cells, reading)
    const side = directionOf(trimmed(cells[direction] ?? ''))
    if (typeof amount !== 'string' || side === 0) continue
    if (amount.startsWith('-')) negatives += 1
    if (amount.startsWith('-') === side < 0) agreed += 1
    else contradicted += 1
  }
  return negatives > 0 && agreed >= contradicted
}

/** What the names of the columns, or a person, say. */
const namedSources = (input: ChoiceInput): AmountSource[] => {
  const { roles, survey } = input
  const [amount, debit, credit] = [
    roles.indexOf('amount'),
    roles.indexOf('debit'),
    roles.indexOf('credit'),
  ]
  if (amount >= 0) {
    const direction = isSignedAlready(input, amount) ? -1 : roles.indexOf('direction')
    return [{ kind: 'single', index: amount, direction }]
  }
  return debit >= 0 && credit >= 0 ? sidesOf(survey.columns, debit, credit) : []
}

const numericMax = 8

/** Columns with amounts that have no other role and whose name does not say that they hold something else. */
const freeMoney = ({ survey, roles }: ChoiceInput): number[] =>
  survey.columns
    .flatMap((column, index) => {
      const isFree = roles[index] === 'balance' || (roles[index] === 'ignored' && !isOther(column))
      return column.isMoney && isFree ? [index] : []
    })
    .slice(0, numericMax)

const isOther = ({ name }: Column): boolean => {
  const [hint] = hintsOf(name)
  return hint !== undefined && (hint.role === 'ignored' || hint.role === 'balance')
}

/** Whether each row has its amount in one of two columns only. */
const areSides = (
  { survey, days, decimalSign }: ChoiceInput,
  one: number,
  other: number,
): boolean => {
  let [inOne, inOther] = [0, 0]
  for (const { cells } of survey.sample) {
    if (kindOf(trimmed(cells[days.index] ?? '')) !== 'date') continue
    const hasOne = /[1-9]/.test(readBalance(cells, one, decimalSign) ?? '')
    const hasOther = /[1-9]/.test(readBalance(cells, other, decimalSign) ?? '')
    if (hasOne && hasOther) return false
    if (hasOne) inOne += 1
    if (hasOther) inOther += 1
  }
  return inOne > 0 && inOther > 0
}

/** What the cells alone allow: each column, and each pair of which one is empty where the other is not. */
const possibleSources = (input: ChoiceInput): AmountSource[] => {
  const free = freeMoney(input)
  const direction = input.roles.indexOf('direction')
  const sources: AmountSource[] = free.map((index) => ({
    kind: 'single',
    index,
    direction: isSignedAlready(input, index) ? -1 : direction,
  }))
  for (const [at, debit] of free.entries())
    for (const credit of free.slice(at + 1))
      if (areSides(input, debit, credit))
        sources.push(...sidesOf(input.survey.columns, debit, credit))
  return sources
}

const uses = (source: AmountSource, index: number): boolean =>
  source.kind === 'single'
    ? source.index === index
    : source.debit === index || source.credit === index

/** Without a proof: a pair of sides, else the column with signs, else the first. */
const likeliest = (input: ChoiceInput, sources: readonly AmountSource[]): AmountSource | null => {
  const { columns } = input.survey
  const hasSign = (source: AmountSource) =>
    source.kind === 'single' && (columns[source.index]?.negatives ?? 0) > 0
  return sources.find(({ kind }) => kind === 'sides') ?? sources.find(hasSign) ?? sources[0] ?? null
}

/** Writes into the roles what the cells told. */
const fillRoles = (roles: ColumnRole[], { source, balance }: Option): void => {
  if (source.kind === 'single') roles[source.index] = 'amount'
  else {
    roles[source.debit] = 'debit'
    roles[source.credit] = 'credit'
  }
  if (balance >= 0) roles[balance] = 'balance'
}

const cardWords = /kaart|\bcard|carte\b|kredit|merchant/i
const rowsToAsk = 10

/** Whether anything in the file tells which amounts go out. */
const isSignUnknown = (input: ChoiceInput, { source }: Option): boolean => {
  const { survey, options } = input
  if (options.csv?.isInverted !== undefined) return false
  const hasNames = survey.table?.header != null
  if (source.kind === 'sides')
    return !hasNames && usualWay(survey.columns[source.debit]) === 'minus'
  const column = survey.columns[source.index]
  if (column === undefined || source.direction >= 0 || column.filled === 0) return false
  if (isMarked(input, source.index)) return false
  const isCard = survey.columns.some(({ name }) => cardWords.test(name))
  if (isCard && column.negatives * 2 < column.filled) return true
  return column.negatives === 0 && (!hasNames || column.filled >= rowsToAsk)
}

/** Whether a sign stands before amounts in as well. */
const isMarked = ({ survey }: ChoiceInput, index: number): boolean => {
  const isPlus = ({ cells }: { cells: readonly string[] }) => /\+|CR/.test(cells[index] ?? '')
  return survey.sample.some(isPlus)
}

/** The columns of the amounts; null where no column can hold them. */
export const chooseAmounts = (input: ChoiceInput): AmountChoice | null => {
  const { roles, decimalSign, options } = input
  const named = namedSources(input)
  const isNamed = named.length > 0
  const sources = isNamed ? named : possibleSources(input)
  if (sources.length === 0) return null
  const namedBalance = roles.indexOf('balance')
  if (!isNamed && namedBalance >= 0 && sources.every((source) => uses(source, namedBalance)))
    return null
  const balances = namedBalance >= 0 ? [namedBalance] : isNamed ? [] : freeMoney(input)
  const optionsToProve = sources.flatMap((source) =>
    balances.flatMap((balance) => (uses(source, balance) ? [] : [{ source, balance }])),
  )
  const proven = bestProof(input, optionsToProve)
  const source = isNamed
    ? sources[0]!
    : likeliest(
        input,
        sources.filter((each) => !uses(each, namedBalance)),
      )
  if (proven === null && source === null) return null
  const chosen: Option = proven ?? { source: source!, balance: namedBalance }
  if (!isNamed) fillRoles(roles, chosen)
  const asks = proven === null && isSignUnknown(input, chosen)
  return {
    reading: {
      source: chosen.source,
      sign: decimalSign,
      isInverted: options.csv?.isInverted ?? proven?.proof.isInverted ?? false,
    },
    balance: chosen.balance,
    proof: proven?.proof ?? null,
    problems: asks ? [problem('columns_unclear', { missing: 'sign' })] : [],
  }
}
