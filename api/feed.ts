/** Feeds: numbered for ever, so that a reader stores the last number it applied and goes on from there. */
import { z } from 'zod'

const feedPageMax = 1_000

/** Query of a feed page of at most 1,000. */
export const feedQuery = z.strictObject({
  after: z
    .string()
    .regex(/^\d{1,15}$/)
    .default('0')
    .transform(Number)
    .meta({ description: 'nextCursor of the page before; left out = from the beginning' }),
  limit: z.coerce.number().int().min(1).max(feedPageMax).default(500),
})

/** A page of a feed. */
export const feedOf = <Item extends z.ZodType>(item: Item) =>
  z.object({
    data: z.array(item),
    nextCursor: z
      .string()
      .meta({ description: 'Store it together with what you applied, and ask after it next time' }),
  })

/** Where the reader goes on: behind the last item, or where it was. */
export const nextOf = (items: readonly { seq: number }[], after: number): string =>
  String(items.at(-1)?.seq ?? after)
