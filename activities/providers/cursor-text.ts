import type { z } from 'zod'

/** A cursor or position as its schema describes it; null where the text is none, or one of another edition. */
export const readCursor = <T>(schema: z.ZodType<T>, text: string | null): T | null => {
  if (text === null) return null
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    return null
  }
}
