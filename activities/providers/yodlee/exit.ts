import type { LinkCallback, LinkResult } from '../provider.ts'
import type { Outcome } from './attempt.ts'
import { failureOf } from './errors.ts'

/** What the widget said when it was closed or refused to work, as a result; null while it said nothing of that kind. */
const exitOf = (callback: LinkCallback): LinkResult | null => {
  const code = callback['code'] ?? callback['error']
  if (code !== undefined && /^E\d{3}$/.test(code))
    return { state: 'exited', failure: failureOf({ where: 'widget', code, nowMs: Date.now() }) }
  const hasLeft = code !== undefined || callback['action'] === 'exit'
  return hasLeft ? { state: 'exited' } : null
}

/**
 * The result of a flow that has not succeeded, by its attempt (null = there is none yet) and by what came back with the
 * person. Null where the attempt brought accounts.
 */
export const unfinished = (outcome: Outcome | null, callback: LinkCallback): LinkResult | null => {
  if (outcome?.kind === 'whole' || outcome?.kind === 'partial') return null
  if (outcome?.kind !== 'failed') return exitOf(callback) ?? { state: 'pending' }
  const { failure } = outcome
  // before the person is back, the widget may still be offering another try
  return Object.keys(callback).length === 0 ? { state: 'pending' } : { state: 'exited', failure }
}
