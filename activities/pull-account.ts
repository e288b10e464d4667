import type { DatabaseTransactionConnection } from 'slonik'
import * as lines from '../db/queries/statement-lines.ts'
import { withTenant } from '../db/tenant.ts'
import type { Deps } from './deps.ts'
import type { Page } from './providers/provider.ts'
import { ProviderError } from './providers/provider.ts'
import { afterBrokenSequence, storeProvisional } from './provisional-pages.ts'
import type { Pulling } from './pulling.ts'
import { lockFacts } from './record.ts'
import { moveOn, storeLines } from './store-page.ts'

const dayMs = 86_400_000

/**
 * Reads one account page by page from where the run stands; each page, its line keys and the position inside the run are
 * one SQL transaction, the last one also moves the cursor. Returns whether the last page was reached, and pages read.
 */
export const pullAccount = async (
  deps: Deps,
  pulling: Pulling,
): Promise<{ finished: boolean; pages: number }> => {
  const { account, pagesMax } = pulling
  const known = await knownLines(deps, pulling)
  let position = account.position ?? account.cursor
  let restarts = 0
  for (let pages = 1; pages <= pagesMax; pages += 1) {
    const page = await pageAt(deps, pulling, { position, known, restarts })
    if (page === 'taken_back') {
      restarts += 1
      position = account.cursor
      continue
    }
    await store(deps, pulling, page)
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

interface At {
  position: string | null
  known: ReadonlyMap<string, string>
  restarts: number
}

const pageAt = async (
  deps: Deps,
  pulling: Pulling,
  { position, known, restarts }: At,
): Promise<Page | 'taken_back'> => {
  const { session, account, pagesProvisional } = pulling
  const { providerAccountId } = account
  try {
    return await session.pullLines({ providerAccountId, cursor: position, known })
  } catch (error) {
    if (!pagesProvisional) throw error
    await afterBrokenSequence(deps, pulling, { error, restarts })
    return 'taken_back'
  }
}

const store = async (deps: Deps, pulling: Pulling, page: Page): Promise<void> => {
  await deps.reach('read.before-store')
  await withTenant(deps.pool, pulling.tenantId, async (tx) => {
    // the connection's row is locked before the account's everywhere, so that two transactions queue
    if (!page.hasMore) await lockFacts(tx, deps, pulling.connectionId)
    await (pulling.pagesProvisional ? storeProvisional : storeAtOnce)(tx, pulling, page)
  })
  await deps.reach('read.after-store')
}

const storeAtOnce = async (
  tx: DatabaseTransactionConnection,
  pulling: Pulling,
  page: Page,
): Promise<void> => {
  const stored = await storeLines(tx, pulling, page)
  return moveOn(tx, pulling, { ...page, stored })
}

const knownLines = async (
  { pool }: Deps,
  { tenantId, connectionId, account, rereadDays }: Pulling,
): Promise<Map<string, string>> => {
  const { accountId, generation } = account
  if (account.cursor === null || account.lastPulledAt === null) return new Map()
  // a margin of a month: the adapter's own window decides what counts, this one only has to cover it
  const fromMs = Date.parse(account.lastPulledAt) - (rereadDays + 31) * dayMs
  const fromOn = new Date(fromMs).toISOString().slice(0, 10)
  const source = { accountId, connectionId, generation }
  return withTenant(pool, tenantId, (tx) => lines.knownSince(tx, source, fromOn))
}
