/** Schemas of what every provider's answers are made of; numbers keep the digits they were written with. */
import { z } from 'zod'
import { numberText } from './exact-json.ts'

const digitsOf =
  (read: (value: unknown) => string | null) =>
  (value: unknown, context: z.RefinementCtx): string => {
    const digits = read(value)
    if (digits !== null) return digits
    context.addIssue({ code: 'custom', message: 'not a number' })
    return z.NEVER
  }

/** A number, as its digits. */
export const exactNumber = z.unknown().transform(digitsOf(numberText))

/** A number, or the same number as text, as its digits. */
export const numberOrText = z
  .unknown()
  .transform(digitsOf((value) => numberText(value) ?? (typeof value === 'string' ? value : null)))

/** A number as its digits; null for anything else. */
export const optionalNumber = z
  .unknown()
  .optional()
  .transform((value) => numberText(value))

export const optionalText = z.string().nullish()
export const optionalFlag = z.boolean().nullish()
