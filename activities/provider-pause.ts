import * as pauses from '../db/queries/provider-pauses.ts'
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
  provider: string,
  reference: string,
): Promise<void> =>
  pauses.pause(pool, {
    provider,
    failureCode: 'operator_misconfigured',
    reference,
    probeInSeconds: probeEverySeconds,
  })

/** A call worked: the pause is over for everybody. */
export const liftPause = ({ pool }: Pick<Deps, 'pool'>, provider: string): Promise<void> =>
  pauses.lift(pool, provider)
