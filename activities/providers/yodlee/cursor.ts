/** Where the reading of one account stands: between two runs a day, inside a run also the place in the window. */
import { z } from 'zod'
import { readCursor } from '../cursor-text.ts'

const committed = z.object({
  v: z.literal(1),
  /** Calendar day of the last bank refresh that was read whole; null = none was, read everything again. */
  through: z.iso.date().nullable(),
})
export type Committed = z.infer<typeof committed>

const inside = z.object({
  v: z.literal(1),
  /** Day of the cursor that the run began with. */
  through: z.iso.date().nullable(),
  /** The window, both days included. */
  from: z.iso.date(),
  to: z.iso.date(),
  /** First day of the part that is being read; Yodlee silently clips what is longer than two years. */
  sliceFrom: z.iso.date(),
  /** Lines of this part passed so far. */
  skip: z.int(),
  /** Lines that Yodlee counted in this part before its pages were read; null = one page is all. */
  counted: z.string().nullable(),
  /** Known keys of the window that no page has shown yet. */
  unseen: z.array(z.string()),
  /** Mark of the bank refresh that is being read: another one at the end means that the pages do not fit together. */
  mark: z.string(),
  pages: z.int(),
  /** Times the reading began anew because the lines changed under it. */
  restarts: z.int(),
  /** The pages of this attempt do not fit together. */
  unsteady: z.boolean(),
})
export type Inside = z.infer<typeof inside>

/** The position inside a run; null when the text is none. */
export const insideOf = (text: string | null): Inside | null => readCursor(inside, text)

/** The cursor of the last run; null when there is none of this edition, and everything is to be read. */
export const committedOf = (text: string | null): Committed | null => readCursor(committed, text)
