import * as oneTimeSecrets from '../../db/queries/one-time-secrets.ts'
import { withTenant } from '../../db/tenant.ts'
import { route } from '../route.ts'
import { mfaChallengeSchema, toMfaChallenge } from './mfa-challenge-shape.ts'
import { mfaChallengeParams, readMfaChallenge } from './read-mfa-challenge.ts'

/** What the institution asks; a page is shown to keys that may answer, as often as they ask, because several may try. */
export const getMfaChallenge = route({
  operation: 'GET /v1/connections/:connectionId/mfa-challenges/:challengeId',
  summary: 'What the institution asks of a person',
  params: mfaChallengeParams,
  answers: { 200: { description: 'The challenge', schema: mfaChallengeSchema } },
  handler: ({ caller, params }, deps) =>
    withTenant(deps.pool, caller.tenantId, async (tx) => {
      const { challenge, asked } = await readMfaChallenge(tx, deps, params)
      const { vault, publicUrl } = deps
      const mayOpen = challenge.kind === 'page' && challenge.state === 'open' && !challenge.isOver
      const kept =
        mayOpen && caller.scope === 'erp'
          ? await oneTimeSecrets.peek({ tx, vault }, 'link_url', challenge.id)
          : null
      const url = kept?.reveal()
      return { status: 200, body: toMfaChallenge({ challenge, asked, url, publicUrl }) }
    }),
})
