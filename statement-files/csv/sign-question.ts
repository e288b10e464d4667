/** Whether a person must say which amounts go out, because nothing in the file does. */
import { usualWay } from './amount-sources.ts'
import type { AmountSource, SingleAmount } from './amounts.ts'
import type { ChoiceInput } from './choice-input.ts'

const cardWords = /kaart|\bcard|carte\b|kredit|merchant/i
/** A few amounts may well all come in; so many hardly do. */
const rowsToAsk = 10

/** Whether a sign stands before amounts in as well. */
const isMarked = ({ survey }: ChoiceInput, index: number): boolean =>
  survey.sample.some(({ cells }) => /\+|CR/.test(cells[index] ?? ''))

const isUnsigned = (input: ChoiceInput, { index, direction }: SingleAmount): boolean => {
  const { columns, table } = input.survey
  const column = columns[index]
  if (column === undefined || column.filled === 0 || direction >= 0) return false
  if (isMarked(input, index)) return false
  const { negatives, filled } = column
  const isCard = columns.some(({ name }) => cardWords.test(name))
  if (isCard && negatives * 2 < filled) return true
  return negatives === 0 && (table?.header == null || filled >= rowsToAsk)
}

/** Asked only where balances prove nothing and no person has answered. */
export const isSignUnknown = (input: ChoiceInput, source: AmountSource): boolean => {
  const { survey, options } = input
  if (options.csv?.isInverted !== undefined) return false
  if (source.kind === 'single') return isUnsigned(input, source)
  return survey.table?.header == null && usualWay(survey.columns[source.debit]) === 'minus'
}
