import { z } from 'zod'
import * as oneTimeSecrets from '../../db/queries/one-time-secrets.ts'
import { withTenant } from '../../db/tenant.ts'
import { answerMfa } from '../../workflows/messages.ts'
import { sendCommand } from '../commands.ts'
import { route } from '../route.ts'
import { mfaAnswer } from './fit-answer.ts'
import { connectionInTenant, connectionParams } from './read-connection.ts'
import { notExpected, storeMfaAnswer, tooLate } from './store-mfa-answer.ts'

const sent = z
  .object({
    verdict: z.literal('sent'),
    runId: z.uuid().meta({ description: 'Whether the answer was right shows on this run' }),
  })
  .meta({ id: 'MfaAnswerSent' })

/** Stores an answer and sends it on its way; whether it was right is told by the run, an event and the chatter. */
export const postMfaAnswer = route({
  operation: 'POST /v1/connections/:connectionId/mfa-answers',
  summary: 'Answer what the institution asks',
  params: connectionParams,
  body: z.strictObject({ challengeId: z.uuid(), answer: mfaAnswer }),
  idempotent: true,
  answers: { 202: { description: 'On its way to the institution', schema: sent } },
  async handler(call, deps) {
    const { caller, params, body, requestId, actingUser } = call
    const { tenantId } = caller
    const challengeId = body.challengeId.toLowerCase()
    const target = await withTenant(deps.pool, tenantId, async (tx) => {
      const view = await connectionInTenant(tx, params.connectionId)
      await storeMfaAnswer(tx, deps, { ...params, ...body, requestId, actingUser })
      return view
    })
    const input = { challengeId, requestId }
    const verdict = await sendCommand(deps, { call, target, update: answerMfa, input })
    if (verdict.kind === 'sent')
      return { status: 202, body: { verdict: 'sent', runId: verdict.runId } }
    await withTenant(deps.pool, tenantId, (tx) =>
      oneTimeSecrets.forget(tx, 'mfa_answer', challengeId),
    )
    throw verdict.kind === 'expired' ? tooLate() : notExpected()
  },
})
