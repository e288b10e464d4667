/**
 * Where the reading of one account stands. Between two runs it is the day of the last read and what was missing then;
 * inside a run also the way to the next page. Both are opaque to the caller.
 */
import { z } from 'zod'
import { readCursor } from '../cursor-text.ts'

const committed = z.object({
  v: z.literal(1),
  /** Calendar day of what the last read saw; null = that read saw too little, read everything again. */
  readOn: z.iso.date().nullable(),
  /** Keys that the last complete read did not see; missing once more means removed. */
  missingOnce: z.array(z.string()),
  timeZone: z.string(),
})
export type Committed = z.infer<typeof committed>

const inside = z.object({
  v: z.literal(1),
  /** Path of the next page below the API's base. */
  path: z.string(),
  /** Day up to which everything is read again; null = all there is. */
  windowStart: z.iso.date().nullable(),
  /** Known keys of the window that no page has shown yet. */
  unseen: z.array(z.string()),
  missingOnce: z.array(z.string()),
  timeZone: z.string(),
  readOn: z.iso.date().nullable(),
  /** Pages asked for so far. */
  pages: z.int(),
  /** Times the reading began anew because the line that a page starts from was gone. */
  restarts: z.int(),
})
export type Inside = z.infer<typeof inside>

/** The position inside a run; null when the text is none. */
export const insideOf = (text: string | null): Inside | null => readCursor(inside, text)

/** The cursor of the last run; null when there is none of this edition, and everything is to be read. */
export const committedOf = (text: string | null): Committed | null => readCursor(committed, text)
