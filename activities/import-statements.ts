import type { DatabaseTransactionConnection } from 'slonik'
import * as csvProfiles from '../db/queries/csv-profiles.ts'
import * as importAccounts from '../db/queries/import-accounts.ts'
import { addStatement, lockAccount } from '../db/queries/import-lines.ts'
import { forget, match } from '../db/queries/import-matching.ts'
import * as staging from '../db/queries/import-staging.ts'
import type { FinishedImport } from '../db/queries/import-states.ts'
import * as importStates from '../db/queries/import-states.ts'
import { withTenant } from '../db/tenant.ts'
import { layoutAnswersOf, type ImportSnapshot } from '../domain/statement-import.ts'
import { announce } from './announce-import.ts'
import type { Deps } from './deps.ts'
import { withHeartbeat } from './heartbeat.ts'
import type { ImportRef } from './import-records.ts'

/**
 * Adds the staged lines, one SQL transaction per statement under the lock of its account. Retry-safe: a statement notes
 * with its lines that it is imported, so that an attempt goes on where the last one ended.
 */
export const createImportStatements = (deps: Deps) =>
  async function importStatements({
    tenantId,
    importId,
  }: ImportRef): Promise<ImportSnapshot | null> {
    const begun = await withTenant(deps.pool, tenantId, (tx) =>
      importStates.beginImport(tx, importId),
    )
    if (begun !== null)
      await withHeartbeat(async (progress) => {
        const importing = { tenantId, importId, source: begun.source ?? '', progress }
        await addStatements(deps, importing)
        await withTenant(deps.pool, tenantId, (tx) => finish(tx, importId))
      })
    return withTenant(deps.pool, tenantId, (tx) => importStates.maybeOneSnapshot(tx, importId))
  }

interface Importing extends ImportRef {
  source: string
  progress: (lines: number) => void
}

const addStatements = async (deps: Deps, importing: Importing): Promise<void> => {
  const { tenantId, importId, progress } = importing
  const open = await withTenant(deps.pool, tenantId, (tx) => staging.listOpen(tx, importId))
  // the number of the feed up to which lines were compared, by account
  const matchedTo = new Map<string, number>()
  let lines = 0
  for (const statement of open) {
    lines += await withTenant(deps.pool, tenantId, (tx) =>
      addOne(tx, importing, { ...statement, matchedTo }),
    )
    progress(lines)
    await deps.reach('import.after-statement')
  }
}

interface OpenStatement {
  number: number
  accountId: string
  matchedTo: Map<string, number>
}

/** Compares again where the account has changed since, because a connection or another file may have brought the lines. */
const addOne = async (
  tx: DatabaseTransactionConnection,
  { importId, source }: Importing,
  { number, accountId, matchedTo }: OpenStatement,
): Promise<number> => {
  if (!(await importStates.isImporting(tx, importId))) return 0
  const lastSeq = await lockAccount(tx, accountId)
  if (matchedTo.get(accountId) !== lastSeq) {
    await forget(tx, { importId, accountId, source })
    await match(tx, { importId, accountId, source })
  }
  const added = await addStatement(tx, { importId, accountId, statement: number, seq: lastSeq })
  matchedTo.set(accountId, added?.seq ?? lastSeq)
  return added === null ? 0 : added.added + added.present
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
