import * as importAccounts from '../db/queries/import-accounts.ts'
import { removeSome } from '../db/queries/import-reversal.ts'
import * as staging from '../db/queries/import-staging.ts'
import type { Run } from '../db/queries/import-slices.ts'
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
  { pool, reach }: Deps,
  { tenantId, importId, progress }: Reverting,
): Promise<void> => {
  const run: Run = (work) => withTenant(pool, tenantId, work)
  let lines = 0
  for (const accountId of await run((tx) => staging.listAccounts(tx, importId))) {
    for (let looked = -1; looked !== 0; lines += looked) {
      looked = await run((tx) => removeSome(tx, { importId, accountId }))
      progress(lines + looked)
      await reach('import.after-slice')
    }
  }
  while (await run((tx) => staging.clearSome(tx, importId))) progress(lines)
  await run(async (tx) => {
    const finished = await importStates.finishRevert(tx, importId)
    if (finished === null) return
    const removed = await importAccounts.listRemoved(tx, importId)
    await announce(tx, { importId, how: 'reverted', finished, accounts: removed })
  })
}
