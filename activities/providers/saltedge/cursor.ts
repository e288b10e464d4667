/**
 * Where the reading of one account stands. Between two runs it is the id from which the next one reads and what was
 * missing then; inside a run also the way to the next page. Both are opaque to the caller.
 */
import { z } from 'zod'
import { readCursor } from '../cursor-text.ts'

const id = z.string().regex(/^\d{1,40}$/)

const committed = z.object({
  v: z.literal(1),
  /** Id of the last line before the window, itself included; null = from the first one. */
  fromId: id.nullable(),
  /** Keys that the last complete read did not see; missing once more means removed. */
  missingOnce: z.array(z.string()),
  /** Days before the last refresh that are read again. */
  windowDays: z.int(),
})
export type Committed = z.infer<typeof committed>

const inside = committed.extend({
  /** First id of the next page; null = from the first line. */
  nextId: id.nullable(),
  /** First day of the window that the next run reads; null = nothing new can be concluded, it reads what this one read. */
  windowStart: z.iso.date().nullable(),
  /** No line of the window has been seen yet, so `windowFromId` still moves. */
  isBeforeWindow: z.boolean(),
  windowFromId: id.nullable(),
  /** Known keys of the ids read so far that no page has shown. */
  unseen: z.array(z.string()),
  /** Whether Salt Edge is still bringing lines, so that more may follow. */
  isGrowing: z.boolean(),
  /** A first read has nothing to compare with. */
  isFirst: z.boolean(),
  /** Pages asked for so far. */
  pages: z.int(),
  lines: z.int(),
})
export type Inside = z.infer<typeof inside>

/** The position inside a run; null when the text is none. */
export const insideOf = (text: string | null): Inside | null => readCursor(inside, text)

/** The cursor of the last run; null when there is none of this edition, and everything is to be read. */
export const committedOf = (text: string | null): Committed | null => readCursor(committed, text)
