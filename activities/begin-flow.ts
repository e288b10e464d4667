import { cancellationSignal } from '@temporalio/activity'
import { linkStateOf } from '../db/link-state.ts'
import * as connections from '../db/queries/connections.ts'
import * as linkFlows from '../db/queries/link-flows.ts'
import type { LinkFlow } from '../db/queries/link-flows.ts'
import * as oneTimeSecrets from '../db/queries/one-time-secrets.ts'
import * as webhooks from '../db/queries/webhooks.ts'
import { withTenant } from '../db/tenant.ts'
import type { ConnectionFacts, Snapshot } from '../domain/connection.ts'
import type { ConnectionAt, Deps } from './deps.ts'
import { settledFailure } from './failure.ts'
import { endFlow } from './fail-flow.ts'
import { withHeartbeat } from './heartbeat.ts'
import { openSession, providerNamed } from './open-session.ts'
import type { LinkRequest, StartedLink } from './providers/provider.ts'
import { lockFacts, record } from './record.ts'

export interface FlowAt extends ConnectionAt {
  flowId: string
}

const flowMaxSeconds = 3_600

/**
 * Asks the provider for the page where a person links or renews. Retry-safe: a flow that has its page is left alone;
 * a page asked for twice is one page more that nobody opens.
 */
export const createBeginFlow = (deps: Deps) =>
  async function beginFlow(input: FlowAt): Promise<Snapshot | null> {
    const asked = await withTenant(deps.pool, input.tenantId, async (tx) => ({
      facts: await lockFacts(tx, deps, input.connectionId),
      view: await connections.maybeOneView(tx, input.connectionId),
      flow: await linkFlows.maybeOneById(tx, input.flowId),
    }))
    const { facts, flow, view } = asked
    if (facts === null || view === null) return null
    if (flow === null || flow.connectionId !== input.connectionId || flow.state !== 'requested')
      return nothingNew(deps, input)
    const { providerInstitutionId } = view
    try {
      const started = await withHeartbeat(() =>
        start(deps, input, { facts, flow, providerInstitutionId }),
      )
      return await storeStarted(deps, { ...input, provider: facts.provider }, started)
    } catch (error) {
      return endFlow(deps, input, { state: 'failed', code: settledFailure(error).code })
    }
  }

const nothingNew = (deps: Deps, input: FlowAt): Promise<Snapshot | null> =>
  withTenant(deps.pool, input.tenantId, (tx) =>
    record(tx, deps, { ...input, occurrences: [{ kind: 'loaded' }] }),
  )

const start = async (
  deps: Deps,
  input: FlowAt,
  asked: { facts: ConnectionFacts; flow: LinkFlow; providerInstitutionId: string },
): Promise<StartedLink> => {
  const { facts, flow, providerInstitutionId } = asked
  const provider = providerNamed(deps, facts.provider)
  const request = linkRequestOf(deps, input, { facts, flow, providerInstitutionId })
  const options = { signal: cancellationSignal() }
  if (!isRenewal(facts, flow)) return provider.beginLink(request, options)
  const session = await openSession(deps, { ...input, provider: facts.provider }, options)
  return session.beginRenewal({ ...request, reason: reasonOf(facts) })
}

/** What a provider is told when a person is sent to its page. */
export const linkRequestOf = (
  { vault, publicUrl }: Deps,
  { tenantId, flowId }: FlowAt,
  asked: { facts: ConnectionFacts; flow: LinkFlow; providerInstitutionId: string },
): LinkRequest => {
  const { facts, flow, providerInstitutionId } = asked
  const state = linkStateOf(vault, flowId)
  return {
    state,
    returnUrl: `${publicUrl}/callbacks/${facts.provider}`,
    providerInstitutionId,
    locale: flow.locale,
    customerRef: tenantId,
    webhookUrl: `${publicUrl}/hooks/${facts.provider}`,
    pageUrl: `${publicUrl}/link/${facts.provider}/${flowId}?state=${encodeURIComponent(state)}`,
  }
}

/** A renewal while the provider still knows the connection, else a new link (decision D1). */
export const isRenewal = (facts: ConnectionFacts, flow: LinkFlow): boolean =>
  flow.kind !== 'link' &&
  facts.generation > 0 &&
  (facts.disconnectReason === null || facts.disconnectReason === 'consent')

const reasonOf = (facts: ConnectionFacts): 'expired' | 'lost' | 'requested' => {
  if (facts.failureCode === 'credentials_invalid') return 'lost'
  return facts.disconnectReason === 'consent' ? 'expired' : 'requested'
}

/** Keeps the page's address and what finishes the flow, each for as long as the page lives. */
export const storeStarted = (
  deps: Deps,
  { provider, ...input }: FlowAt & { provider: string },
  started: StartedLink,
): Promise<Snapshot | null> => {
  const { pool, vault } = deps
  const id = input.flowId
  const lifeSeconds = Math.floor((Date.parse(started.expiresAt) - Date.now()) / 1_000)
  const ttlSeconds = Math.max(60, Math.min(flowMaxSeconds, lifeSeconds))
  return withTenant(pool, input.tenantId, async (tx) => {
    const state = started.flow.reveal()
    await oneTimeSecrets.store(
      { tx, vault },
      { purpose: 'link_state', id, value: state, ttlSeconds },
    )
    await oneTimeSecrets.store(
      { tx, vault },
      { purpose: 'link_url', id, value: started.url, ttlSeconds },
    )
    if (started.page)
      await oneTimeSecrets.store(
        { tx, vault },
        { purpose: 'link_page', id, value: JSON.stringify(started.page.reveal()), ttlSeconds },
      )
    const { connectionId } = input
    if (started.eventRef !== undefined)
      await webhooks.addRoute(tx, { provider, connectionId, ref: started.eventRef })
    const expiresAt = new Date(Date.now() + ttlSeconds * 1_000).toISOString()
    await linkFlows.update(tx, id, { state: 'waiting', expiresAt })
    return record(tx, deps, { ...input, occurrences: [{ kind: 'loaded' }] })
  })
}
