/** JSON in which every number stays the text it was written as: amounts and long ids never pass through a float. */

interface Source {
  source?: string
}

/** Parses JSON text; numbers come out as strings. Throws SyntaxError on anything that is not JSON. */
export const parseExact = (text: string): unknown =>
  JSON.parse(text, (_key: string, value: unknown, context?: Source) =>
    typeof value === 'number' ? (context?.source ?? String(value)) : value,
  )
