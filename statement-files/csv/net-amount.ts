/** Where a file tells the costs of a line beside its amount: which of its columns moved the account. */
import { isSameAmount, sumOf } from '../decimal.ts'
import { costsOf, readBalance, type Fee } from './amounts.ts'
import type { ChoiceInput } from './choice-input.ts'
import { spareMoney } from './free-money.ts'

/** How a column of costs may change the amounts beside it, the usual way first; none where it has no costs. */
export const feesOf = ({ survey, roles }: ChoiceInput): Fee[] => {
  const index = roles.indexOf('fee')
  const column = survey.columns[index]
  if (column?.isMoney !== true || column.zeros === column.filled) return []
  const isSigned = column.negatives > 0
  return [
    { index, isSigned },
    { index, isSigned: !isSigned },
  ]
}

/** Beside balances, costs are written because they come on top of the amounts; a total of them only informs. */
export const isOnTop = ({ survey, roles }: ChoiceInput): boolean =>
  roles.includes('balance') && !/total/i.test(survey.columns[roles.indexOf('fee')]?.name ?? '')

interface Sum {
  gross: number
  fee: Fee
  net: number
}

/** Rows that may differ where all others agree. */
const shareOfOthers = 0.05

/** Whether one column is the other one with the costs taken off, in nearly every row and in one with costs. */
const addsUp = ({ survey, decimalSign }: ChoiceInput, { gross, fee, net }: Sum): boolean => {
  let [rows, others, withCosts] = [0, 0, 0]
  for (const { cells } of survey.sample) {
    const [before, costs, after] = [gross, fee.index, net].map((index) =>
      readBalance(cells, index, decimalSign),
    )
    if (before == null || after == null) continue
    rows += 1
    if (!isSameAmount(sumOf(before, costsOf(costs ?? '0', fee.isSigned)), after)) others += 1
    else if (/[1-9]/.test(costs ?? '')) withCosts += 1
  }
  return withCosts > 0 && others <= rows * shareOfOthers
}

/** The column of the amounts less their costs, where another column holds them before; -1 where nothing adds up. */
export const netColumn = (input: ChoiceInput, amount: number): number => {
  for (const fee of feesOf(input))
    for (const other of spareMoney(input)) {
      if (addsUp(input, { gross: amount, fee, net: other })) return other
      if (addsUp(input, { gross: other, fee, net: amount })) return amount
    }
  return -1
}
