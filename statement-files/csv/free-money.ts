/** Columns with amounts that nothing else is known of. */
import type { ChoiceInput } from './choice-input.ts'
import type { Column } from './column.ts'
import { hintsOf } from './names.ts'

const numericMax = 8

/** Columns with amounts that have no other role and whose name does not say that they hold something else. */
export const freeMoney = ({ survey, roles }: ChoiceInput): number[] =>
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

/** Columns with amounts that have no role, whatever they are called. */
export const spareMoney = ({ survey, roles }: ChoiceInput): number[] =>
  survey.columns
    .flatMap((column, index) => (column.isMoney && roles[index] === 'ignored' ? [index] : []))
    .slice(0, numericMax)
