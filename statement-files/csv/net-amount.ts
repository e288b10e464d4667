/** Where a file tells the costs of a line beside its amount: which of its columns moved the account. */
import { isSameAmount, sumOf } from '../decimal.ts'
import { costsOf, readBalance, type SingleAmount } from './amounts.ts'
import type { ChoiceInput } from './choice-input.ts'
import { freeMoney } from './free-money.ts'

/** The column of amounts with the costs beside it taken off; null where there are none. */
export const lessFee = (
  { survey, roles }: ChoiceInput,
  amount: SingleAmount,
): SingleAmount | null => {
  const index = roles.indexOf('fee')
  const column = survey.columns[index]
  if (column?.isMoney !== true || column.zeros === column.filled) return null
  return { ...amount, fee: { index, isSigned: column.negatives > 0 } }
}

/** Beside balances, costs are written because they come on top of the amounts; a total of them only informs. */
export const isOnTop = ({ survey, roles }: ChoiceInput): boolean =>
  roles.includes('balance') && !/total/i.test(survey.columns[roles.indexOf('fee')]?.name ?? '')

/** The column that holds each amount less its costs; -1 where none does. */
export const netColumn = (input: ChoiceInput, amount: SingleAmount): number => {
  const reduced = lessFee(input, amount)
  if (reduced?.fee === undefined) return -1
  const { index, isSigned } = reduced.fee
  const { survey, decimalSign } = input
  const read = (cells: readonly string[], at: number) => readBalance(cells, at, decimalSign)
  const holds = (at: number): boolean => {
    let seen = 0
    for (const { cells } of survey.sample) {
      const [gross, fee, net] = [read(cells, amount.index), read(cells, index), read(cells, at)]
      if (gross === null || net === null) continue
      if (!isSameAmount(sumOf(gross, costsOf(fee ?? '0', isSigned)), net)) return false
      if (/[1-9]/.test(fee ?? '')) seen += 1
    }
    return seen > 0
  }
  return freeMoney(input).find(holds) ?? -1
}
