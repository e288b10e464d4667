/** Activities of an import that only read or note something: one short SQL transaction each, repeated without harm. */
import * as staging from '../db/queries/import-staging.ts'
import * as importStates from '../db/queries/import-states.ts'
import { withTenant } from '../db/tenant.ts'
import type { ImportSnapshot } from '../domain/statement-import.ts'
import type { Deps } from './deps.ts'
import { newReference } from './reference.ts'

/** The import an activity works for. */
export interface ImportRef {
  tenantId: string
  importId: string
}

/** An import and the workflow's time, which tests move faster than the clock on the wall. */
export interface ImportAt extends ImportRef {
  atMs: number
}

/** Reads what the workflow needs to know; null where there is no such import. */
export const createLoadImport = ({ pool }: Deps) =>
  function loadImport({ tenantId, importId }: ImportRef): Promise<ImportSnapshot | null> {
    return withTenant(pool, tenantId, (tx) => importStates.maybeOneSnapshot(tx, importId))
  }

/** Throws a preview away; one that was confirmed stays. */
export const createDiscardImport = ({ pool }: Deps) =>
  async function discardImport({ tenantId, importId }: ImportRef): Promise<ImportSnapshot | null> {
    const snapshot = await withTenant(pool, tenantId, async (tx) => {
      await importStates.discard(tx, importId)
      return importStates.maybeOneSnapshot(tx, importId)
    })
    if (snapshot?.state === 'discarded')
      while (await withTenant(pool, tenantId, (tx) => staging.clearSome(tx, importId)));
    return snapshot
  }

/** Notes under a reference that the work in hand failed through no fault of the file. */
export const createFailImport = ({ pool }: Deps) =>
  function failImport({ tenantId, importId }: ImportRef): Promise<ImportSnapshot | null> {
    return withTenant(pool, tenantId, async (tx) => {
      await importStates.fail(tx, importId, newReference())
      return importStates.maybeOneSnapshot(tx, importId)
    })
  }
