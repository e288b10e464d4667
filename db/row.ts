/** Pieces of row schemas. */
import { z } from 'zod'

/** int8 arrives as text; counts, versions and feed numbers stay far below 2^53. */
export const count = z.string().transform(Number).pipe(z.int())

/** An instant as milliseconds since the epoch. */
export const instantMs = z.string().transform((text) => Date.parse(text))

/** Milliseconds since the epoch as the text PostgreSQL takes for an instant. */
export const toInstant = (ms: number | null): string | null =>
  ms === null ? null : new Date(ms).toISOString()

/** A word of a closed list, which the database checks. */
export const word = <Word extends string>(): z.ZodType<Word> =>
  z.custom<Word>((value) => typeof value === 'string')
