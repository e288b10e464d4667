import { z } from 'zod'
import { hashLinkState } from '../../db/link-state.ts'
import * as linkFlows from '../../db/queries/link-flows.ts'
import * as oneTimeSecrets from '../../db/queries/one-time-secrets.ts'
import { withTenant } from '../../db/tenant.ts'
import type { Deps } from '../deps.ts'
import { callbackPage } from '../link-flows/callback-page.ts'
import { route } from '../route.ts'
import { widgetPage } from './widget-page.ts'

const params = z.strictObject({ provider: z.string().max(30), flowId: z.uuid() })

const linkPage = z.object({
  widget: z.literal('fastlink'),
  scriptUrl: z.url(),
  parameters: z.record(z.string(), z.unknown()),
})

/** Our own page that opens a provider's widget. It works without a login: whoever has the flow's own secret may open it. */
export const getLinkPage = route({
  operation: 'GET /link/:provider/:flowId',
  summary: "Page that opens a provider's widget",
  params,
  getOnly: true,
  answers: {
    200: { description: 'The page', contentType: 'text/html' },
    400: { description: 'The link is unknown, used or too old', contentType: 'text/html' },
  },
  async handler({ params: { provider, flowId }, query, language }, deps) {
    const state = z.object({ state: z.string().max(200) }).safeParse(query).data?.state ?? ''
    const page = await pageOf(deps, flowId, state)
    if (page === null) return callbackPage(language, 'unknown')
    const back = `${deps.publicUrl}/callbacks/${encodeURIComponent(provider)}`
    return widgetPage({ ...page, back, state, language })
  },
})

const pageOf = async (
  { pool, vault }: Pick<Deps, 'pool' | 'vault'>,
  flowId: string,
  state: string,
) => {
  const found = await linkFlows.findByReturn(pool, hashLinkState(state))
  if (found?.flowId !== flowId) return null
  // read, not taken: a person may reload the page
  const kept = await withTenant(pool, found.tenantId, (tx) =>
    oneTimeSecrets.peek({ tx, vault }, 'link_page', flowId),
  )
  return kept === null ? null : linkPage.parse(JSON.parse(kept.reveal()))
}
