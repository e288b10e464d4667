/** Repetitions of a command: one execution, one answer, for 24 hours. */
import * as idempotency from '../db/queries/idempotency.ts'
import { withTenant } from '../db/tenant.ts'
import type { Deps } from './deps.ts'
import { Problem } from './problem.ts'
import { idempotencyKey } from './request-key.ts'
import type { Call, Reply } from './route.ts'

const retrySoonSeconds = 2

/** The same text for the same content, whatever the order of its keys. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )

/**
 * Runs the work unless this key was answered before. Only success is kept: what was refused has done nothing and may
 * succeed later, and after a 5xx the same key carries on where the first attempt stopped.
 */
export const answerOnce = async (
  call: Call,
  { pool, vault }: Pick<Deps, 'pool' | 'vault'>,
  { operation, work }: { operation: string; work: () => Promise<Reply> },
): Promise<Reply> => {
  const own = idempotencyKey(call.request.get('idempotency-key'))
  if (own === null) return work()
  const { tenantId } = call.caller
  const key = `${operation} ${own}`
  const request = canonical({ params: call.params, body: call.body })
  const claim = await withTenant(pool, tenantId, (tx) =>
    idempotency.claim({ tx, vault }, { key, request }),
  )
  switch (claim.kind) {
    case 'in_progress':
      throw new Problem('idempotency-key-in-progress', 'in_progress', {
        retryAfterSeconds: retrySoonSeconds,
      })
    case 'other_request':
      throw new Problem('idempotency-key-reused', 'key_reused')
    case 'answered':
      return {
        status: claim.status,
        body: JSON.parse(claim.body) as unknown,
        headers: { 'Idempotency-Replayed': 'true' },
      }
    case 'claimed':
      break
  }
  try {
    const reply = await work()
    const { status, body, replay = body } = reply
    await withTenant(pool, tenantId, (tx) =>
      idempotency.complete({ tx, vault }, { key, status, body: JSON.stringify(replay ?? null) }),
    )
    return reply
  } catch (error) {
    // where this fails too, the claim frees itself after 30 seconds
    await withTenant(pool, tenantId, (tx) => idempotency.release(tx, key)).catch(() => undefined)
    throw error
  }
}
