import * as mfaChallenges from '../db/queries/mfa-challenges.ts'
import * as syncRuns from '../db/queries/sync-runs.ts'
import { withTenant } from '../db/tenant.ts'
import type { Snapshot } from '../domain/connection.ts'
import { endChallenge } from './challenges.ts'
import type { Deps } from './deps.ts'
import { lockFacts, record } from './record.ts'
import type { ChallengeAt } from './submit-mfa-answer.ts'

/**
 * Ends a challenge that nobody answered in time, and its run. Retry-safe: what has ended stays as it ended, and the note
 * is posted once.
 */
export const createExpireChallenge = (deps: Deps) =>
  function expireChallenge(input: ChallengeAt): Promise<Snapshot | null> {
    return withTenant(deps.pool, input.tenantId, async (tx) => {
      if ((await lockFacts(tx, deps, input.connectionId)) === null) return null
      const challenge = await mfaChallenges.lockById(tx, input.challengeId)
      const how = challenge?.state === 'open' ? 'expired' : 'closed'
      const occurrences = challenge === null ? [] : await endChallenge(tx, challenge, how)
      await syncRuns.finish(tx, input.runId, { outcome: 'failed', failureCode: 'mfa_required' })
      return record(tx, deps, { ...input, occurrences: [...occurrences, { kind: 'loaded' }] })
    })
  }
