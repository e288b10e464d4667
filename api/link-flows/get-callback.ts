import { z } from 'zod'
import * as linkFlows from '../../db/queries/link-flows.ts'
import { withTenant } from '../../db/tenant.ts'
import { completeLink } from '../../workflows/messages.ts'
import { sendCommand } from '../commands.ts'
import { connectionInTenant } from '../connections/read-connection.ts'
import type { Deps } from '../deps.ts'
import { requestNames } from '../request-key.ts'
import type { Call, Reply } from '../route.ts'
import { route } from '../route.ts'
import { callbackPage } from './callback-page.ts'
import { hashLinkState } from '../../db/link-state.ts'
import { returnAddress } from './return-url.ts'
import { completionParameters, storeCompletion, takesCompletion } from './store-completion.ts'

const params = z.strictObject({ provider: z.string().max(30) })

/** Where the bank's page sends the person back to: finds the flow, hands over the parameters, goes on to the ERP. */
export const getCallback = route({
  operation: 'GET /callbacks/:provider',
  summary: 'Return from the page of the bank',
  params,
  getOnly: true,
  answers: {
    303: { description: 'On to the return address of the flow' },
    400: { description: 'The link is unknown, used or too old', contentType: 'text/html' },
    503: { description: 'Not now; reloading the page repeats it', contentType: 'text/html' },
  },
  async handler(call, deps) {
    const parameters = completionParameters.safeParse(call.query)
    const state = parameters.data?.['state']
    if (state === undefined) return callbackPage(call.language, 'unknown')
    const found = await linkFlows.findByReturn(deps.pool, hashLinkState(state))
    if (found === null) return callbackPage(call.language, 'unknown')
    return comeBack(deps, call, { ...found, parameters: parameters.data ?? {} })
  },
})

const comeBack = async (
  deps: Deps,
  call: Call<z.infer<typeof params>>,
  {
    tenantId,
    flowId,
    parameters,
  }: { tenantId: string; flowId: string; parameters: Record<string, string> },
): Promise<Reply> => {
  const { flow, target } = await withTenant(deps.pool, tenantId, async (tx) => {
    const seen = await linkFlows.oneById(tx, flowId)
    const connection = await connectionInTenant(tx, seen.connectionId)
    const fits = connection.provider === call.params.provider
    if (fits && takesCompletion(seen)) await storeCompletion(tx, deps, { flowId, parameters })
    return { flow: seen, target: fits ? connection : null }
  })
  if (target === null) return callbackPage(call.language, 'unknown')
  // a page loaded twice sends the person on and does nothing more
  if (takesCompletion(flow)) {
    // a flow that was still pending may be returned to once more, so each return is a command of its own
    const { updateId } = requestNames('GET /callbacks/:provider', tenantId, null)
    const from = { caller: { ...call.caller, tenantId }, updateId }
    try {
      await sendCommand(deps, { call: from, target, update: completeLink, input: { flowId } })
    } catch (error) {
      deps.log.warn(
        { tenantId, flowId, reference: call.reference, error },
        'a return waits for its workflow',
      )
      return callbackPage(call.language, 'later')
    }
  }
  return { status: 303, headers: { Location: returnAddress(flow.returnUrl, flowId) } }
}
