import { cancellationSignal } from '@temporalio/activity'
import type { DatabaseTransactionConnection } from 'slonik'
import { z } from 'zod'
import * as accounts from '../db/queries/accounts.ts'
import * as connections from '../db/queries/connections.ts'
import * as secrets from '../db/queries/connection-secrets.ts'
import * as linkFlows from '../db/queries/link-flows.ts'
import type { LinkFlow } from '../db/queries/link-flows.ts'
import * as oneTimeSecrets from '../db/queries/one-time-secrets.ts'
import * as webhooks from '../db/queries/webhooks.ts'
import { withTenant } from '../db/tenant.ts'
import type { ConnectionFacts, Snapshot } from '../domain/connection.ts'
import { consentEndMs } from '../domain/consent.ts'
import { Secret } from '../domain/secret.ts'
import type { FlowAt } from './begin-flow.ts'
import { isRenewal } from './begin-flow.ts'
import { solveChallenges } from './challenges.ts'
import type { Deps } from './deps.ts'
import type { Ending } from './fail-flow.ts'
import { endFlow, endFlowIn, forgetFlow } from './fail-flow.ts'
import { settledFailure } from './failure.ts'
import { withHeartbeat } from './heartbeat.ts'
import { openSession, providerNamed } from './open-session.ts'
import type { LinkResult, OtherLinks } from './providers/provider.ts'
import { lockFacts, record } from './record.ts'
import { withdraw } from './withdraw-consent.ts'

export interface FlowOutcome {
  snapshot: Snapshot | null
  linked: boolean
  /** The flow is over and led nowhere. */
  ended?: true
}

interface Known {
  facts: ConnectionFacts
  flow: LinkFlow
  linkState: Secret<string>
  callback: Secret<string>
  others: OtherLinks
}

const secretTtlSeconds = 900
const callbackSchema = z.record(z.string(), z.string())

/**
 * Finishes a link flow with what the person brought back. Retry-safe: a finished flow answers at once, and what finishes
 * it is kept until the end is stored, so that a worker may die at any point.
 */
export const createCompleteFlow = (deps: Deps) =>
  async function completeFlow(input: FlowAt): Promise<FlowOutcome> {
    const known = await look(deps, input)
    if (known === null) return { snapshot: await unchanged(deps, input), linked: false }
    if (known === 'foreign') return { snapshot: await refuse(deps, input), linked: false }
    if (known === 'lost') return over(deps, input, { state: 'expired' })
    try {
      const result = await withHeartbeat(() => ask(deps, input, known))
      await deps.reach('flow.after-exchange')
      const isLate = isClosed(known.flow) && result.state !== 'pending'
      const outcome = isLate ? null : await adopt(deps, input, { ...known, result })
      return outcome ?? (await withdraw(deps, input, { provider: known.facts.provider, result }))
    } catch (error) {
      const { code } = settledFailure(error)
      if (!isClosed(known.flow)) return over(deps, input, { state: 'failed', code })
      return withdraw(deps, input, { provider: known.facts.provider, result: null })
    }
  }

/** Ended by a disconnection before the person had finished the page. */
const isClosed = ({ state }: LinkFlow): boolean => state === 'exited'

const over = async (deps: Deps, input: FlowAt, ending: Ending): Promise<FlowOutcome> => ({
  snapshot: await endFlow(deps, input, ending),
  linked: false,
  ended: true,
})

/** There is nothing to complete the flow with (any more), so nobody needs to look again. */
const unchanged = (deps: Deps, input: FlowAt): Promise<Snapshot | null> =>
  withTenant(deps.pool, input.tenantId, async (tx) => {
    await linkFlows.stopLooking(tx, input.flowId)
    return record(tx, deps, { ...input, occurrences: [{ kind: 'loaded' }] })
  })

