/** Account numbers: the field of 37 characters in the four structures of records 1 and 8, and that of a counterparty. */
import { compactNumber, ibanOf, ibanOfBelgian } from '../../domain/iban.ts'

export interface AccountField {
  /** IBAN where it is one, else as written; empty where nothing is there. */
  number: string
  currency: string
  /** What the structure asks for stands there, with right check digits. */
  isValid: boolean
}

interface Structure {
  number: readonly [from: number, to: number]
  currency: readonly [from: number, to: number]
  read: (written: string) => string | null
}

const structures = new Map<string, Structure>([
  ['0', { number: [0, 12], currency: [13, 16], read: ibanOfBelgian }],
  ['1', { number: [0, 34], currency: [34, 37], read: (written) => written || null }],
  ['2', { number: [0, 31], currency: [34, 37], read: ibanOf }],
  ['3', { number: [0, 34], currency: [34, 37], read: ibanOf }],
])

/** Reads the account field of records 1 and 8; null for a structure code that does not exist. */
export const accountField = (text: string, structureCode: string): AccountField | null => {
  const structure = structures.get(structureCode)
  if (structure === undefined) return null
  const written = text.slice(...structure.number).trim()
  const number = structure.read(written)
  return {
    number: number ?? compactNumber(written),
    currency: text.slice(...structure.currency).trim(),
    isValid: number !== null,
  }
}

const belgianLength = 12

/** The account of a counterparty, in whatever structure the payment had; undefined for none. */
export const counterpartyAccount = (text: string): string | undefined => {
  // the last three characters are a currency
  const written = text.slice(0, 34).trim()
  if (written === '' || /^0+$/.test(written)) return undefined
  const blank = written.indexOf(' ')
  const word = blank < 0 ? written : written.slice(0, blank)
  if (word.length === belgianLength) return ibanOfBelgian(word) ?? word
  const iban = ibanOf(word) ?? ibanOf(written)
  if (iban !== null) return iban
  return /^[A-Z]{2}\d{2}/.test(word) ? word : written
}
