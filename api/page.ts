/** Pages of lists: an opaque cursor, never an offset. */
import { z } from 'zod'
import { Problem } from './problem.ts'

const pageMax = 500

const cursorText = z.string().min(1).max(300)

/** Query of a page of at most 500. */
export const pageQuery = z.strictObject({
  after: cursorText.optional().meta({ description: 'nextCursor of the page before' }),
  limit: z.coerce.number().int().min(1).max(pageMax).default(50),
})

/** A page of items. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({
    data: z.array(item),
    nextCursor: z.string().nullable().meta({ description: 'null on the last page' }),
  })

/** Hides a position, so that nobody builds on its inside. */
const toCursor = (position: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(position)).toString('base64url')

/** Reads a cursor of ours by the shape of its position; anything else is a 400. */
export const fromCursor = <Shape extends z.ZodType>(
  shape: Shape,
  cursor: string,
): z.infer<Shape> => {
  try {
    return shape.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
  } catch {
    throw new Problem('validation-failed', 'bad_cursor', {
      errors: [{ pointer: '/query/after', detail: 'unknown cursor' }],
    })
  }
}

/** The page of `limit` items out of `limit + 1` that were read to see whether there is more. */
export const toPage = <Row, Item>(
  rows: readonly Row[],
  {
    limit,
    item,
    position,
  }: {
    limit: number
    item: (row: Row) => Item
    position: (row: Row) => readonly (string | number)[]
  },
): { data: Item[]; nextCursor: string | null } => {
  const shown = rows.slice(0, limit)
  const last = rows.length > limit ? shown.at(-1) : undefined
  return { data: shown.map(item), nextCursor: last === undefined ? null : toCursor(position(last)) }
}
