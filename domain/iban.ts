/** Account numbers: IBAN by its check digits (ISO 13616), and the Belgian number it was made from. */
const shape = /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/

/** The remainder by 97 of a number written with digits and letters (A = 10 … Z = 35). */
export const remainder97 = (text: string): number => {
  let remainder = 0
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    remainder = code > 57 ? (remainder * 100 + code - 55) % 97 : (remainder * 10 + code - 48) % 97
  }
  return remainder
}

/** An account number in capitals, without blanks, dots or dashes. */
export const compactNumber = (text: string): string => text.replace(/[\s.-]/g, '').toUpperCase()

/** Whether a compact number is written like an IBAN; its check digits may be wrong. */
export const hasIbanShape = (number: string): boolean => shape.test(number)

/** Whether a compact number is an IBAN with right check digits. */
export const isIban = (number: string): boolean =>
  hasIbanShape(number) && remainder97(number.slice(4) + number.slice(0, 4)) === 1

/** The compact IBAN that a text holds, or null. */
export const ibanOf = (text: string): string | null => {
  const number = compactNumber(text)
  return isIban(number) ? number : null
}

/** The IBAN of a Belgian account number of 12 digits; null where its own check digits are wrong. */
export const ibanOfBelgian = (number: string): string | null => {
  if (!/^\d{12}$/.test(number)) return null
  const check = remainder97(number.slice(0, 10)) || 97
  if (check !== Number(number.slice(10))) return null
  return `BE${String(98 - remainder97(`${number}BE00`)).padStart(2, '0')}${number}`
}
