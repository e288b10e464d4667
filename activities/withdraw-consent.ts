/** A consent that a person gives on a page whose connection was closed meanwhile. */
import { cancellationSignal } from '@temporalio/activity'
import * as connections from '../db/queries/connections.ts'
import * as linkFlows from '../db/queries/link-flows.ts'
import { withTenant } from '../db/tenant.ts'
import type { Failure, FailureCode } from '../domain/failure.ts'
import type { FlowAt } from './begin-flow.ts'
import type { FlowOutcome } from './complete-flow.ts'
import type { Deps } from './deps.ts'
import { forgetFlow } from './fail-flow.ts'
import { settledFailure } from './failure.ts'
import { withHeartbeat } from './heartbeat.ts'
import { providerNamed } from './open-session.ts'
import type { LinkResult } from './providers/provider.ts'
import { record } from './record.ts'

const withoutRest: Partial<Record<FailureCode, true>> = {
  connection_gone: true,
  consent_expired: true,
  credentials_invalid: true,
}

/** A grant that does not work any more has nothing left to withdraw; any other refusal leaves it as it was. */
export const hasNothingLeft = ({ code }: Pick<Failure, 'code'>): boolean =>
  withoutRest[code] === true

/**
 * Gives back what the provider gave for a connection that is closed, unless another connection lives on the same login;
 * a refusal is told. Throws what is worth another attempt.
 */
export const withdraw = async (
  deps: Deps,
  input: FlowAt,
  { provider, result }: { provider: string; result: LinkResult | null },
): Promise<FlowOutcome> => {
  const refused = result?.state === 'linked' && (await isRefused(deps, input, { provider, result }))
  const snapshot = await withTenant(deps.pool, input.tenantId, async (tx) => {
    await forgetFlow(tx, input.flowId)
    await linkFlows.stopLooking(tx, input.flowId)
    const told = { kind: 'revoke_failed', requestId: input.flowId } as const
    return record(tx, deps, { ...input, occurrences: [refused ? told : { kind: 'loaded' }] })
  })
  return { snapshot, linked: false, ended: true }
}

type Given = Extract<LinkResult, { state: 'linked' }>

const isRefused = async (
  deps: Deps,
  { tenantId, connectionId }: FlowAt,
  { provider, result }: { provider: string; result: Given },
): Promise<boolean> => {
  const { secrets, providerConnectionId } = result
  const held = await withTenant(deps.pool, tenantId, (tx) =>
    connections.listHeld(tx, { provider, connectionId }),
  )
  const isShared = held.some((other) => other.providerConnectionId === providerConnectionId)
  if (!secrets || isShared) return false
  const session = providerNamed(deps, provider).openSession(secrets, {
    signal: cancellationSignal(),
    // nobody else knows these secrets, and nobody needs them after this
    claimRotation: async () => secrets,
    onSecretsRotated: async () => {},
  })
  try {
    await withHeartbeat(() => session.revoke())
    return false
  } catch (error) {
    return !hasNothingLeft(settledFailure(error))
  }
}
