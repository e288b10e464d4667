import { z } from 'zod'
import type { ConnectionView } from '../../db/queries/connection-views.ts'
import type { LinkFlow } from '../../db/queries/link-flows.ts'
import { withTenant } from '../../db/tenant.ts'
import { languages } from '../../locales/languages.ts'
import { storeFlow } from '../link-flows/begin-flow.ts'
import { returnUrl } from '../link-flows/return-url.ts'
import type { Deps } from '../deps.ts'
import type { Call } from '../route.ts'
import { connectionInTenant } from './read-connection.ts'

/** Body of the commands that send a person to the bank again. */
export const flowBody = z.strictObject({ returnUrl, locale: z.enum(languages).optional() })

/** Reads the connection, lets `kindFor` choose or refuse, and adds the flow, all in one SQL transaction. */
export const storeFlowFor = (
  deps: Deps,
  call: Call<{ connectionId: string }, unknown, z.infer<typeof flowBody>>,
  kindFor: (view: ConnectionView) => LinkFlow['kind'],
): Promise<{ view: ConnectionView; kind: LinkFlow['kind'] }> =>
  withTenant(deps.pool, call.caller.tenantId, async (tx) => {
    const view = await connectionInTenant(tx, call.params.connectionId)
    const kind = kindFor(view)
    await storeFlow(tx, deps, {
      id: call.requestId,
      connectionId: view.id,
      kind,
      returnUrl: call.body.returnUrl,
      locale: call.body.locale ?? call.language,
      startedBy: call.actingUser,
    })
    return { view, kind }
  })
