import type { DatabaseTransactionConnection } from 'slonik'
import type { MfaChallenge } from '../../db/queries/mfa-challenges.ts'
import * as mfaChallenges from '../../db/queries/mfa-challenges.ts'
import * as oneTimeSecrets from '../../db/queries/one-time-secrets.ts'
import type { Deps } from '../deps.ts'
import { Problem } from '../problem.ts'
import type { Call } from '../route.ts'
import type { MfaAnswer } from './fit-answer.ts'
import { fitAnswer } from './fit-answer.ts'
import { challengeOfConnection } from './read-mfa-challenge.ts'

/** As long as a code is good for, and longer than a worker needs to come back. */
const answerTtlSeconds = 300

/** The challenge is not open, or somebody answered it before. */
export const notExpected = (): Problem => new Problem('mfa-not-expected', 'mfa_not_expected')
/** The institution takes no answer any more. */
export const tooLate = (): Problem => new Problem('mfa-expired', 'mfa_expired')

interface Answering {
  connectionId: string
  challengeId: string
  answer: MfaAnswer
}

const checkOpen = ({ kind, state, isOver }: MfaChallenge): void => {
  if (state === 'expired' || (state === 'open' && isOver)) throw tooLate()
  if (state !== 'open' || kind !== 'fields') throw notExpected()
}

/**
 * Keeps an answer encrypted until it is handed over, once per challenge: of two people the database takes the first. The
 * same command repeated is no second answer. Throws 404, 409 or 410.
 */
export const storeMfaAnswer = async (
  tx: DatabaseTransactionConnection,
  { vault }: Pick<Deps, 'vault'>,
  call: Pick<Call, 'requestId' | 'actingUser'> & Answering,
): Promise<void> => {
  const { connectionId, challengeId, requestId, actingUser: answeredBy } = call
  const found = await mfaChallenges.lockById(tx, challengeId)
  const challenge = challengeOfConnection(found, connectionId)
  const { id } = challenge
  if (challenge.answerRequestId === requestId) return
  checkOpen(challenge)
  const content = await mfaChallenges.content({ tx, vault }, id)
  if (content?.challenge.kind !== 'fields') throw notExpected()
  const value = JSON.stringify(fitAnswer(call.answer, content.challenge.fields))
  const kept = { purpose: 'mfa_answer', id, value, ttlSeconds: answerTtlSeconds } as const
  if (!(await oneTimeSecrets.storeOnce({ tx, vault }, kept))) throw notExpected()
  await mfaChallenges.noteAnswer(tx, id, { requestId, answeredBy })
}
