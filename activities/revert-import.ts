import * as importAccounts from '../db/queries/import-accounts.ts'
import { countKept, removeSome } from '../db/queries/import-lines.ts'
import * as importStates from '../db/queries/import-states.ts'
import { withTenant } from '../db/tenant.ts'
import type { ImportSnapshot } from '../domain/statement-import.ts'
import { announce } from './announce-import.ts'
import type { Deps } from './deps.ts'
import { withHeartbeat } from './heartbeat.ts'
import type { ImportRef } from './import-records.ts'

/**
 * Takes back what an import added and nobody else has taken over, some lines at a time. Retry-safe: lines that are removed
 * are not found again, and the end is told once.
 */
export const createRevertImport = (deps: Deps) =>
  async function revertImport({ tenantId, importId }: ImportRef): Promise<ImportSnapshot | null> {
    const isBegun = await withTenant(deps.pool, tenantId, (tx) =>
      importStates.beginRevert(tx, importId),
    )
    if (isBegun) await withHeartbeat((progress) => revert(deps, { tenantId, importId, progress }))
    return withTenant(deps.pool, tenantId, (tx) => importStates.maybeOneSnapshot(tx, importId))
  }

interface Reverting extends ImportRef {
  progress: (lines: number) => void
}

const revert = async (
  { pool }: Deps,
  { tenantId, importId, progress }: Reverting,
): Promise<void> => {
  const accounts = await withTenant(pool, tenantId, (tx) => importAccounts.listAdded(tx, importId))
  let lines = 0
  for (const { accountId } of accounts) {
    let removed = 0
    do {
      removed = await withTenant(pool, tenantId, (tx) => removeSome(tx, importId, accountId))
      lines += removed
      progress(lines)
    } while (removed > 0)
  }
  await withTenant(pool, tenantId, async (tx) => {
    const finished = await importStates.finishRevert(tx, importId)
    if (finished === null) return
    await countKept(tx, importId)
    const accountIds = accounts.map(({ accountId }) => accountId)
    const removed = await importAccounts.listRemoved(tx, importId, accountIds)
    await announce(tx, { importId, how: 'reverted', finished, accounts: removed })
  })
}
