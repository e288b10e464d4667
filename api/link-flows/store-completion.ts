import type { DatabaseTransactionConnection } from 'slonik'
import { z } from 'zod'
import type { LinkFlow } from '../../db/queries/link-flows.ts'
import * as oneTimeSecrets from '../../db/queries/one-time-secrets.ts'
import type { Deps } from '../deps.ts'

const completionTtlSeconds = 900
const parametersMax = 30

/** What a provider's page hands to the browser: names and values, never looked at here. */
export const completionParameters = z
  .record(z.string().min(1).max(100), z.string().max(4_000))
  .refine(
    (parameters) => Object.keys(parameters).length <= parametersMax,
    `at most ${parametersMax}`,
  )

/** Tells whether a flow still takes what the person brings back; an exited one only to withdraw a consent given late. */
export const takesCompletion = ({ state }: LinkFlow): boolean =>
  state === 'requested' || state === 'waiting' || state === 'exited'

/** Keeps the parameters encrypted until the workflow completes the flow with them. */
export const storeCompletion = (
  tx: DatabaseTransactionConnection,
  { vault }: Pick<Deps, 'vault'>,
  completion: { flowId: string; parameters: Record<string, string> },
): Promise<void> =>
  oneTimeSecrets.store(
    { tx, vault },
    {
      purpose: 'completion',
      id: completion.flowId,
      value: JSON.stringify(completion.parameters),
      ttlSeconds: completionTtlSeconds,
    },
  )
