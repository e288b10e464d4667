import { z } from 'zod'
import { numberText } from './exact-json.ts'

/** An id with at most so many characters; one written as a number keeps all its digits. */
export const idSchema = (lengthMax: number) =>
  // not a union, which would try text first and write an issue for every number
  z.unknown().transform((value, context) => {
    const told = typeof value === 'string' ? value : numberText(value)
    if (told !== null && told !== '' && told.length <= lengthMax) return told
    context.addIssue({ code: 'custom', message: 'not an id' })
    return z.NEVER
  })
