import type { DatabaseTransactionConnection } from 'slonik'
import * as coverage from '../db/queries/coverage.ts'
import * as cursors from '../db/queries/cursors.ts'
import * as events from '../db/queries/events.ts'
import * as runPositions from '../db/queries/run-positions.ts'
import * as lines from '../db/queries/statement-lines.ts'
import type { Stored } from '../db/queries/statement-lines.ts'
import type { NewEvent } from '../domain/event.ts'
import type { Page } from './providers/provider.ts'
import type { Pulling } from './pulling.ts'

/** Stores lines of a page in the caller's transaction; returns how many were added, changed, removed and filled. */
export const storeLines = (
  tx: DatabaseTransactionConnection,
  { connectionId, runId, account }: Pulling,
  { lines: shown, removedLineKeys }: Pick<Page, 'lines' | 'removedLineKeys'>,
): Promise<Stored> => {
  const { accountId, generation } = account
  const origin = { accountId, connectionId, generation, syncRunId: runId }
  return lines.storePage(tx, { ...origin, lines: shown, removedLineKeys })
}

/**
 * Notes how far the run has come with a page, and what was stored with it; with the last page the cursor moves, and the
 * account's part of the run is told.
 */
export const moveOn = async (
  tx: DatabaseTransactionConnection,
  pulling: Pulling,
  { hasMore, nextCursor, stored }: Pick<Page, 'hasMore' | 'nextCursor'> & { stored: Stored },
): Promise<void> => {
  const { connectionId, runId, account } = pulling
  const { providerAccountId, generation } = account
  const total = await runPositions.store(tx, {
    runId,
    providerAccountId,
    position: hasMore ? nextCursor : null,
    done: !hasMore,
    counts: { pages: 1, ...stored },
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

const dayMs = 86_400_000
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
