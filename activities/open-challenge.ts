import { randomUUID } from 'node:crypto'
import type { DatabaseTransactionConnection } from 'slonik'
import * as mfaChallenges from '../db/queries/mfa-challenges.ts'
import * as syncRuns from '../db/queries/sync-runs.ts'
import { withTenant } from '../db/tenant.ts'
import type { Snapshot } from '../domain/connection.ts'
import type { Challenge } from '../domain/mfa.ts'
import type { Occurrence } from '../domain/transitions/occurrence.ts'
import { endChallenge } from './challenges.ts'
import { checkedChallenge } from './checked-challenge.ts'
import type { ConnectionAt, Deps } from './deps.ts'
import type { Challenged } from './providers/provider.ts'
import { lockFacts, record } from './record.ts'

/** What the workflow needs of a challenge; the rest is a row. */
export interface OpenedChallenge {
  id: string
  kind: Challenge['kind']
  expiresAtMs: number
}

/** So often within the hour people are asked anew; the rounds of one login are one asking. */
const perHour = 5
/** A login that goes on asking after this many rounds is not a login. */
const roundsPerHour = 25

type Opening = ConnectionAt & { runId: string }

export type Opened =
  | { kind: 'opened'; challenge: OpenedChallenge; snapshot: Snapshot | null }
  /** Answered wrongly too often within the hour: the run reads what is there. */
  | { kind: 'limited'; snapshot: Snapshot | null }

/** Keeps what the institution asks and tells the right people. A repetition finds the challenge its run has open. */
export const openChallenge = (
  deps: Deps,
  input: Opening,
  challenged: Challenged,
): Promise<Opened> =>
  withTenant(deps.pool, input.tenantId, async (tx): Promise<Opened> => {
    const { connectionId, runId } = input
    if ((await lockFacts(tx, deps, connectionId)) === null)
      return { kind: 'limited', snapshot: null }
    const before = await endAnswered(tx, runId, challenged)
    const max = challenged.afterWrongAnswer === true ? perHour : roundsPerHour
    const limited = before.isAsked ? null : await tooMany(tx, input, max)
    if (limited !== null) {
      const occurrences = [...before.occurrences, limited]
      return { kind: 'limited', snapshot: await record(tx, deps, { ...input, occurrences }) }
    }
    const challenge = checkedChallenge(challenged.challenge, Date.now())
    const { ref } = challenged
    const asked = { id: randomUUID(), connectionId, syncRunId: runId, challenge, ref }
    const id = await mfaChallenges.open({ tx, vault: deps.vault }, asked)
    await syncRuns.park(tx, runId)
    const opened = { id, kind: challenge.kind, expiresAtMs: Date.parse(challenge.expiresAt) }
    const { kind: challengeKind, expiresAtMs } = opened
    const requested: Occurrence = {
      kind: 'mfa_requested',
      challengeId: id,
      runId,
      challengeKind,
      expiresAtMs,
    }
    const occurrences = [...before.occurrences, requested]
    const snapshot = await record(tx, deps, { ...input, occurrences })
    return { kind: 'opened', challenge: opened, snapshot }
  })

/** What the run was asked before: a wrong answer is told, a right one among several is not. */
const endAnswered = async (
  tx: DatabaseTransactionConnection,
  runId: string,
  { afterWrongAnswer = false }: Challenged,
): Promise<{ isAsked: boolean; occurrences: Occurrence[] }> => {
  const latest = await mfaChallenges.maybeLatestOfRun(tx, runId)
  if (latest?.state === 'open') return { isAsked: true, occurrences: [] }
  if (latest?.state === 'answered' && afterWrongAnswer)
    return { isAsked: false, occurrences: await endChallenge(tx, latest, 'wrong') }
  if (latest !== null)
    await mfaChallenges.end(tx, latest.id, latest.state === 'answered' ? 'accepted' : 'closed')
  return { isAsked: false, occurrences: [] }
}

/**
 * Before a run asks the bank for anything that makes it ask people: notes that it was done too often within the hour and
 * returns where the connection stands; null where the run may ask.
 */
export const refuseToAsk = (
  deps: Deps,
  input: Opening,
): Promise<{ snapshot: Snapshot | null } | null> =>
  withTenant(deps.pool, input.tenantId, async (tx) => {
    // a repetition of a run that asked already goes on with it
    if ((await mfaChallenges.maybeLatestOfRun(tx, input.runId)) !== null) return null
    const limited = await tooMany(tx, input, perHour)
    if (limited === null) return null
    return { snapshot: await record(tx, deps, { ...input, occurrences: [limited] }) }
  })

const tooMany = async (
  tx: DatabaseTransactionConnection,
  { connectionId, runId }: Opening,
  max: number,
): Promise<Extract<Occurrence, { kind: 'refresh_refused' }> | null> => {
  const { opened, freeAt } = await mfaChallenges.countRecent(tx, connectionId)
  if (opened < max || freeAt === null) return null
  await syncRuns.noteRefresh(tx, runId, { refresh: 'rate_limited', until: freeAt })
  return { kind: 'refresh_refused', runId, untilMs: Date.parse(freeAt) }
}
