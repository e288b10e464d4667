import { withTenant } from '../../db/tenant.ts'
import { notFound } from '../problem.ts'
import { route } from '../route.ts'
import { mfaChallengeParams, readMfaChallenge } from './read-mfa-challenge.ts'

/** The picture of a challenge, from our own origin; what it is was checked when it was kept. */
export const getMfaImage = route({
  operation: 'GET /v1/connections/:connectionId/mfa-challenges/:challengeId/image',
  summary: 'The picture of a challenge',
  params: mfaChallengeParams,
  answers: { 200: { description: 'PNG, JPEG or GIF', contentType: 'image/*' } },
  handler: ({ caller, params }, deps) =>
    withTenant(deps.pool, caller.tenantId, async (tx) => {
      const { asked } = await readMfaChallenge(tx, deps, params)
      if (asked?.kind !== 'fields' || asked.image === undefined) throw notFound()
      const { type, base64 } = asked.image
      const headers = { 'Content-Type': type, 'X-Content-Type-Options': 'nosniff' }
      return { status: 200, headers, bytes: Buffer.from(base64, 'base64') }
    }),
})
