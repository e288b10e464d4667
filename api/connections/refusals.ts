import type { ConnectionView } from '../../db/queries/connection-views.ts'
import type { DetailKey } from '../../locales/render.ts'
import type { RefusedWhy } from '../../workflows/messages.ts'
import { Problem } from '../problem.ts'

const details: Record<Exclude<RefusedWhy, 'quota' | 'not_connected'>, DetailKey> = {
  disconnected: 'disconnected',
  consent: 'consent',
  credentials: 'credentials',
  account_choice: 'account_choice',
  blocked: 'connection_blocked',
}

/** What keeps a connection from being used that no link flow has finished yet: an open one, or none any more. */
export const notConnected = ({ openFlowId }: Pick<ConnectionView, 'openFlowId'>): Problem =>
  new Problem('conflict', openFlowId === null ? 'link_not_finished' : 'not_connected', {
    why: 'not_connected',
  })

interface Refused {
  why: RefusedWhy
  until: string | null
}

/** A refused synchronization as a problem: 429 with the exact next time for a quota, else 409 that says what to do first. */
export const toRefusal = (
  { why, until }: Refused,
  view: Pick<ConnectionView, 'openFlowId'>,
  nowMs: number,
): Problem => {
  if (why === 'not_connected') return notConnected(view)
  if (why !== 'quota') return new Problem('conflict', details[why], { why })
  if (until === null) return new Problem('quota-exceeded', 'quota', { why })
  return new Problem('quota-exceeded', 'quota', {
    why,
    until,
    params: { next: until },
    retryAfterSeconds: Math.max(1, Math.ceil((Date.parse(until) - nowMs) / 1_000)),
  })
}
