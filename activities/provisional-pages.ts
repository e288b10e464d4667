/** Pages of a provider that may take a half-read sequence back: kept aside, stored together with the last. */
import type { DatabaseTransactionConnection } from 'slonik'
import { z } from 'zod'
import * as runPositions from '../db/queries/run-positions.ts'
import * as stagedPages from '../db/queries/staged-pages.ts'
import type { StagedRun } from '../db/queries/staged-pages.ts'
import type { Stored } from '../db/queries/statement-lines.ts'
import { withTenant } from '../db/tenant.ts'
import type { Deps } from './deps.ts'
import type { Page } from './providers/provider.ts'
import { ProviderError } from './providers/provider.ts'
import type { Pulling } from './pulling.ts'
import { moveOn, storeLines } from './store-page.ts'

/** How often a sequence that was taken back is begun anew at once; then it is left to a later attempt. */
const restartsMax = 5

const line = z.object({
  lineKey: z.string(),
  amount: z.string(),
  currency: z.string(),
  bookedOn: z.string(),
  valueOn: z.string().exactOptional(),
  text: z.string(),
  counterparty: z.string().exactOptional(),
  counterpartyAccount: z.string().exactOptional(),
  reference: z.string().exactOptional(),
  raw: z.string(),
})
const staged = z.object({ lines: z.array(line), removedLineKeys: z.array(z.string()) })

const runOf = ({ runId, account }: Pulling): StagedRun => ({
  runId,
  providerAccountId: account.providerAccountId,
})

/** Keeps a page aside, or stores with the last page all that wait, in the caller's transaction. */
export const storeProvisional = async (
  tx: DatabaseTransactionConnection,
  pulling: Pulling,
  page: Page,
): Promise<void> => {
  const run = runOf(pulling)
  if (page.hasMore) {
    const { lines, removedLineKeys } = page
    await stagedPages.add(tx, run, JSON.stringify({ lines, removedLineKeys }))
    return moveOn(tx, pulling, { ...page, stored: nothing })
  }
  let stored = nothing
  for (let content = await next(tx, run); content !== null; content = await next(tx, run))
    stored = sum(stored, await storeLines(tx, pulling, staged.parse(JSON.parse(content))))
  stored = sum(stored, await storeLines(tx, pulling, page))
  return moveOn(tx, pulling, { ...page, stored })
}

const nothing: Stored = { added: 0, changed: 0, removed: 0, filled: 0 }

const sum = (some: Stored, more: Stored): Stored => ({
  added: some.added + more.added,
  changed: some.changed + more.changed,
  removed: some.removed + more.removed,
  filled: some.filled + more.filled,
})

const next = stagedPages.takeFirst

/** Forgets what waits, so that the run begins anew at its first cursor. */
const discard = ({ pool }: Deps, pulling: Pulling): Promise<void> =>
  withTenant(pool, pulling.tenantId, async (tx) => {
    const run = runOf(pulling)
    await stagedPages.discard(tx, run)
    await runPositions.store(tx, {
      ...run,
      position: null,
      done: false,
      counts: { pages: 0, ...nothing },
    })
  })

/**
 * Answers a call for a page that failed half-way: the sequence is begun anew, at once where the provider took it back,
 * else by whoever tries again. Throws what is not solved by that.
 */
export const afterBrokenSequence = async (
  deps: Deps,
  pulling: Pulling,
  { error, restarts }: { error: unknown; restarts: number },
): Promise<void> => {
  if (error instanceof ProviderError) await discard(deps, pulling)
  const isTakenBack = error instanceof ProviderError && error.failure.reason === 'pages_invalidated'
  if (!isTakenBack || restarts >= restartsMax) throw error
}
