/** Chooses the columns that hold the amounts and says what proves the choice, or asks. */
import type { ColumnRole } from '../../domain/csv-layout.ts'
import { readDay } from '../inference/date-order.ts'
import type { Problem } from '../problem.ts'
import { problem } from '../problem.ts'
import { likeliest, namedSources, possibleSources, unnamedSources, uses } from './amount-sources.ts'
import { readBalance, readRowAmount, type AmountReading, type AmountSource } from './amounts.ts'
import { plainDay, trimmed } from './cell.ts'
import { isOfIssuer } from './card-side.ts'
import type { ChoiceInput } from './choice-input.ts'
import { freeMoney, spareMoney } from './free-money.ts'
import { netColumn } from './net-amount.ts'
import {
  proveBalances,
  type BalanceProof,
  type Course,
  type DayCourse,
  type Step,
} from './proof.ts'
import { isColumnUnknown, isSignUnknown } from './sign-question.ts'
import { unitsOf } from './units.ts'
import { rowStateOf } from './words.ts'

export interface AmountChoice {
  reading: AmountReading
  /** Column of balances; -1 where there is none. */
  balance: number
  proof: BalanceProof | null
  /** The order of the rows: that of the proof, else that of their days. */
  order: Course['order']
  problems: readonly Problem[]
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
  const { order, index } = days
  if (order === null) return 'flat'
  const all = survey.sample.flatMap(
    ({ cells }) => readDay(plainDay(trimmed(cells[index] ?? '')), order, options.today) ?? [],
  )
  let course = 0
  for (const [at, day] of all.entries()) {
    const before = all[at - 1] ?? day
    if (day !== before) course += day > before ? 1 : -1
  }
  if (course === 0) return 'flat'
  return course > 0 ? 'rising' : 'falling'
}

/** Whether a row of the sample was booked, as far as its status and its day say. */
const isBooked = ({ roles, days }: ChoiceInput, cells: readonly string[]): boolean => {
  const state = rowStateOf(cells[roles.indexOf('status')] ?? '')
  if (state === 'pending' || state === 'refused') return false
  const day = trimmed(cells[days.index] ?? '')
  return day !== '' && rowStateOf(day) !== 'pending'
}

