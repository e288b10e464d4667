/** What a challenge leaves behind: the row, what people are told, and what the workflow goes on with. */
import type { DatabaseTransactionConnection } from 'slonik'
import * as accounts from '../db/queries/accounts.ts'
import type { ChallengeEnd, MfaChallenge } from '../db/queries/mfa-challenges.ts'
import * as mfaChallenges from '../db/queries/mfa-challenges.ts'
import * as oneTimeSecrets from '../db/queries/one-time-secrets.ts'
import type { Occurrence } from '../domain/transitions/occurrence.ts'

/** Ends a challenge, forgets its answer, and says what is to be recorded; nothing where it has ended before. */
export const endChallenge = async (
  tx: DatabaseTransactionConnection,
  { id, connectionId, syncRunId: runId, answeredBy }: MfaChallenge,
  how: ChallengeEnd,
): Promise<Occurrence[]> => {
  if (!(await mfaChallenges.end(tx, id, how))) return []
  await oneTimeSecrets.forget(tx, 'mfa_answer', id)
  const { undecided } = await accounts.countDecided(tx, connectionId)
  const user = how === 'accepted' ? answeredBy : ''
  return [{ kind: 'mfa_ended', challengeId: id, runId, how, user, undecided }]
}

/** Ends what a run was asked last, if that is not over yet. */
export const endChallengeOfRun = async (
  tx: DatabaseTransactionConnection,
  runId: string,
  how: ChallengeEnd,
): Promise<Occurrence[]> => {
  const latest = await mfaChallenges.maybeLatestOfRun(tx, runId)
  return latest === null ? [] : endChallenge(tx, latest, how)
}

/** A finished flow solves the challenge of its own id; whatever else was asked is over with it. */
export const solveChallenges = async (
  tx: DatabaseTransactionConnection,
  { connectionId, flowId }: { connectionId: string; flowId: string },
): Promise<{ isSolved: boolean; occurrences: Occurrence[] }> => {
  const solved = await mfaChallenges.maybeOneById(tx, flowId)
  const occurrences = solved === null ? [] : await endChallenge(tx, solved, 'accepted')
  for (const { id } of await mfaChallenges.endByConnection(tx, connectionId))
    await oneTimeSecrets.forget(tx, 'mfa_answer', id)
  return { isSolved: solved !== null, occurrences }
}
