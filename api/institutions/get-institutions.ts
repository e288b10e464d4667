import { z } from 'zod'
import { search } from '../../db/queries/institution-search.ts'
import { fromCursor, pageOf, toPage } from '../page.ts'
import { route } from '../route.ts'
import { institutionSchema, withOffers } from './institution-shape.ts'

const limitMax = 100

const query = z.strictObject({
  q: z
    .string()
    .max(100)
    .default('')
    .meta({ description: 'Name, country, BIC or website, as a person types it' }),
  country: z
    .string()
    .regex(/^[A-Za-z]{2}$/)
    .optional()
    .meta({ description: 'ISO 3166 alpha-2' }),
  bic: z
    .string()
    .regex(/^[A-Za-z0-9]{4,11}$/)
    .optional()
    .meta({ description: 'A BIC, or how it begins' }),
  website: z.string().min(3).max(200).optional(),
  provider: z.string().max(30).optional(),
  after: z
    .string()
    .min(1)
    .max(2000)
    .optional()
    .meta({ description: 'nextCursor of the page before' }),
  limit: z.coerce.number().int().min(1).max(limitMax).default(20),
})

const positionShape = z.tuple([z.int().min(0).max(8), z.int().min(0).max(1), z.string(), z.uuid()])

/** Searches institutions, one row each with what every provider offers of it. */
export const getInstitutions = route({
  operation: 'GET /v1/institutions',
  summary: 'Search institutions, with what each provider offers',
  query,
  answers: {
    200: { description: 'The best matches first', schema: pageOf(institutionSchema) },
  },
  async handler({ query: { q, country, bic, website, provider, after, limit } }, deps) {
    const offered = [...deps.providers.values()].map(({ id }): string => id)
    const found = await search(deps.pool, {
      q,
      limit: limit + 1,
      ...(country === undefined ? {} : { country }),
      ...(bic === undefined ? {} : { bic }),
      ...(website === undefined ? {} : { website }),
      providers: provider === undefined ? offered : offered.filter((id) => id === provider),
      ...(after === undefined ? {} : { after: fromCursor(positionShape, after) }),
    })
    const { data, nextCursor } = toPage(found, {
      limit,
      item: (listing) => listing,
      position: (listing) => listing.position,
    })
    return { status: 200, body: { data: await withOffers(deps, data), nextCursor } }
  },
})
