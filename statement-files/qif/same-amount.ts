/** T and U repeat each other, not always in the same writing. */
import { decimalSigns } from '../../domain/csv-layout.ts'
import { isSameAmount } from '../decimal.ts'
import { readAmount } from '../inference/decimal-sign.ts'

/** Whether two texts are one amount, by whichever sign marks decimals. */
export const isSameText = (one: string, other: string): boolean =>
  one === other ||
  decimalSigns.some((sign) => {
    const [first, second] = [readAmount(one, sign), readAmount(other, sign)]
    return first !== null && second !== null && isSameAmount(first, second)
  })
