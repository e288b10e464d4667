/** Whether a person must say which amounts go out, because nothing in the file does. */
import { usualWay } from './amount-sources.ts'
import type { AmountSource, SingleAmount, TwoSides } from './amounts.ts'
import type { ChoiceInput } from './choice-input.ts'
import type { Column } from './column.ts'
import { hintsOf } from './names.ts'

const cardWords = /kaart|\bcard|carte\b|kredit|merchant/i
/** A few amounts may well all come in; so many hardly do. */
const rowsToAsk = 10

/** Whether a sign stands before amounts in as well. */
const isMarked = ({ survey }: ChoiceInput, index: number): boolean =>
  survey.sample.some(({ cells }) => /\+|CR/.test(cells[index] ?? ''))

/** The name says which side the amounts are on, and the other side is missing. */
const isOneSide = ({ name }: Column): boolean => hintsOf(name)[0]?.role === 'debit'

const isUnsigned = (input: ChoiceInput, { index, direction }: SingleAmount): boolean => {
  const { columns, table } = input.survey
  const column = columns[index]
  if (column === undefined || direction >= 0 || isMarked(input, index)) return false
  const { negatives, filled } = column
  if (negatives * 2 < filled && isOfCard(columns)) return true
  if (negatives > 0 || filled === 0) return false
  return table?.header == null || isDoubtful(column, columns)
}

const isDoubtful = (column: Column, all: readonly Column[]): boolean =>
  column.filled >= rowsToAsk ||
  isOneSide(column) ||
  // a side of which only one word occurs was not believed
  all.some(({ isDirections }) => isDirections)

const isOfCard = (columns: readonly Column[]): boolean =>
  columns.some(({ name }) => cardWords.test(name))

/** Without names and balances that follow, amounts stand in the first of the columns that could hold them. */
export const isColumnUnknown = (input: ChoiceInput, source: AmountSource): boolean => {
  const { table, columns } = input.survey
  if (source.kind !== 'single' || table?.header != null || input.options.csv !== undefined)
    return false
  const first = columns.findIndex(({ isMoney, filled, zeros }) => isMoney && filled > zeros)
  return first >= 0 && first < source.index
}

/** Asked only where balances prove nothing and no person has answered. */
export const isSignUnknown = (input: ChoiceInput, source: AmountSource): boolean => {
  const { survey, options } = input
  if (options.csv?.isInverted !== undefined) return false
  if (source.kind === 'single') return isUnsigned(input, source)
  const isSaid = options.csv?.roles !== undefined || sides(survey, source).some(isSide)
  return !isSaid && usualWay(survey.columns[source.debit]) === 'minus'
}

const sides = ({ columns }: ChoiceInput['survey'], { debit, credit }: TwoSides): Column[] =>
  [debit, credit].flatMap((index) => columns[index] ?? [])

/** The name of the column says that it is the one side or the other. */
const isSide = ({ name }: Column): boolean =>
  hintsOf(name).some(({ role, weight }) => weight > 3 && (role === 'debit' || role === 'credit'))