/** The steps of the sample by account, as far as their rows can be read. */
const sequencesOf = (input: ChoiceInput, { source, balance }: Option): Step[][] => {
  const { survey, roles, decimalSign } = input
  const keys = [roles.indexOf('account'), roles.indexOf('currency')]
  const sequences = new Map<string, Step[]>()
  const reading = { source, sign: decimalSign, isInverted: false }
  for (const { cells } of survey.sample) {
    const amount = isBooked(input, cells) ? readRowAmount(cells, reading) : null
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
  const sequences = sequencesOf(input, option)
  const isUnsigned = !sequences.some((steps) => steps.some(({ amount }) => amount < 0n))
  const proof = proveBalances(sequences, days, isUnsigned || option.source.kind === 'sides')
  return proof === null ? null : { ...option, proof }
}

/** Balances that no name announces must follow without a break. */
const leastUnnamed = 2

/** Any other column with amounts may hold the balances where those that are named so prove nothing. */
const unnamedProof = (input: ChoiceInput, sources: readonly AmountSource[]): Proven | null => {
  if (input.options.csv?.roles !== undefined) return null
  const proven = bestProof(input, pairs(sources, spareMoney(input)))
  if (proven === null || proven.proof.breaks > 0 || proven.proof.holds < leastUnnamed) return null
  return proven
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

/** What the names say of the amounts may be too little: any other column may be one, or part of one, that proves more. */
const furtherProof = (input: ChoiceInput, named: Proven | null): Proven | null => {
  const balance = input.roles.indexOf('balance')
  const isSettled = input.options.csv?.roles !== undefined || named?.proof.breaks === 0
  if (isSettled || balance < 0) return null
  const proven = bestProof(input, pairs(unnamedSources(input), [balance]))
  return proven !== null && isBeyond(proven.proof, named?.proof.holds ?? 0) ? proven : null
}

const isBeyond = ({ holds, breaks }: BalanceProof, others: number): boolean =>
  breaks === 0 && holds >= Math.max(leastUnnamed, others)

const isOfAmount: ReadonlySet<ColumnRole> = new Set(['amount', 'debit', 'credit'])

/** Writes into the roles what the cells told. */
const fillRoles = (roles: ColumnRole[], { source, balance }: Option): void => {
  for (const [index, role] of roles.entries())
    if (isOfAmount.has(role) && !uses(source, index)) roles[index] = 'ignored'
  if (source.kind === 'single') roles[source.index] = 'amount'
  else {
    roles[source.debit] = 'debit'
    roles[source.credit] = 'credit'
  }
  if (source.fee !== undefined) roles[source.fee.index] = 'fee'
  if (balance >= 0) roles[balance] = 'balance'
}

/** What is known without a proof: names win, then the likeliest of what the cells allow. */
const unproven = (input: ChoiceInput, sources: readonly AmountSource[]): Option | null => {
  const balance = input.roles.indexOf('balance')
  const source = likeliest(
    input,
    sources.filter((each) => !uses(each, balance)),
  )
  return source === null ? null : { source, balance }
}

/** Every pairing of amounts with balances that might prove something. */
const pairings = (input: ChoiceInput, sources: readonly AmountSource[], isNamed: boolean) => {
  const named = input.roles.indexOf('balance')
  const unnamed = isNamed ? [] : freeMoney(input)
  return pairs(sources, named >= 0 ? [named] : unnamed)
}

const pairs = (sources: readonly AmountSource[], balances: readonly number[]): Option[] =>
  sources.flatMap((source) =>
    balances.flatMap((balance) => (uses(source, balance) ? [] : [{ source, balance }])),
  )

/** What is settled before anything is proven: amounts less their costs are those of the account. */
const settleNet = (input: ChoiceInput): void => {
  const { roles, options } = input
  const amount = roles.indexOf('amount')
  if (amount < 0 || options.csv?.roles !== undefined) return
  const net = netColumn(input, amount)
  if (net < 0) return
  roles[amount] = 'ignored'
  roles[net] = 'amount'
  roles[roles.indexOf('fee')] = 'ignored'
}

const unprovenChoice = (input: ChoiceInput, { source, balance }: Option): AmountChoice => {
  const said = input.options.csv?.isInverted
  const isTurned = said === undefined && source.kind === 'single' && isOfIssuer(input, source)
  const isAsked = !isTurned && (isSignUnknown(input, source) || isColumnUnknown(input, source))
  return {
    reading: { source, sign: input.decimalSign, isInverted: said ?? isTurned },
    balance,
    proof: null,
    order: dayCourse(input) === 'falling' ? 'newest_first' : 'oldest_first',
    problems: isAsked ? [problem('columns_unclear', { missing: 'sign' })] : [],
  }
}

/** The columns of the amounts; null where no column can hold them. */
export const chooseAmounts = (input: ChoiceInput): AmountChoice | null => {
  const { roles, decimalSign, options } = input
  settleNet(input)
  const named = namedSources(input)
  const isNamed = named.length > 0
  const sources = isNamed ? named : possibleSources(input)
  const byNames = bestProof(input, pairings(input, sources, isNamed))
  const proven = furtherProof(input, byNames) ?? byNames ?? unnamedProof(input, sources)
  const chosen = proven ?? unproven(input, sources)
  if (chosen === null) return null
  fillRoles(roles, chosen)
  if (proven === null) return unprovenChoice(input, chosen)
  const { source, balance, proof } = proven
  const announced = roles.indexOf('balance')
  if (announced >= 0) roles[announced] = 'ignored'
  roles[balance] = 'balance'
  const isInverted = options.csv?.isInverted ?? proof.isInverted
  return {
    reading: { source, sign: decimalSign, isInverted },
    balance,
    proof,
    order: proof.order,
    problems: [],
  }
}
