/** Amounts are signed decimal text (positive = money in); these functions never pass through a float. */
const jsonNumber = /^(-?)(\d{1,40})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,3}))?$/
const decimalText = /^-?\d{1,40}(?:\.\d{1,40})?$/

/** Tells whether a text is a plain signed decimal such as `-12.50`. */
export const isDecimal = (text: string): boolean => decimalText.test(text)

/** Turns the text of a JSON number (exponents allowed) into plain decimal text; throws RangeError on anything else. */
export const toDecimal = (text: string): string => {
  const parts = jsonNumber.exec(text.trim())
  if (!parts) throw new RangeError('not a decimal amount')
  const [, sign = '', whole = '0', fraction = '', exponent = '0'] = parts
  const shift = Number(exponent)
  if (Math.abs(shift) > 40) throw new RangeError('exponent of an amount out of range')
  const digits = whole + fraction
  const point = whole.length + shift
  const padded = point <= 0 ? '0'.repeat(1 - point) + digits : digits.padEnd(point, '0')
  const cut = Math.max(point, 1)
  const integer = padded.slice(0, cut).replace(/^0+(?=\d)/, '')
  const rest = padded.slice(cut)
  const unsigned = rest === '' ? integer : `${integer}.${rest}`
  // an exponent may make more digits than an amount can have
  if (!isDecimal(unsigned)) throw new RangeError('amount out of range')
  return /^[0.]+$/.test(unsigned) ? unsigned : sign + unsigned
}

const scaled = (text: string, scale: number): bigint => {
  if (!isDecimal(text)) throw new RangeError('not a decimal amount')
  const [integer = '0', fraction = ''] = text.replace('-', '').split('.')
  const magnitude = BigInt(integer + fraction.padEnd(scale, '0'))
  return text.startsWith('-') ? -magnitude : magnitude
}

const scaleOf = (text: string): number => text.split('.')[1]?.length ?? 0

/** Adds decimal texts exactly; the result has as many decimals as the most precise term, at least two. */
export const sumAmounts = (amounts: readonly string[]): string => {
  const scale = Math.max(2, ...amounts.map(scaleOf))
  const total = amounts.reduce((sum, amount) => sum + scaled(amount, scale), 0n)
  const digits = (total < 0n ? -total : total).toString().padStart(scale + 1, '0')
  return `${total < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}
