import { compactNumber, hasIbanShape } from '../../domain/iban.ts'
import { plainText } from '../plain-text.ts'

/** An IBAN in capitals without blanks, as files are read; any other number as it is written. */
export const toAccountNumber = (text: string): string => {
  const compact = compactNumber(text)
  return hasIbanShape(compact) ? compact : plainText(text)
}
