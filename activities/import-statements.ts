import { randomUUID } from 'node:crypto'
import type { DatabaseTransactionConnection } from 'slonik'
import * as csvProfiles from '../db/queries/csv-profiles.ts'
import * as importAccounts from '../db/queries/import-accounts.ts'
import type { Run } from '../db/queries/import-slices.ts'
import * as staging from '../db/queries/import-staging.ts'
import type { FinishedImport } from '../db/queries/import-states.ts'
import * as importStates from '../db/queries/import-states.ts'
import { withTenant } from '../db/tenant.ts'
import { layoutAnswersOf, type ImportSnapshot } from '../domain/statement-import.ts'
import { addStatement } from './add-statement.ts'
import { announce } from './announce-import.ts'
import type { Deps } from './deps.ts'
import { withHeartbeat } from './heartbeat.ts'
import type { ImportRef } from './import-records.ts'

/**
 * Adds the staged lines, some in each SQL transaction under the lock of their account. Retry-safe: each transaction notes
 * with its lines how far it came, so that an attempt goes on where the last one ended; an older one that still lives stops.
 */
export const createImportStatements = (deps: Deps) =>
  async function importStatements({
    tenantId,
    importId,
  }: ImportRef): Promise<ImportSnapshot | null> {
    const attempt = randomUUID()
    const begun = await withTenant(deps.pool, tenantId, (tx) =>
      importStates.beginImport(tx, importId, attempt),
    )
    if (begun !== null)
      await withHeartbeat(async (progress) => {
        const importing = { tenantId, importId, attempt, source: begun.source ?? '', progress }
        await addStatements(deps, importing)
      })
    return withTenant(deps.pool, tenantId, (tx) => importStates.maybeOneSnapshot(tx, importId))
  }

interface Importing extends ImportRef {
  attempt: string
  source: string
  progress: (slices: number) => void
}

/** Another attempt has begun, or the import is being taken back. */
class Overtaken extends Error {}

const addStatements = async (deps: Deps, importing: Importing): Promise<void> => {
  const { tenantId, importId, attempt, source } = importing
  const run: Run = (work) =>
    withTenant(deps.pool, tenantId, async (tx) => {
      if (!(await importStates.isImporting(tx, importId, attempt))) throw new Overtaken()
      return work(tx)
    })
  let slices = 0
  const progress = async () => {
    importing.progress((slices += 1))
    await deps.reach('import.after-slice')
  }
  try {
    for (const { number, accountId } of await run((tx) => staging.listOpen(tx, importId))) {
      await addStatement({ run, progress }, { importId, accountId, source, statement: number })
      await deps.reach('import.after-statement')
    }
    while (await run((tx) => staging.clearSome(tx, importId))) await progress()
    await run((tx) => finish(tx, importId))
  } catch (error) {
    if (!(error instanceof Overtaken)) throw error
  }
}

const finish = async (tx: DatabaseTransactionConnection, importId: string): Promise<void> => {
  const finished = await importStates.finishImport(tx, importId)
  if (finished === null) return
  const accounts = await importAccounts.listAdded(tx, importId)
  await keepAnswers(tx, finished, accounts)
  await announce(tx, { importId, how: 'imported', finished, accounts })
}

/** What a person answered about a CSV file holds for the next one with its header. */
const keepAnswers = async (
  tx: DatabaseTransactionConnection,
  { options, headerFingerprint }: FinishedImport,
  accounts: readonly { accountId: string }[],
): Promise<void> => {
  const answers = layoutAnswersOf(options)
  if (headerFingerprint === null || Object.keys(answers).length === 0) return
  const accountIds = accounts.map(({ accountId }) => accountId)
  await csvProfiles.save(tx, { accountIds, headerFingerprint, answers })
}
