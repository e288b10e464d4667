import { cancellationSignal } from '@temporalio/activity'
import { z } from 'zod'
import * as mfaChallenges from '../db/queries/mfa-challenges.ts'
import * as oneTimeSecrets from '../db/queries/one-time-secrets.ts'
import { withTenant } from '../db/tenant.ts'
import type { Snapshot } from '../domain/connection.ts'
import { Secret } from '../domain/secret.ts'
import { endChallenge } from './challenges.ts'
import type { ConnectionAt, Deps } from './deps.ts'
import { withExchangeLog } from './exchange-log.ts'
import { settledFailure } from './failure.ts'
import { withHeartbeat } from './heartbeat.ts'
import { openSession } from './open-session.ts'
import type { MfaAnswer, ProviderSession } from './providers/provider.ts'
import { ProviderError } from './providers/provider.ts'
import { lockFacts, record } from './record.ts'

export interface ChallengeAt extends ConnectionAt {
  runId: string
  challengeId: string
}

export type Submission =
  /** The institution has the answer, or may have it: the run goes on asking how the refresh does. */
  | { kind: 'taken'; ref: string }
  /** Nobody's answer is kept: the challenge goes on waiting. */
  | { kind: 'no_answer' }
  /** There is nothing to answer any more: the run reads what is there. */
  | { kind: 'closed'; snapshot: Snapshot | null }

type Taken = { kind: 'given'; answer: MfaAnswer } | Submission

const answersSchema = z.record(z.string(), z.string())

/**
 * Hands a person's answer over to the institution. Retry-safe: the answer is deleted when it is taken, so an attempt that
 * comes after that hands over nothing and lets the run see what became of it.
 */
export const createSubmitMfaAnswer = (deps: Deps) =>
  async function submitMfaAnswer(input: ChallengeAt): Promise<Submission> {
    const facts = await withTenant(deps.pool, input.tenantId, (tx) =>
      lockFacts(tx, deps, input.connectionId),
    )
    if (facts === null) return { kind: 'closed', snapshot: null }
    const at = { ...input, provider: facts.provider }
    return withExchangeLog(deps, input, async (onExchange) => {
      const options = { signal: cancellationSignal(), onExchange }
      let session: ProviderSession
      try {
        // whatever can go wrong before the answer is taken goes wrong here
        session = await openSession(deps, at, options)
      } catch (error) {
        settledFailure(error)
        return close(deps, input, 'closed')
      }
      const taken = await take(deps, input)
      if (taken.kind !== 'given') return taken
      await deps.reach('mfa.after-consume')
      return handOver(deps, input, { session, answer: taken.answer })
    })
  }

const take = (deps: Deps, input: ChallengeAt): Promise<Taken> =>
  withTenant(deps.pool, input.tenantId, async (tx): Promise<Taken> => {
    const { challengeId: id } = input
    const opener = { tx, vault: deps.vault }
    const challenge = await mfaChallenges.lockById(tx, id)
    const asked = challenge && (await mfaChallenges.content(opener, id))
    if (!challenge || !asked || challenge.connectionId !== input.connectionId)
      return { kind: 'closed', snapshot: await loaded(tx, deps, input) }
    const { ref } = asked
    if (challenge.state !== 'open') {
      // an earlier attempt took the answer and nobody knows how far it came
      await mfaChallenges.move(tx, id, 'unknown')
      return { kind: 'taken', ref }
    }
    const answer = await oneTimeSecrets.take(opener, 'mfa_answer', id)
    if (answer === null) return { kind: 'no_answer' }
    await mfaChallenges.move(tx, id, 'answered')
    const kept = new Secret(asked.challenge.kind === 'fields' ? asked.challenge.keep : '')
    const answers = new Secret(answersSchema.parse(JSON.parse(answer.reveal())))
    return { kind: 'given', answer: { ref, kept, answers } }
  })

const loaded = (
  tx: Parameters<typeof record>[0],
  deps: Deps,
  input: ChallengeAt,
): Promise<Snapshot | null> => record(tx, deps, { ...input, occurrences: [{ kind: 'loaded' }] })

const handOver = async (
  deps: Deps,
  input: ChallengeAt,
  { session, answer }: { session: ProviderSession; answer: MfaAnswer },
): Promise<Submission> => {
  try {
    const { ref } = await withHeartbeat(() => session.answerMfa(answer))
    return { kind: 'taken', ref }
  } catch (error) {
    // an answer is never sent twice, so whatever went wrong ends the attempt here and not with a repetition
    if (isWrong(error)) return close(deps, input, 'wrong')
    await withTenant(deps.pool, input.tenantId, (tx) =>
      mfaChallenges.move(tx, input.challengeId, 'unknown'),
    )
    return { kind: 'taken', ref: answer.ref }
  }
}

const isWrong = (error: unknown): boolean =>
  error instanceof ProviderError &&
  error.failure.code === 'mfa_required' &&
  error.failure.reason === 'wrong_answer'

const close = (deps: Deps, input: ChallengeAt, how: 'wrong' | 'closed'): Promise<Submission> =>
  withTenant(deps.pool, input.tenantId, async (tx): Promise<Submission> => {
    const challenge = await mfaChallenges.maybeOneById(tx, input.challengeId)
    const occurrences = challenge === null ? [] : await endChallenge(tx, challenge, how)
    return { kind: 'closed', snapshot: await record(tx, deps, { ...input, occurrences }) }
  })
