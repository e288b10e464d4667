/** Exact arithmetic on decimal text, so that no amount ever passes through a float. */
interface Decimal {
  units: bigint
  scale: number
}

const shape = /^([+-]?)(\d{1,40})(?:\.(\d{0,40}))?(?:[eE]([+-]?\d{1,2}))?$/

const parse = (text: string): Decimal => {
  const [, sign, whole = '0', fraction = '', exponent = '0'] = shape.exec(text.trim()) ?? []
  if (sign === undefined) throw new RangeError(`"${text.slice(0, 60)}" is not a decimal amount`)
  const magnitude = BigInt(whole + fraction)
  const units = sign === '-' ? -magnitude : magnitude
  const scale = fraction.length - Number(exponent)
  return scale >= 0 ? { units, scale } : { units: units * 10n ** BigInt(-scale), scale: 0 }
}

const format = ({ units, scale }: Decimal): string => {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0')
  const sign = units < 0n ? '-' : ''
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

const scaledTo = ({ units, scale }: Decimal, wanted: number): bigint =>
  units * 10n ** BigInt(wanted - scale)

/** Plain signed decimal text of an amount that may be written with an exponent; throws RangeError on anything else. */
export const plainDecimal = (text: string): string => format(parse(text))

/** Adds decimal texts exactly; the result has at least two decimals. */
export const sumDecimals = (texts: Iterable<string>): string => {
  let total: Decimal = { units: 0n, scale: 2 }
  for (const text of texts) {
    const term = parse(text)
    const scale = Math.max(total.scale, term.scale)
    total = { units: scaledTo(total, scale) + scaledTo(term, scale), scale }
  }
  return format(total)
}

/** The same amount with the other sign. */
export const negated = (text: string): string => {
  const { units, scale } = parse(text)
  return format({ units: -units, scale })
}

/** Tells whether a text may stand as it is for a number in JSON. */
export const isJsonNumber = (text: string): boolean =>
  /^-?(0|[1-9]\d{0,39})(\.\d{1,40})?([eE][+-]?\d{1,2})?$/.test(text)
