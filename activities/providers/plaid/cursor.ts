/** Where the reading of one account stands: Plaid's own cursor, and the lines seen that were not booked yet. */
import { z } from 'zod'
import { readCursor } from '../cursor-text.ts'

/** More pending lines than any account shows; beyond that their removal is passed on, which harms nobody. */
const pendingMax = 500

const position = z.object({
  v: z.literal(1),
  /** null = from the beginning of the history. */
  cursor: z.string().min(1).nullable(),
  /** Ids of lines that were never delivered. */
  pending: z.array(z.string()),
  /** Pages asked for so far in this run; 0 between two runs. */
  pages: z.int(),
})
export type Position = z.infer<typeof position>

const beginning: Position = { v: 1, cursor: null, pending: [], pages: 0 }

/** Reads the position; text that is none of this edition leads to the beginning. */
export const positionOf = (text: string | null): Position => readCursor(position, text) ?? beginning

/** Writes the position; of the pending lines the newest are kept. */
export const toCursor = (next: Omit<Position, 'v'>): string =>
  JSON.stringify({ v: 1, ...next, pending: next.pending.slice(-pendingMax) } satisfies Position)
