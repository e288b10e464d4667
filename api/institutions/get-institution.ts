import { z } from 'zod'
import { maybeOne } from '../../db/queries/institution-search.ts'
import { Problem } from '../problem.ts'
import { route } from '../route.ts'
import { institutionSchema, withOffers } from './institution-shape.ts'

/** One institution; an id stays good when offers of other providers are joined to it. */
export const getInstitution = route({
  operation: 'GET /v1/institutions/:institutionId',
  summary: 'One institution, with what each provider offers',
  params: z.strictObject({ institutionId: z.uuid() }),
  answers: { 200: { description: 'The institution', schema: institutionSchema } },
  async handler({ params: { institutionId } }, deps) {
    const listing = await maybeOne(deps.pool, institutionId)
    if (listing === null) throw new Problem('not-found', 'unknown_institution')
    const [institution] = await withOffers(deps, [listing])
    if (institution === undefined) throw new Problem('not-found', 'unknown_institution')
    return { status: 200, body: institution }
  },
})
