import { cancellationSignal } from '@temporalio/activity'
import * as accounts from '../db/queries/accounts.ts'
import * as syncRuns from '../db/queries/sync-runs.ts'
import { withTenant } from '../db/tenant.ts'
import type { RunCause, Snapshot } from '../domain/connection.ts'
import type { Failure } from '../domain/failure.ts'
import { beginChallengeFlow } from './begin-challenge-flow.ts'
import { endChallengeOfRun } from './challenges.ts'
import type { ConnectionAt, Deps } from './deps.ts'
import { withExchangeLog } from './exchange-log.ts'
import { settledFailure } from './failure.ts'
import { withHeartbeat } from './heartbeat.ts'
import { openSession, providerNamed } from './open-session.ts'
import type { OpenedChallenge } from './open-challenge.ts'
import { openChallenge, refuseToAsk } from './open-challenge.ts'
import type { Person } from './person.ts'
import { peekPerson } from './person.ts'
import { pausingOf } from './provider-pause.ts'
import type { Challenged, Provider, ProviderSession, RefreshStart } from './providers/provider.ts'
import { lockFacts, record } from './record.ts'
import { newReference } from './reference.ts'
import { claimAccess, returnAccess } from './unattended-access.ts'

/**
 * `ref` names the refresh to ask about again; null = there is nothing to wait for, read what is there. With a `challenge`
 * the refresh waits for a person.
 */
export interface RefreshAnswer {
  ref: string | null
  challenge?: OpenedChallenge
  /** Where something happened that changes the plan. */
  snapshot?: Snapshot | null
}

export interface RefreshInput extends ConnectionAt {
  runId: string
  cause: RunCause
}

const nothingToWaitFor: RefreshAnswer = { ref: null }

/**
 * Asks the bank for fresh lines: because a person wants them now, or at a slot where the provider leaves it to us.
 * Retry-safe: the provider is given the run as idempotency key, a run pays once for its access, and a refused refresh only
 * means that what is there is read.
 */
export const createRequestRefresh = (deps: Deps) =>
  async function requestRefresh(input: RefreshInput): Promise<RefreshAnswer> {
    const prepared = await prepare(deps, input)
    if (prepared === null) return nothingToWaitFor
    const { provider } = prepared
    const mode = input.cause === 'person' ? 'attended' : 'unattended'
    if ((await pausingOf(deps, provider)).kind === 'paused') return nothingToWaitFor
    const { capabilities } = providerNamed(deps, provider)
    if (!isOffered(capabilities, mode)) return nothingToWaitFor
    const refused = await refuseToAsk(deps, input)
    if (refused !== null) return { ref: null, ...refused }
    const providerAccountIds =
      mode === 'attended'
        ? prepared.providerAccountIds
        : await claimAccess(deps, input, capabilities.refreshUnattendedPerDay)
    if (providerAccountIds.length === 0) return nothingToWaitFor
    return refreshing(deps, { ...input, provider }, async (session) => {
      const asker = askerOf(input, prepared)
      const started = await session.requestRefresh(mode, { ...asker, providerAccountIds })
      if (started.state === 'challenge') return challenged(deps, input, { session, started })
      if ('ref' in started) return { ref: started.ref }
      if (mode === 'unattended' && started.state === 'skipped') await returnAccess(deps, input)
      return started.state === 'done' ? refreshed(deps, input) : skipped(deps, input, started)
    })
  }

const isOffered = (
  { refreshAttended, refreshUnattendedPerDay, refreshesItself }: Provider['capabilities'],
  mode: 'attended' | 'unattended',
): boolean =>
  mode === 'attended' ? refreshAttended : refreshUnattendedPerDay > 0 && !refreshesItself

const skipped = async (
  { pool, providers }: Deps,
  input: RefreshInput,
  { reason, until }: Extract<RefreshStart, { state: 'skipped' }>,
): Promise<RefreshAnswer> => {
  const { tenantId, runId, cause } = input
  const untilMs = until === undefined ? null : Date.parse(until)
  await withTenant(pool, tenantId, async (tx) => {
    await syncRuns.noteRefresh(tx, runId, { refresh: reason, until: until ?? null })
    // only a person waits for the newest lines
    if (cause === 'person' && reason === 'too_recent' && untilMs !== null)
      await record(
        tx,
        { providers },
        { ...input, occurrences: [{ kind: 'refresh_refused', runId, untilMs }] },
      )
  })
  return nothingToWaitFor
}

