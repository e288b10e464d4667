import { plainText } from '../plain-text.ts'

const ibanShape = /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/

/** An IBAN in capitals without blanks, as files are read; any other number as it is written. */
export const toAccountNumber = (text: string): string => {
  const compact = text.replaceAll(/[\s.-]/g, '').toUpperCase()
  return ibanShape.test(compact) ? compact : plainText(text)
}
