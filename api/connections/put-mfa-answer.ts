import { z } from 'zod'
import { withTenant } from '../../db/tenant.ts'
import { route } from '../route.ts'
import { mfaAnswer } from './fit-answer.ts'
import { connectionInTenant } from './read-connection.ts'
import { mfaChallengeParams } from './read-mfa-challenge.ts'
import { storeMfaAnswer } from './store-mfa-answer.ts'

/** Stores an answer and tells nobody, for those who then send the signal `mfaAnswered` themselves. */
export const putMfaAnswer = route({
  operation: 'PUT /v1/connections/:connectionId/mfa-answers/:challengeId',
  summary: 'Store an answer for the signal mfaAnswered',
  params: mfaChallengeParams,
  body: z.strictObject({ answer: mfaAnswer }),
  idempotent: true,
  answers: { 204: { description: 'Stored for five minutes' } },
  async handler({ caller, params, body, requestId, actingUser }, deps) {
    await withTenant(deps.pool, caller.tenantId, async (tx) => {
      await connectionInTenant(tx, params.connectionId)
      await storeMfaAnswer(tx, deps, { ...params, ...body, requestId, actingUser })
    })
    return { status: 204 }
  },
})
