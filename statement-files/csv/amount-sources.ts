/** Which columns may hold the amounts: by their names, or by their cells alone. */
import {
  readBalance,
  readRowAmount,
  type AmountReading,
  type AmountSource,
  type Fee,
  type TwoSides,
} from './amounts.ts'
import { kindOf, trimmed } from './cell.ts'
import type { ChoiceInput } from './choice-input.ts'
import type { Column } from './column.ts'
import { currencyIn } from './currency-name.ts'
import { freeMoney, spareMoney } from './free-money.ts'
import { feesOf, isOnTop } from './net-amount.ts'
import { directionOf } from './words.ts'

const ways = ['signed', 'minus', 'absolute'] as const

/** What the columns themselves say: amounts out all have a minus, none, or some. */
export const usualWay = (debit: Column | undefined, credit?: Column): TwoSides['how'] => {
  if (debit === undefined || debit.negatives === 0)
    return credit !== undefined && isAllNegative(credit) ? 'absolute' : 'minus'
  return isAllNegative(debit) ? 'signed' : 'absolute'
}

const isAllNegative = ({ negatives, zeros, filled }: Column): boolean =>
  negatives > 0 && negatives + zeros >= filled

const sidesOf = (columns: readonly Column[], debit: number, credit: number): TwoSides[] => {
  const usual = usualWay(columns[debit], columns[credit])
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
  const source: AmountSource = { kind: 'single', index, direction: -1 }
  const reading: AmountReading = { source, sign: decimalSign, isInverted: false }
  let [agreement, negatives] = [0, 0]
  for (const { cells } of survey.sample) {
    const amount = readRowAmount(cells, reading)
    const side = directionOf(trimmed(cells[direction] ?? ''))
    if (typeof amount !== 'string' || side === 0) continue
    const isNegative = amount.startsWith('-')
    if (isNegative) negatives += 1
    agreement += isNegative === side < 0 ? 1 : -1
  }
  return negatives > 0 && agreement >= 0
}

const withoutFees = (input: ChoiceInput): AmountSource[] => {
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

const addFee = (sources: readonly AmountSource[], fee: Fee): AmountSource[] =>
  sources.map((source) => ({ ...source, fee }))

/** What the names of the columns, or a person, say: with costs in the likelier way first. */
export const namedSources = (input: ChoiceInput): AmountSource[] => {
  const bare = withoutFees(input)
  const [usual, other] = feesOf(input).map((fee) => addFee(bare, fee))
  if (usual === undefined || other === undefined) return bare
  return isOnTop(input) ? [...usual, ...bare, ...other] : [...bare, ...usual, ...other]
}

/** Columns with amounts of which nothing is known: they may be the amount, or change it as costs do. */
export const unnamedSources = (input: ChoiceInput): AmountSource[] => {
  const bare = withoutFees(input)
  const spare = spareMoney(input)
  const costs = spare.flatMap((index) =>
    [true, false].flatMap((isSigned) => addFee(bare, { index, isSigned })),
  )
  const direction = input.roles.indexOf('direction')
  const others = spare.map((index): AmountSource => {
    const isSigned = direction < 0 || isSignedAlready(input, index)
    return { kind: 'single', index, direction: isSigned ? -1 : direction }
  })
  return [...costs, ...others]
}

/** Of two columns the one whose amounts all have a minus is the debit; where neither has one, a person will be asked. */
const inOrder = (columns: readonly Column[], one: number, other: number): [number, number] => {
  const isOut = (index: number) => usualWay(columns[index]) === 'signed'
  return isOut(other) && !isOut(one) ? [other, one] : [one, other]
}

const areOfTwoCurrencies = (one: Column | undefined, other: Column | undefined): boolean => {
  const [first, second] = [currencyIn(one?.name ?? ''), currencyIn(other?.name ?? '')]
  return first !== null && second !== null && first !== second
}

/** Whether each row has its amount in one of two columns only, and both are used. */
const areSides = (
  { survey, days, decimalSign }: ChoiceInput,
  one: number,
  other: number,
): boolean => {
  const isUsed = (cells: readonly string[], index: number) =>
    /[1-9]/.test(readBalance(cells, index, decimalSign) ?? '')
  const rows = survey.sample.filter(
    ({ cells }) => kindOf(trimmed(cells[days.index] ?? '')) === 'date',
  )
  if (areOfTwoCurrencies(survey.columns[one], survey.columns[other])) return false
  const inOne = rows.filter(({ cells }) => isUsed(cells, one))
  const inOther = rows.filter(({ cells }) => isUsed(cells, other))
  return inOne.length > 0 && inOther.length > 0 && !inOne.some(({ cells }) => isUsed(cells, other))
}

/** What the cells alone allow: each column, and each pair of which one is empty where the other is not. */
export const possibleSources = (input: ChoiceInput): AmountSource[] => {
  const free = freeMoney(input)
  const direction = input.roles.indexOf('direction')
  const sources: AmountSource[] = free.map((index) => ({
    kind: 'single',
    index,
    direction: isSignedAlready(input, index) ? -1 : direction,
  }))
  const { columns } = input.survey
  for (const [at, one] of free.entries())
    for (const other of free.slice(at + 1))
      if (areSides(input, one, other))
        sources.push(...sidesOf(columns, ...inOrder(columns, one, other)))
  return sources
}

export const uses = (source: AmountSource, index: number): boolean =>
  source.kind === 'single'
    ? source.index === index
    : source.debit === index || source.credit === index

/** Without a proof: a pair of sides, else the column with signs, else the first. */
export const likeliest = (
  input: ChoiceInput,
  sources: readonly AmountSource[],
): AmountSource | null => {
  const { columns } = input.survey
  const hasSign = (source: AmountSource) =>
    source.kind === 'single' && (columns[source.index]?.negatives ?? 0) > 0
  return sources.find(({ kind }) => kind === 'sides') ?? sources.find(hasSign) ?? sources[0] ?? null
}
