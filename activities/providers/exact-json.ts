/** JSON in which every number keeps the digits it was written with: amounts and long ids never pass through a float. */

interface RawNumber {
  readonly rawJSON: string
}

declare global {
  interface JSON {
    rawJSON(text: string): object
    isRawJSON(value: unknown): value is RawNumber
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
    ): unknown
  }
}

/**
 * Parses JSON text; each number becomes an object that `numberText` reads and `JSON.stringify` writes digit by digit.
 * Throws SyntaxError on anything that is not JSON.
 */
export const parseExact = (text: string): unknown =>
  JSON.parse(text, (_key, value, { source }) =>
    typeof value === 'number' ? JSON.rawJSON(source ?? String(value)) : value,
  )

/** The digits of a number parsed exactly; null for anything else. */
export const numberText = (value: unknown): string | null =>
  JSON.isRawJSON(value) ? value.rawJSON : null
