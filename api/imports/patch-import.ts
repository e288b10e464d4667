import type { DatabaseTransactionConnection } from 'slonik'
import type { z } from 'zod'
import * as accounts from '../../db/queries/accounts.ts'
import * as statementImports from '../../db/queries/statement-imports.ts'
import { withTenant } from '../../db/tenant.ts'
import { correctImport } from '../../workflows/messages.ts'
import { notFound, Problem } from '../problem.ts'
import { route, type Call } from '../route.ts'
import { sendImportCommand, toImportRefusal } from './import-command.ts'
import { etagOf, importSchema, isVersion, toImport } from './import-shape.ts'
import { accountsIn, corrected, correctionsSchema } from './options-shape.ts'
import { importParams, readImport } from './read-import.ts'

/** Corrects how a file is read, or says where its statements belong; a new preview follows. */
export const patchImport = route({
  operation: 'PATCH /v1/imports/:importId',
  summary: 'Answer questions about a file or correct how it is read; what is left out stays',
  params: importParams,
  body: correctionsSchema,
  answers: { 200: { description: 'The import; its new preview follows', schema: importSchema } },
  async handler(call, deps) {
    const { caller, requestId } = call
    const revision = await withTenant(deps.pool, caller.tenantId, (tx) => correct(tx, call))
    const input = { requestId, revision }
    await sendImportCommand(deps, call, { update: correctImport, input })
    const view = await readImport(deps, call)
    return { status: 200, headers: { ETag: etagOf(view) }, body: toImport(view) }
  },
})

/** Stores the answers and gives the revision they make. */
const correct = async (
  tx: DatabaseTransactionConnection,
  { params, body, request }: Call<{ importId: string }, unknown, z.infer<typeof correctionsSchema>>,
): Promise<number> => {
  const view = await statementImports.lockById(tx, params.importId)
  if (view === null) throw notFound()
  const ifMatch = request.get('if-match')
  if (ifMatch !== undefined && !isVersion(view, ifMatch))
    throw new Problem('stale-version', 'version_differs', { params: { version: etagOf(view) } })
  const named = accountsIn(body)
  if ((await accounts.countKnown(tx, named)) < named.length)
    throw new Problem('not-found', 'unknown_account')
  const revision = await statementImports.correct(tx, view.id, corrected(view.options, body))
  if (revision === null) throw toImportRefusal('over')
  return revision
}
