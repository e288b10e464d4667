import type { DatabaseTransactionConnection } from 'slonik'
import type { ChosenAccount } from '../db/queries/accounts.ts'
import * as coverage from '../db/queries/coverage.ts'
import * as cursors from '../db/queries/cursors.ts'
import * as events from '../db/queries/events.ts'
import * as runPositions from '../db/queries/run-positions.ts'
import * as lines from '../db/queries/statement-lines.ts'
import * as syncRuns from '../db/queries/sync-runs.ts'
import { withTenant } from '../db/tenant.ts'
import type { NewEvent } from '../domain/event.ts'
import type { Deps } from './deps.ts'
import type { Page, ProviderSession } from './providers/provider.ts'
import { ProviderError } from './providers/provider.ts'
import { lockFacts } from './record.ts'

export interface Pulling {
  tenantId: string
  connectionId: string
  runId: string
  account: ChosenAccount
  session: ProviderSession
  /** Days read again before the last read. */
  rereadDays: number
  pagesMax: number
  progress: (pages: number) => void
  /** Runs in the SQL transaction of the account's last page. */
  onLastPage: (tx: DatabaseTransactionConnection) => Promise<void>
}

const dayMs = 86_400_000

/**
 * Reads one account page by page from where the run stands; each page, its line keys and the position inside the run are
 * one SQL transaction, the last one also moves the cursor. Returns whether the last page was reached, and pages read.
 */
export const pullAccount = async (
  deps: Deps,
  pulling: Pulling,
): Promise<{ finished: boolean; pages: number }> => {
  const { account, session, pagesMax } = pulling
  const known = await knownLines(deps, pulling)
  let position = account.position ?? account.cursor
  for (let pages = 1; pages <= pagesMax; pages += 1) {
    const { providerAccountId } = account
    const page = await session.pullLines({ providerAccountId, cursor: position, known })
    await deps.reach('read.before-store')
    await withTenant(deps.pool, pulling.tenantId, async (tx) => {
      // the connection's row is locked before the account's everywhere, so that two transactions queue
      if (!page.hasMore) await lockFacts(tx, deps, pulling.connectionId)
      await storePage(tx, pulling, page)
    })
    await deps.reach('read.after-store')
    pulling.progress(pages)
    if (!page.hasMore) return { finished: true, pages }
    if (page.nextCursor === position)
      // a provider that points back to the same page would be read for ever
      throw new ProviderError({
        code: 'invalid_response',
        scope: 'account',
        reason: 'paging_does_not_move',
      })
    position = page.nextCursor
  }
  return { finished: false, pages: pagesMax }
}

const knownLines = async (
  { pool }: Deps,
  { tenantId, account, rereadDays }: Pulling,
): Promise<Map<string, string>> => {
  if (account.cursor === null || account.lastPulledAt === null) return new Map()
  // a margin of a month: the adapter's own window decides what counts, this one only has to cover it
  const fromMs = Date.parse(account.lastPulledAt) - (rereadDays + 31) * dayMs
  const fromOn = new Date(fromMs).toISOString().slice(0, 10)
  return withTenant(pool, tenantId, (tx) => lines.knownSince(tx, account.accountId, fromOn))
}

const storePage = async (
  tx: DatabaseTransactionConnection,
  pulling: Pulling,
  page: Page,
): Promise<void> => {
  const { connectionId, runId, account } = pulling
  const { accountId, providerAccountId, generation } = account
  const stored = await lines.storePage(tx, {
    accountId,
    connectionId,
    syncRunId: runId,
    lines: page.lines,
    removedLineKeys: page.removedLineKeys,
  })
  await syncRuns.progress(tx, runId, { pages: 1, ...stored })
  const { hasMore, nextCursor } = page
  const changes = stored.added + stored.changed + stored.removed
  const total = await runPositions.store(tx, {
    runId,
    providerAccountId,
    position: hasMore ? nextCursor : null,
    done: !hasMore,
    lines: changes,
  })
  if (hasMore) return
  const moved = await cursors.moveCursor(tx, {
    connectionId,
    generation,
    providerAccountId,
    from: account.cursor,
    to: nextCursor,
  })
  // another attempt finished this account: its cursor stands, and repeating its page changed nothing
  if (moved) await extendCoverage(tx, pulling)
  await pulling.onLastPage(tx)
  if (total > 0) await events.append(tx, [linesAdded(pulling, total)])
}

const linesAdded = ({ connectionId, runId, account }: Pulling, count: number): NewEvent => ({
  dedupeKey: `lines:${runId}:${account.accountId}`,
  type: 'lines.added',
  connectionId,
  accountId: account.accountId,
  syncRunId: runId,
  content: { lines: count },
})

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** The days just read: since the first line the provider still serves, later since the start of the re-read window. */
const extendCoverage = async (
  tx: DatabaseTransactionConnection,
  { account, rereadDays }: Pulling,
): Promise<void> => {
  const today = dayOf(Date.now())
  const { accountId, cursor, lastPulledAt } = account
  const fromOn =
    cursor === null || lastPulledAt === null
      ? ((await lines.earliestBookedOn(tx, accountId)) ?? today)
      : dayOf(Date.parse(lastPulledAt) - rereadDays * dayMs)
  if (fromOn <= today) await coverage.extend(tx, accountId, { fromOn, toOn: today })
}
