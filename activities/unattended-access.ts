import * as accesses from '../db/queries/accesses.ts'
import * as accounts from '../db/queries/accounts.ts'
import * as syncRuns from '../db/queries/sync-runs.ts'
import { withTenant } from '../db/tenant.ts'
import type { ConnectionAt, Deps } from './deps.ts'
import { lockFacts } from './record.ts'

type At = ConnectionAt & { runId: string }

/** Of what the bank allows in 24 hours one refresh is kept for a person who wants the newest lines. */
const keptForPerson = 1

/** Takes a refresh from the allowance of the chosen accounts; returns the provider's ids of those that have one left. */
export const claimAccess = (deps: Deps, input: At, perDay: number): Promise<string[]> =>
  withTenant(deps.pool, input.tenantId, async (tx) => {
    const { connectionId, runId } = input
    await lockFacts(tx, deps, connectionId)
    const chosen = await accounts.listChosen(tx, connectionId, runId)
    const { accountIds, freeAt } = await accesses.claim(tx, {
      runId,
      accountIds: chosen.map(({ accountId }) => accountId),
      allowed: perDay - keptForPerson,
      nowMs: Math.max(input.atMs, Date.now()),
    })
    if (accountIds.length === 0)
      await syncRuns.noteRefresh(tx, runId, { refresh: 'too_recent', until: freeAt })
    return chosen
      .filter(({ accountId }) => accountIds.includes(accountId))
      .map(({ providerAccountId }) => providerAccountId)
  })

/** Gives back what was taken for a refresh that the provider did not begin. */
export const returnAccess = (deps: Deps, { tenantId, runId }: At): Promise<void> =>
  withTenant(deps.pool, tenantId, (tx) => accesses.release(tx, runId))
