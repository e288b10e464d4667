import type { DatabaseTransactionConnection } from 'slonik'
import * as linkFlows from '../db/queries/link-flows.ts'
import * as oneTimeSecrets from '../db/queries/one-time-secrets.ts'
import { withTenant } from '../db/tenant.ts'
import type { Snapshot } from '../domain/connection.ts'
import type { Occurrence } from '../domain/transitions/occurrence.ts'
import type { ConnectionAt, Deps } from './deps.ts'
import { record } from './record.ts'
import { newReference } from './reference.ts'

export interface Ending {
  state: 'failed' | 'exited' | 'expired'
  code?: string
  /** The institution of the connection that has this login already. */
  holder?: string
}

const flowSecrets = ['link_url', 'link_page', 'link_state', 'completion'] as const

/** Forgets what a flow is opened and finished with. */
export const forgetFlow = async (
  tx: DatabaseTransactionConnection,
  flowId: string,
): Promise<void> => {
  for (const purpose of flowSecrets) await oneTimeSecrets.forget(tx, purpose, flowId)
}

/**
 * Forgets what a page is opened with. What finishes it stays for its short time, so that a consent that is given there
 * later can be withdrawn.
 */
export const closePage = async (
  tx: DatabaseTransactionConnection,
  flowId: string,
): Promise<void> => {
  for (const purpose of ['link_url', 'link_page'] as const)
    await oneTimeSecrets.forget(tx, purpose, flowId)
}

/** Ends a link flow that led nowhere; nothing else of the connection changes. */
export const endFlow = (
  deps: Deps,
  input: ConnectionAt & { flowId: string },
  ending: Ending,
): Promise<Snapshot | null> =>
  withTenant(deps.pool, input.tenantId, (tx) => endFlowIn(tx, deps, { ...input, ending }))

/** The same in an SQL transaction that is open already. */
export const endFlowIn = async (
  tx: DatabaseTransactionConnection,
  deps: Deps,
  { ending, ...input }: ConnectionAt & { flowId: string; ending: Ending },
): Promise<Snapshot | null> => {
  const { flowId } = input
  const { state, code, holder } = ending
  const reference = newReference()
  const ended = await linkFlows.update(tx, flowId, {
    state,
    ...(code === undefined ? {} : { failureCode: code, reference }),
  })
  await forgetFlow(tx, flowId)
  const told: Occurrence =
    state === 'failed'
      ? { kind: 'flow_ended', flowId, how: state, code: code ?? 'defect', reference }
      : { kind: 'flow_ended', flowId, how: state, ...(holder === undefined ? {} : { holder }) }
  return record(tx, deps, { ...input, occurrences: [ended ? told : { kind: 'loaded' }] })
}

/** Records that a step of a link flow failed after its retries. Retry-safe: an ended flow stays as it ended. */
export const createFailFlow = (deps: Deps) =>
  function failFlow(
    input: ConnectionAt & { flowId: string; code: string },
  ): Promise<Snapshot | null> {
    return endFlow(deps, input, { state: 'failed', code: input.code })
  }

/** Ends the link flows whose time is over. Retry-safe: an ended flow is not open any more. */
export const createEndFlows = (deps: Deps) =>
  function endFlows(input: ConnectionAt): Promise<Snapshot | null> {
    return withTenant(deps.pool, input.tenantId, async (tx) => {
      const ended = await linkFlows.expireDue(tx, input.connectionId, input.atMs)
      const occurrences = ended.map(
        (flowId) => ({ kind: 'flow_ended', flowId, how: 'expired' }) as const,
      )
      return record(tx, deps, { ...input, occurrences: [...occurrences, { kind: 'loaded' }] })
    })
  }
