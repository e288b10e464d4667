import type { DatabaseTransactionConnection } from 'slonik'
import { z } from 'zod'
import type { ImportView } from '../../db/queries/statement-imports.ts'
import * as statementImports from '../../db/queries/statement-imports.ts'
import { withTenant } from '../../db/tenant.ts'
import type { Deps } from '../deps.ts'
import { notFound } from '../problem.ts'
import type { Call } from '../route.ts'

/** The path parameter of everything below one import. */
export const importParams = z.strictObject({ importId: z.uuid() })

/** The import within the caller's tenant; 404 for any other, because row security does not guard a workflow. */
export const importInTenant = async (
  tx: DatabaseTransactionConnection,
  importId: string,
): Promise<ImportView> => {
  const view = await statementImports.maybeOneById(tx, importId)
  if (view === null) throw notFound()
  return view
}

/** The same in an SQL transaction of its own. */
export const readImport = (
  { pool }: Pick<Deps, 'pool'>,
  { caller, params }: Pick<Call<z.infer<typeof importParams>>, 'caller' | 'params'>,
): Promise<ImportView> =>
  withTenant(pool, caller.tenantId, (tx) => importInTenant(tx, params.importId))
