import type { DatabaseTransactionConnection } from 'slonik'
import { z } from 'zod'
import type { ConnectionView } from '../../db/queries/connection-views.ts'
import * as connectionViews from '../../db/queries/connection-views.ts'
import { withTenant } from '../../db/tenant.ts'
import type { Deps } from '../deps.ts'
import { notFound } from '../problem.ts'
import type { Call } from '../route.ts'

/** The path parameter of everything below one connection. */
export const connectionParams = z.strictObject({ connectionId: z.uuid() })

/** The connection within the caller's tenant; 404 for any other, because row security does not guard a workflow. */
export const connectionInTenant = async (
  tx: DatabaseTransactionConnection,
  connectionId: string,
): Promise<ConnectionView> => {
  const view = await connectionViews.maybeOneView(tx, connectionId)
  if (view === null) throw notFound()
  return view
}

/** The same in an SQL transaction of its own, for commands that only talk to the workflow. */
export const readConnection = (
  { pool }: Pick<Deps, 'pool'>,
  { caller, params }: Pick<Call<z.infer<typeof connectionParams>>, 'caller' | 'params'>,
): Promise<ConnectionView> =>
  withTenant(pool, caller.tenantId, (tx) => connectionInTenant(tx, params.connectionId))