/** Asks how a refresh is doing. Retry-safe: it only reads, and a challenge that is open already is found again. */
export const createPollRefresh = (deps: Deps) =>
  async function pollRefresh(input: RefreshInput & { ref: string }): Promise<RefreshAnswer> {
    const prepared = await prepare(deps, input)
    if (prepared === null) return nothingToWaitFor
    return refreshing(deps, { ...input, provider: prepared.provider }, async (session) => {
      const progress = await session.refreshProgress(input.ref, askerOf(input, prepared))
      if (progress.state === 'running') return { ref: progress.ref }
      if (progress.state === 'challenge')
        return challenged(deps, input, { session, started: progress })
      return refreshed(deps, input, progress.state === 'failed' ? progress.failure : undefined)
    })
  }

/** The refresh waits for a person: a form of ours, or the provider's page in a flow of its own. */
const challenged = async (
  deps: Deps,
  input: RefreshInput,
  { session, started }: { session: ProviderSession; started: Challenged },
): Promise<RefreshAnswer> => {
  const opened = await openChallenge(deps, input, started)
  const { snapshot } = opened
  if (opened.kind === 'limited') return { ref: null, snapshot }
  const { challenge } = opened
  if (challenge.kind === 'page') await beginChallengeFlow(deps, input, { challenge, session })
  return { ref: started.ref, challenge, snapshot }
}

const lateReasons = ['too_late', 'expired', 'timed_out']

/** What a refresh that has ended says of the answer it was given. */
const verdictOf = (failure: Failure | undefined): 'accepted' | 'wrong' | 'expired' | 'closed' => {
  if (failure === undefined) return 'accepted'
  if (failure.code !== 'mfa_required') return 'closed'
  if (failure.reason === 'wrong_answer') return 'wrong'
  return lateReasons.includes(failure.reason ?? '') ? 'expired' : 'closed'
}

/** Notes how the refresh ended; what is there is read next. */
const refreshed = (deps: Deps, input: RefreshInput, failure?: Failure): Promise<RefreshAnswer> =>
  withTenant(deps.pool, input.tenantId, async (tx) => {
    const { runId } = input
    const refresh = failure === undefined ? 'done' : `failed: ${failure.code}`
    await syncRuns.noteRefresh(tx, runId, { refresh, until: failure?.until ?? null })
    const occurrences = await endChallengeOfRun(tx, runId, verdictOf(failure))
    if (occurrences.length === 0) return nothingToWaitFor
    return { ref: null, snapshot: await record(tx, deps, { ...input, occurrences }) }
  })

const refreshing = (
  deps: Deps,
  input: RefreshInput & { provider: string },
  work: (session: ProviderSession) => Promise<RefreshAnswer>,
): Promise<RefreshAnswer> =>
  withExchangeLog(deps, input, async (onExchange) => {
    try {
      const session = await openSession(deps, input, { signal: cancellationSignal(), onExchange })
      return await withHeartbeat(() => work(session))
    } catch (error) {
      // reading tells the failure properly; a refused refresh does not forbid it
      return refreshed(deps, input, settledFailure(error))
    }
  })

const askerOf = ({ runId }: { runId: string }, { person }: { person: Person | null }) => ({
  idempotencyKey: runId,
  ...(person?.ip === undefined ? {} : { psu: { ip: person.ip, userAgent: person.userAgent } }),
})

const prepare = (deps: Deps, { tenantId, connectionId, runId, cause }: RefreshInput) =>
  withTenant(deps.pool, tenantId, async (tx) => {
    const facts = await lockFacts(tx, deps, connectionId)
    if (facts === null) return null
    const reference = newReference()
    const run = await syncRuns.begin(tx, { id: runId, connectionId, cause, reference })
    if (run.outcome !== null) return null
    const chosen = await accounts.listChosen(tx, connectionId, runId)
    // the second half of a refresh needs the address again, so it stays until its own end
    const person = await peekPerson(tx, deps, runId)
    return {
      provider: facts.provider,
      providerAccountIds: chosen.map((account) => account.providerAccountId),
      person,
    }
  })
