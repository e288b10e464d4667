/** Amounts are signed decimal text (positive = money in); these functions never pass through a float. */
const jsonNumber = /^(-?)(\d{1,40})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,3}))?$/
const exponentMax = 40
const decimalText = /^-?\d{1,40}(?:\.\d{1,40})?$/
/** How nearly all amounts are written: nothing about them changes. A zero has no sign. */
const plainDecimal = /^(?:-(?=.*[1-9]))?(?:0|[1-9]\d{0,39})(?:\.\d{1,40})?$/

/** Tells whether a text is a plain signed decimal such as `-12.50`. */
export const isDecimal = (text: string): boolean => decimalText.test(text)

/** Turns the text of a JSON number (exponents allowed) into plain decimal text; throws RangeError on anything else. */
export const toDecimal = (text: string): string =>
  plainDecimal.test(text) ? text : rewritten(text)

const rewritten = (text: string): string => {
  const [matched, sign = '', whole = '', fraction = '', exponent = '0'] =
    jsonNumber.exec(text.trim()) ?? []
  if (matched === undefined || Math.abs(Number(exponent)) > exponentMax)
    throw new RangeError('not a decimal amount')
  const magnitude = shifted(whole + fraction, whole.length + Number(exponent))
  // refused, not cut: a column would hold fewer digits
  if (!isDecimal(magnitude)) throw new RangeError('an amount with too many digits')
  return /^[0.]+$/.test(magnitude) ? magnitude : sign + magnitude
}

/** Puts the decimal point behind the first `point` digits. */
const shifted = (digits: string, point: number): string => {
  const padded = point <= 0 ? '0'.repeat(1 - point) + digits : digits.padEnd(point, '0')
  const cut = Math.max(point, 1)
  const integer = padded.slice(0, cut).replace(/^0+(?=\d)/, '')
  return padded.length === cut ? integer : `${integer}.${padded.slice(cut)}`
}

/** The amount with the opposite sign; zero has none. */
export const negated = (amount: string): string => {
  if (amount.startsWith('-')) return amount.slice(1)
  return /[1-9]/.test(amount) ? `-${amount}` : amount
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
