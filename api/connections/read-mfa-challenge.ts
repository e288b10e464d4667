import type { DatabaseTransactionConnection } from 'slonik'
import { z } from 'zod'
import type { MfaChallenge } from '../../db/queries/mfa-challenges.ts'
import * as mfaChallenges from '../../db/queries/mfa-challenges.ts'
import type { Challenge } from '../../domain/mfa.ts'
import type { Deps } from '../deps.ts'
import { notFound } from '../problem.ts'

/** The path parameters of everything below one challenge. */
export const mfaChallengeParams = z.strictObject({
  connectionId: z.uuid(),
  challengeId: z.uuid(),
})

/** A challenge of this connection; one that is unknown, another connection's or another tenant's is 404 alike. */
export const challengeOfConnection = (
  found: MfaChallenge | null,
  connectionId: string,
): MfaChallenge => {
  if (found === null || found.connectionId !== connectionId.toLowerCase()) throw notFound()
  return found
}

/** The challenge and, while it has not ended, what is asked. */
export const readMfaChallenge = async (
  tx: DatabaseTransactionConnection,
  { vault }: Pick<Deps, 'vault'>,
  { connectionId, challengeId }: z.infer<typeof mfaChallengeParams>,
): Promise<{ challenge: MfaChallenge; asked: Challenge | null }> => {
  const found = await mfaChallenges.maybeOneById(tx, challengeId)
  const challenge = challengeOfConnection(found, connectionId)
  const content = await mfaChallenges.content({ tx, vault }, challenge.id)
  return { challenge, asked: content?.challenge ?? null }
}
