import { hashLinkState, linkStateOf } from '../db/link-state.ts'
import * as connections from '../db/queries/connections.ts'
import * as linkFlows from '../db/queries/link-flows.ts'
import { withTenant } from '../db/tenant.ts'
import { linkRequestOf, storeStarted } from './begin-flow.ts'
import type { ConnectionAt, Deps } from './deps.ts'
import type { OpenedChallenge } from './open-challenge.ts'
import type { ProviderSession } from './providers/provider.ts'
import { lockFacts } from './record.ts'

/**
 * Opens the provider's page on which a person solves a challenge: a renewal flow with the challenge's own id, so that a
 * repetition makes no second one.
 */
export const beginChallengeFlow = async (
  deps: Deps,
  input: ConnectionAt,
  { challenge, session }: { challenge: OpenedChallenge; session: ProviderSession },
): Promise<void> => {
  const { tenantId, connectionId } = input
  const { id: flowId, expiresAtMs } = challenge
  const asked = await withTenant(deps.pool, tenantId, async (tx) => {
    const facts = await lockFacts(tx, deps, connectionId)
    const view = await connections.maybeOneView(tx, connectionId)
    const last = await linkFlows.maybeLatest(tx, connectionId)
    await linkFlows.create(tx, {
      id: flowId,
      connectionId,
      kind: 'renewal',
      stateHash: hashLinkState(linkStateOf(deps.vault, flowId)),
      returnUrl: last?.returnUrl ?? deps.publicUrl,
      locale: last?.locale ?? 'en',
      ttlSeconds: Math.max(1, Math.ceil((expiresAtMs - Date.now()) / 1_000)),
    })
    return { facts, view, flow: await linkFlows.oneById(tx, flowId) }
  })
  const { facts, view, flow } = asked
  if (facts === null || view === null || flow.state !== 'requested') return
  const { providerInstitutionId } = view
  const request = linkRequestOf(deps, { ...input, flowId }, { facts, flow, providerInstitutionId })
  const started = await session.beginRenewal({ ...request, reason: 'challenge' })
  await storeStarted(deps, { ...input, flowId, provider: facts.provider }, started)
}
