import type { DatabaseTransactionConnection } from 'slonik'
import * as pauses from '../db/queries/provider-pauses.ts'
import type { Failure, FailureCode } from '../domain/failure.ts'
import type { Deps } from './deps.ts'

const probeEverySeconds = 900

export type Pausing = { kind: 'clear' } | { kind: 'probing' } | { kind: 'paused'; until: string }

/** Whether a provider may be called: while it is paused for an operator's mistake, one call in 15 minutes probes it. */
export const pausingOf = async (
  { pool }: Pick<Deps, 'pool'>,
  provider: string,
): Promise<Pausing> => {
  const pause = await pauses.maybeOne(pool, provider)
  if (pause === null) return { kind: 'clear' }
  const isDue = Date.parse(pause.probeAt) <= Date.now()
  const claim = { provider, probeAt: pause.probeAt, nextInSeconds: probeEverySeconds }
  if (isDue && (await pauses.claimProbe(pool, claim))) return { kind: 'probing' }
  const again = isDue ? await pauses.maybeOne(pool, provider) : pause
  return again === null ? { kind: 'clear' } : { kind: 'paused', until: again.probeAt }
}

/** Stops all connections of a provider from calling it until a probe succeeds. */
export const pauseProvider = (
  { pool }: Pick<Deps, 'pool'>,
  cause: { provider: string; reference: string; failureCode: FailureCode },
): Promise<void> => pauses.pause(pool, { ...cause, probeInSeconds: probeEverySeconds })

const lostMax = 2
const lostWithinSeconds = 86_400
const doubtable: readonly FailureCode[] = ['connection_gone', 'credentials_invalid']

/**
 * Whether the loss of a connection is a mistake of ours: as many others were lost one after the other and none worked in
 * between, as with wrong keys or in the wrong environment, or such a pause is being probed.
 */
export const isOurMistake = async (
  tx: DatabaseTransactionConnection,
  provider: string,
  { code: failureCode }: Failure,
): Promise<boolean> => {
  if (!doubtable.includes(failureCode)) return false
  const pause = await pauses.maybeOne(tx, provider)
  if (pause?.failureCode === failureCode) return true
  const since = { provider, failureCode, withinSeconds: lostWithinSeconds }
  return (await pauses.lostInARow(tx, since)) >= lostMax
}

/** A call worked: the pause is over for everybody. */
export const liftPause = ({ pool }: Pick<Deps, 'pool'>, provider: string): Promise<void> =>
  pauses.lift(pool, provider)