/** A flow that this connection does not have: whoever named it is told, once. */
const refuse = (deps: Deps, input: FlowAt): Promise<Snapshot | null> =>
  withTenant(deps.pool, input.tenantId, (tx) => {
    const told = { name: 'credentialsUpdated', noteId: `flow:${input.flowId}` }
    return record(tx, deps, { ...input, occurrences: [{ kind: 'message_refused', ...told }] })
  })

/** What the flow is finished with; `lost` = an attempt began and nothing is left to go on with. */
const look = (
  deps: Deps,
  { tenantId, connectionId, flowId, atMs }: FlowAt,
): Promise<Known | 'lost' | 'foreign' | null> =>
  withTenant(deps.pool, tenantId, async (tx) => {
    const facts = await lockFacts(tx, deps, connectionId)
    const flow = await linkFlows.maybeOneById(tx, flowId)
    if (facts === null) return null
    if (flow === null || flow.connectionId !== connectionId) return 'foreign'
    if (!takesAnEnd(flow, facts, Math.max(atMs, Date.now()))) return null
    const { vault } = deps
    const linkState = await oneTimeSecrets.peek({ tx, vault }, 'link_state', flowId)
    if (linkState === null) return flow.state === 'completing' ? 'lost' : null
    const callback = await oneTimeSecrets.peek({ tx, vault }, 'completion', flowId)
    // nothing happens to one that a disconnection has ended
    await linkFlows.update(tx, flowId, { state: 'completing' })
    const others = await othersOf(tx, { facts, flow })
    return { facts, flow, linkState, callback: callback ?? new Secret('{}'), others }
  })

const takesAnEnd = (flow: LinkFlow, { state }: ConnectionFacts, nowMs: number): boolean =>
  flow.state === 'waiting' ||
  flow.state === 'completing' ||
  // nothing else ends the looks at a page that the provider never finishes
  (isClosed(flow) && state === 'disconnected' && Date.parse(flow.expiresAt) > nowMs)

const othersOf = async (
  tx: DatabaseTransactionConnection,
  { facts, flow }: Pick<Known, 'facts' | 'flow'>,
): Promise<OtherLinks> => {
  const other = { provider: facts.provider, connectionId: flow.connectionId }
  const held = await connections.listHeld(tx, other)
  return {
    held: held.map(({ providerConnectionId }) => providerConnectionId),
    isLinking: await linkFlows.isLinkingElsewhere(tx, other),
  }
}

/** What was learned on the way, such as tokens for a code that is used up now, is all there is to go on with. */
const keep = async (
  tx: DatabaseTransactionConnection,
  { vault }: Deps,
  { flow, linkState, callback }: Known,
): Promise<void> => {
  const kept = { id: flow.id, ttlSeconds: secretTtlSeconds }
  const keeping = { tx, vault }
  await oneTimeSecrets.store(keeping, { ...kept, purpose: 'link_state', value: linkState.reveal() })
  await oneTimeSecrets.store(keeping, { ...kept, purpose: 'completion', value: callback.reveal() })
}

const ask = async (
  deps: Deps,
  input: FlowAt,
  { facts, flow, linkState, callback, others }: Known,
): Promise<LinkResult> => {
  const { provider: name } = facts
  const options = { signal: cancellationSignal() }
  const session = isRenewal(facts, flow)
    ? await openSession(deps, { ...input, provider: name }, options)
    : null
  const answer = new Secret(callbackSchema.parse(JSON.parse(callback.reveal())))
  const returnUrl = `${deps.publicUrl}/callbacks/${name}`
  return providerNamed(deps, name).completeLink(
    { flow: linkState, callback: answer, returnUrl, session, others },
    options,
  )
}

