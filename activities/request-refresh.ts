import { cancellationSignal } from '@temporalio/activity'
import * as accounts from '../db/queries/accounts.ts'
import * as syncRuns from '../db/queries/sync-runs.ts'
import { withTenant } from '../db/tenant.ts'
import type { ConnectionAt, ConnectionRef, Deps } from './deps.ts'
import { withExchangeLog } from './exchange-log.ts'
import { settledFailure } from './failure.ts'
import { withHeartbeat } from './heartbeat.ts'
import { openSession, providerNamed } from './open-session.ts'
import type { Person } from './person.ts'
import { peekPerson } from './person.ts'
import { pausingOf } from './provider-pause.ts'
import { lockFacts, record } from './record.ts'
import { newReference } from './reference.ts'

/** `ref` names the refresh to ask about again; null = there is nothing to wait for, read what is there. */
export interface RefreshAnswer {
  ref: string | null
}

const nothingToWaitFor: RefreshAnswer = { ref: null }
/**
 * Asks the bank for fresh lines because a person wants them now. Retry-safe: the provider is given the run as
 * idempotency key, and a refused refresh only means that what is there is read.
 */
export const createRequestRefresh = (deps: Deps) =>
  async function requestRefresh(input: ConnectionAt & { runId: string }): Promise<RefreshAnswer> {
    const prepared = await prepare(deps, input)
    if (prepared === null) return nothingToWaitFor
    const { provider, providerAccountIds } = prepared
    if (!providerNamed(deps, provider).capabilities.refreshAttended) return nothingToWaitFor
    if ((await pausingOf(deps, provider)).kind === 'paused') return nothingToWaitFor
    return refreshing(deps, { ...input, provider }, async (session) => {
      const asker = askerOf(input, prepared)
      const started = await session.requestRefresh('attended', { ...asker, providerAccountIds })
      if ('ref' in started) return { ref: started.ref }
      if (started.state === 'done') return refreshed(deps, input)
      const untilMs = started.until === undefined ? null : Date.parse(started.until)
      await withTenant(deps.pool, input.tenantId, async (tx) => {
        await syncRuns.noteRefresh(tx, input.runId, {
          refresh: started.reason,
          until: started.until ?? null,
        })
        if (started.reason === 'too_recent' && untilMs !== null)
          await record(tx, deps, {
            ...input,
            occurrences: [{ kind: 'refresh_refused', runId: input.runId, untilMs }],
          })
      })
      return nothingToWaitFor
    })
  }

/** Asks how a refresh is doing. Retry-safe: it only reads. */
export const createPollRefresh = (deps: Deps) =>
  async function pollRefresh(
    input: ConnectionRef & { runId: string; ref: string },
  ): Promise<RefreshAnswer> {
    const prepared = await prepare(deps, input)
    if (prepared === null) return nothingToWaitFor
    return refreshing(deps, { ...input, provider: prepared.provider }, async (session) => {
      const progress = await session.refreshProgress(input.ref, askerOf(input, prepared))
      if (progress.state === 'running' || progress.state === 'challenge')
        return { ref: progress.ref }
      return refreshed(
        deps,
        input,
        progress.state === 'done' ? 'done' : `failed: ${progress.failure.code}`,
      )
    })
  }

/** Notes how the refresh ended; what is there is read next. */
const refreshed = async (
  { pool }: Deps,
  { tenantId, runId }: ConnectionRef & { runId: string },
  refresh = 'done',
): Promise<RefreshAnswer> => {
  await withTenant(pool, tenantId, (tx) =>
    syncRuns.noteRefresh(tx, runId, { refresh, until: null }),
  )
  return nothingToWaitFor
}

type Session = Awaited<ReturnType<typeof openSession>>

const refreshing = (
  deps: Deps,
  input: ConnectionRef & { runId: string; provider: string },
  work: (session: Session) => Promise<RefreshAnswer>,
): Promise<RefreshAnswer> =>
  withExchangeLog(deps, input, async (onExchange) => {
    try {
      const session = await openSession(deps, input, { signal: cancellationSignal(), onExchange })
      return await withHeartbeat(() => work(session))
    } catch (error) {
      // reading tells the failure properly; a refused refresh does not forbid it
      settledFailure(error)
      return nothingToWaitFor
    }
  })

const askerOf = ({ runId }: { runId: string }, { person }: { person: Person | null }) => ({
  idempotencyKey: runId,
  ...(person?.ip === undefined ? {} : { psu: { ip: person.ip, userAgent: person.userAgent } }),
})

const prepare = (
  deps: Deps,
  { tenantId, connectionId, runId }: ConnectionRef & { runId: string },
) =>
  withTenant(deps.pool, tenantId, async (tx) => {
    const facts = await lockFacts(tx, deps, connectionId)
    if (facts === null) return null
    const run = await syncRuns.begin(tx, {
      id: runId,
      connectionId,
      cause: 'person',
      reference: newReference(),
    })
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
