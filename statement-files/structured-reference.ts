/** References made for machines, known by their check digits. */
import { remainder97 } from '../domain/iban.ts'
import type { ReferenceType } from './parsed.ts'

export interface StructuredReference {
  value: string
  type: ReferenceType
}

const isBelgian = (digits: string): boolean =>
  /^\d{12}$/.test(digits) &&
  (remainder97(digits.slice(0, 10)) || 97) === Number(digits.slice(10)) &&
  digits !== '000000000097'

/** The twelve digits of a Belgian reference written bare or as `+++123/4567/89012+++`; null with wrong check digits. */
export const belgianReference = (text: string): string | null => {
  const digits = text.replace(/[+*/.\s]/g, '')
  return isBelgian(digits) ? digits : null
}

const marked = /(?:\+{3}|\*{3})\s?(\d{3})\s?[/.]?\s?(\d{4})\s?[/.]?\s?(\d{5})\s?(?:\+{3}|\*{3})/

/** The Belgian reference that stands between its marks somewhere in a text; null where there is none. */
export const belgianReferenceIn = (text: string): string | null => {
  const found = marked.exec(text)
  return found === null ? null : belgianReference(found.slice(1).join(''))
}

const isCreditorReference = (text: string): boolean =>
  /^RF\d{2}[A-Z0-9]{1,21}$/.test(text) && remainder97(text.slice(4) + text.slice(0, 4)) === 1

const carries = [0, 9, 4, 6, 8, 2, 7, 1, 3, 5]

const isQrReference = (text: string): boolean => {
  if (!/^\d{27}$/.test(text) || /^0+$/.test(text)) return false
  let carry = 0
  for (const digit of text.slice(0, 26)) carry = carries[(carry + Number(digit)) % 10] ?? 0
  return (10 - carry) % 10 === Number(text[26])
}

/** What a reference is by its own shape and check digits: Belgian, ISO 11649, Swiss QR, or null. */
export const structuredReference = (text: string): StructuredReference | null => {
  const belgian = belgianReference(text)
  if (belgian !== null) return { value: belgian, type: 'belgian' }
  const compact = text.replace(/\s/g, '').toUpperCase()
  if (isCreditorReference(compact)) return { value: compact, type: 'rf' }
  return isQrReference(compact) ? { value: compact, type: 'qrr' } : null
}