/** Takes what the provider gave; null where the connection was closed meanwhile. */
const adopt = async (
  deps: Deps,
  input: FlowAt,
  { result, ...known }: Known & { result: LinkResult },
): Promise<FlowOutcome | null> => {
  switch (result.state) {
    case 'pending':
      return {
        snapshot: await withTenant(deps.pool, input.tenantId, async (tx) => {
          await keep(tx, deps, { ...known, linkState: result.flow ?? known.linkState })
          await linkFlows.lookAgain(tx, input.flowId)
          return record(tx, deps, { ...input, occurrences: [{ kind: 'loaded' }] })
        }),
        linked: false,
      }
    case 'exited':
    case 'expired':
      return over(deps, input, endingOf(result))
    case 'linked':
      return withTenant(deps.pool, input.tenantId, (tx) =>
        store(tx, deps, { ...input, ...known, result }),
      )
  }
}

/** A page that sent the person back because of us or of the provider is a failure, not a person who left. */
const endingOf = ({
  state,
  failure,
}: Extract<LinkResult, { state: 'exited' | 'expired' }>): Ending =>
  failure === undefined ? { state } : { state: 'failed', code: failure.code }

type Linked = Extract<LinkResult, { state: 'linked' }>

const store = async (
  tx: DatabaseTransactionConnection,
  deps: Deps,
  { facts, flow, result, ...input }: FlowAt & Known & { result: Linked },
): Promise<FlowOutcome | null> => {
  const { connectionId, flowId } = input
  const { vault } = deps
  const current = await lockFacts(tx, deps, connectionId)
  if (current === null) return { snapshot: null, linked: false }
  const holder = await holderOf(tx, { facts, flow, result })
  if (holder !== null) {
    const ending = { state: 'exited', holder } as const
    const snapshot = await endFlowIn(tx, deps, { ...input, ending })
    return { snapshot, linked: false, ended: true }
  }
  if (!(await linkFlows.update(tx, flowId, { state: 'linked' }))) return null
  if (result.secrets) await secrets.store({ tx, vault }, { connectionId, secret: result.secrets })
  const { providerConnectionId, institution } = result
  if (institution) await connections.setInstitution(tx, connectionId, institution)
  const isMoved = await connections.setProviderConnection(tx, connectionId, providerConnectionId)
  // a grant that was lost is renewed by a new connection at the provider, whose accounts have ids of their own
  const staysAt = isRenewal(facts, flow) && !isMoved
  const generation = staysAt ? current.generation : current.generation + 1
  await connections.update(tx, connectionId, { generation })
  const found = await accounts.discover(tx, { connectionId, generation }, result.accounts)
  const refs = [
    providerConnectionId,
    ...result.accounts.map((account) => account.providerAccountId),
  ]
  await webhooks.setRoutes(tx, { provider: facts.provider, connectionId, refs })
  // events that came before the connection was known: all they can say is "look", and the first read does
  await webhooks.parked(tx, facts.provider, refs)
  await forgetFlow(tx, flowId)
  await linkFlows.endOlderRenewals(tx, flow)
  const asked = await solveChallenges(tx, { connectionId, flowId })
  const snapshot = await record(tx, deps, {
    ...input,
    occurrences: [
      ...asked.occurrences,
      {
        kind: 'linked',
        flowId,
        flowKind: asked.isSolved ? 'challenge' : flow.kind,
        consentExpiresAtMs: consentEndMs(result, Date.now()),
        undecided: found.toDecide,
        gone: found.gone,
      },
      { kind: 'consent_due' },
    ],
  })
  return { snapshot, linked: true }
}

/**
 * The name of another connection of the tenant that reaches the provider by the same login: two of them would bring every
 * line twice, and closing one would close both.
 */
const holderOf = async (
  tx: DatabaseTransactionConnection,
  { facts, flow, result }: Pick<Known, 'facts' | 'flow'> & { result: Linked },
): Promise<string | null> => {
  const { provider } = facts
  const { providerConnectionId } = result
  // of two flows that end at the same moment the second sees what the first stored
  await connections.lockProviderConnection(tx, { provider, providerConnectionId })
  const held = await connections.listHeld(tx, { provider, connectionId: flow.connectionId })
  const holder = held.find((other) => other.providerConnectionId === providerConnectionId)
  return holder?.institutionName ?? null
}
