import { z } from 'zod'
import * as connections from '../../db/queries/connections.ts'
import * as institutions from '../../db/queries/institutions.ts'
import * as messages from '../../db/queries/messages.ts'
import { withTenant } from '../../db/tenant.ts'
import type { NewMessage } from '../../domain/chatter.ts'
import { languages } from '../../locales/languages.ts'
import { beginLink } from '../../workflows/messages.ts'
import type { Deps } from '../deps.ts'
import { beginFlow, storeFlow } from '../link-flows/begin-flow.ts'
import { begunFlowSchema } from '../link-flows/link-flow-shape.ts'
import { returnUrl } from '../link-flows/return-url.ts'
import { plainText } from '../plain-text.ts'
import { Problem } from '../problem.ts'
import { offeredProvider } from '../provider-named.ts'
import { secondId } from '../request-key.ts'
import type { Call } from '../route.ts'
import { route } from '../route.ts'
import { connectionInTenant } from './read-connection.ts'

const body = z.strictObject({
  provider: z.string().max(30),
  institutionId: z
    .string()
    .min(1)
    .max(200)
    .meta({ description: 'providerInstitutionId of an offer of the provider' }),
  returnUrl,
  locale: z.enum(languages).optional(),
  label: z.string().max(200).transform(plainText).optional(),
})

/** Begins a new connection: its row, its first link flow, and the page of the bank. */
export const postConnection = route({
  operation: 'POST /v1/connections',
  summary: 'Add a bank account: begin a connection',
  body,
  idempotent: true,
  answers: {
    202: {
      description: 'Begun; open flow.url in the browser of the person',
      schema: begunFlowSchema,
    },
  },
  async handler(call, deps) {
    const flowId = call.requestId
    const view = await store(deps, call, flowId)
    return beginFlow(deps, call, { view, flowId, update: beginLink })
  },
})

const createdMessage = (
  params: { institution: string; provider: string },
  user: string,
): NewMessage => ({
  dedupeKey: 'created',
  kind: 'tracking',
  code: 'connection.created',
  params,
  author: user === '' ? { kind: 'system' } : { kind: 'user', name: user },
})

const store = async (
  deps: Deps,
  call: Call<unknown, unknown, z.infer<typeof body>>,
  flowId: string,
) => {
  const { provider, institutionId, label = '', locale = call.language } = call.body
  const { name: providerName } = offeredProvider(deps, provider, '/body/provider')
  const institution = await institutions.maybeOne(deps.pool, provider, institutionId)
  if (institution === null || institution.status === 'withdrawn')
    throw new Problem('validation-failed', 'unknown_institution', {
      params: { provider },
      errors: [{ pointer: '/body/institutionId', detail: 'unknown institution' }],
    })
  const told = { institution: institution.name, provider: providerName }
  // both ids follow from the request, so that a repetition goes on with the same rows
  const connectionId = secondId(flowId, 'connection')
  return withTenant(deps.pool, call.caller.tenantId, async (tx) => {
    await connections.create(tx, {
      id: connectionId,
      provider,
      providerInstitutionId: institutionId,
      institutionName: institution.name,
      label,
    })
    await messages.post(tx, connectionId, [createdMessage(told, call.actingUser)])
    await storeFlow(tx, deps, {
      id: flowId,
      connectionId,
      kind: 'link',
      returnUrl: call.body.returnUrl,
      locale,
      startedBy: call.actingUser,
    })
    return connectionInTenant(tx, connectionId)
  })
}
