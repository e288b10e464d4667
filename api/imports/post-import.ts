import { randomUUID } from 'node:crypto'
import type { DatabaseTransactionConnection } from 'slonik'
import { z } from 'zod'
import * as accounts from '../../db/queries/accounts.ts'
import * as statementImports from '../../db/queries/statement-imports.ts'
import { withTenant } from '../../db/tenant.ts'
import { isUuid } from '../../domain/ids.ts'
import type { Deps } from '../deps.ts'
import { toAccountNumber } from '../accounts/account-number.ts'
import { Problem } from '../problem.ts'
import { route, type Call, type Reply } from '../route.ts'
import { fileNameOf } from './file-name.ts'
import { startImport } from './import-command.ts'
import { importSchema, toImport } from './import-shape.ts'
import { importInTenant } from './read-import.ts'
import { checkFileHeaders, receiveFile, storeFile } from './receive-file.ts'

const query = z.strictObject({
  account: z.string().min(1).max(64).optional().meta({
    description: 'Id or number of the account for statements whose account the file does not name',
  }),
  name: z.string().max(255).optional().meta({
    description: 'Name of the file; otherwise that of Content-Disposition',
  }),
})

/** Takes a statement file and begins to read it. */
export const postImport = route({
  operation: 'POST /v1/imports',
  summary: 'Upload a statement file: CSV, OFX, QIF, CAMT.053 or CODA, at most 50 MB',
  query,
  fileBody: true,
  idempotent: true,
  answers: {
    202: { description: 'Stored; its preview follows', schema: importSchema },
  },
  async handler(call, deps) {
    checkFileHeaders(call.request)
    const { caller, requestId } = call
    const { tenantId } = caller
    const known = await withTenant(deps.pool, tenantId, (tx) =>
      statementImports.maybeOneById(tx, requestId),
    )
    if (known !== null) return repeated(deps, call, known.sha256)
    const accountId = await accountNamed(deps, tenantId, call.query.account)
    const fileId = randomUUID()
    const name = fileNameOf(call.request, call.query.name)
    await storeFile(deps, call.request, { tenantId, id: fileId, name })
    const options = accountId === null ? {} : { accountId }
    const view = await withTenant(deps.pool, tenantId, async (tx) => {
      const made = { id: requestId, fileId, options, requestedBy: call.actingUser }
      await statementImports.create(tx, made)
      return importInTenant(tx, requestId)
    })
    await startImport(deps, { tenantId, importId: requestId })
    return { status: 202, headers: { Location: `/v1/imports/${view.id}` }, body: toImport(view) }
  },
})

/** The same key again: the same file is answered alike, and another file is another request. */
const repeated = async (
  deps: Deps,
  { caller, request, requestId }: Call,
  sha256: string | null,
): Promise<Reply> => {
  const received = await receiveFile(request, () => Promise.resolve())
  if (received.sha256.toString('hex') !== sha256)
    throw new Problem('idempotency-key-reused', 'key_reused')
  const { tenantId } = caller
  await startImport(deps, { tenantId, importId: requestId })
  const view = await withTenant(deps.pool, tenantId, (tx) => importInTenant(tx, requestId))
  const headers = { Location: `/v1/imports/${view.id}`, 'Idempotency-Replayed': 'true' }
  return { status: 202, headers, body: toImport(view) }
}

const accountNamed = (
  { pool }: Pick<Deps, 'pool'>,
  tenantId: string,
  named: string | undefined,
): Promise<string | null> =>
  withTenant(pool, tenantId, async (tx) => {
    if (named === undefined) return null
    const [id, other] = await accountsNamed(tx, named)
    if (id === undefined) throw new Problem('not-found', 'unknown_account')
    if (other !== undefined)
      throw new Problem('conflict', 'account_ambiguous', { why: 'ambiguous' })
    return id
  })

const accountsNamed = async (
  tx: DatabaseTransactionConnection,
  named: string,
): Promise<readonly string[]> => {
  if (isUuid(named)) return (await accounts.maybeOneById(tx, named)) === null ? [] : [named]
  return accounts.listByNumber(tx, toAccountNumber(named))
}
