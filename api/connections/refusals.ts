import type { DetailKey } from '../../locales/render.ts'
import type { RefusedWhy } from '../../workflows/messages.ts'
import { Problem } from '../problem.ts'

const details: Record<Exclude<RefusedWhy, 'quota'>, DetailKey> = {
  not_connected: 'not_connected',
  disconnected: 'disconnected',
  consent: 'consent',
  credentials: 'credentials',
  account_choice: 'account_choice',
  blocked: 'connection_blocked',
}

/** A refused synchronization as a problem: 429 with the exact next time for a quota, else 409 that says what to do first. */
export const toRefusal = (why: RefusedWhy, until: string | null, nowMs: number): Problem => {
  if (why !== 'quota') return new Problem('conflict', details[why], { why })
  if (until === null) return new Problem('quota-exceeded', 'quota', { why })
  return new Problem('quota-exceeded', 'quota', {
    why,
    until,
    params: { next: until },
    retryAfterSeconds: Math.max(1, Math.ceil((Date.parse(until) - nowMs) / 1_000)),
  })
}
