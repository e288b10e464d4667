/** JSON whose numbers keep the digits they were written with. */
declare global {
  interface JSON {
    rawJSON(text: string): object
    parse(text: string, reviver: (key: string, value: unknown, context: Source) => unknown): unknown
  }
}

interface Source {
  source?: string
}

const moneyKeys = new Set([
  'amount',
  'fee',
  'opening',
  'currentBalance',
  'availableBalance',
  'openingBalance',
])

/** A number that JSON.stringify writes with exactly the digits of the text. */
export const exactNumber = (text: string): object => JSON.rawJSON(text)

/** Parses JSON; numbers under a key of money come back as the text they were written with. Throws SyntaxError. */
export const parseExactJson = (text: string): unknown =>
  JSON.parse(text, (key, value, { source }) =>
    typeof value === 'number' && moneyKeys.has(key) ? (source ?? String(value)) : value,
  )
