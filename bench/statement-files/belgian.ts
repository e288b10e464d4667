/** Belgian numbers whose check digits are right, made from any whole number of at most ten digits. */
import { ibanOfBelgian, remainder97 } from '../../domain/iban.ts'

const checked = (number: number): string => {
  const ten = String(number).padStart(10, '0')
  return `${ten}${String(remainder97(ten) || 97).padStart(2, '0')}`
}

/** An account number, compact. */
export const belgianIban = (number: number): string => {
  const iban = ibanOfBelgian(checked(number))
  if (iban === null) throw new Error(`No account has the number ${number}.`)
  return iban
}

/** The twelve digits of a structured communication; 0 gives that of 1, because no bank takes nothing but zeros. */
export const belgianReference = (number: number): string => checked(number + 1)
