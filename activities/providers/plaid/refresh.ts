/**
 * A refresh that a present person asked for. Plaid answers at once and tells nothing of it afterwards, so its end is seen
 * in the times of the last reading at the institution.
 */
import { z } from 'zod'
import type { Challenged, RefreshProgress, RefreshStart } from '../provider.ts'
import { ProviderError } from '../provider.ts'
import { failureIn, isRefusedWith } from './errors.ts'
import type { Reading } from './item.ts'
import { readItem } from './item.ts'
import type { ItemAnswer } from './schema.ts'
import { anyAnswer } from './schema.ts'

const timeoutMs = 120_000
/** A page lives half an hour; so does the wait for a person on it. */
const challengeMs = 1_800_000

/** The add-on is not bought, or the institution does not take part. */
const notOffered = [
  'PRODUCTS_NOT_SUPPORTED',
  'PRODUCT_NOT_ENABLED',
  'INVALID_PRODUCT',
  'UNAUTHORIZED_ROUTE_ACCESS',
]

/** What was known before the refresh, so that an older result is not taken for its own. */
const refSchema = z.object({
  succeededAt: z.string().max(100).nullable(),
  failedAt: z.string().max(100).nullable(),
  error: z.string().max(100).nullable(),
  /** Until when a person is waited for; absent where none is needed. */
  personUntil: z.iso.datetime().optional(),
})
type Ref = z.infer<typeof refSchema>

const refOf = ({ item, status }: ItemAnswer): Ref => ({
  succeededAt: status?.transactions?.last_successful_update ?? null,
  failedAt: status?.transactions?.last_failed_update ?? null,
  error: item.error?.error_code ?? null,
})

const challenged = (ref: Ref, expiresAt: string): Challenged => ({
  state: 'challenge',
  ref: JSON.stringify(ref),
  challenge: { kind: 'page', expiresAt },
})

/** Starts a refresh; `skipped` where it is not offered or one was asked for a moment ago. */
export const startRefresh = async (reading: Reading): Promise<RefreshStart> => {
  const answer = await readItem(reading)
  const before = refOf(answer)
  if (answer.item.update_type === 'user_present_required') {
    // such an institution is read only while the person is on its page
    const personUntil = new Date(Date.now() + challengeMs).toISOString()
    return challenged({ ...before, personUntil }, personUntil)
  }
  return (await asked(reading)) ?? { state: 'started', ref: JSON.stringify(before) }
}

const asked = async ({ client, options, accessToken }: Reading): Promise<RefreshStart | null> => {
  const call = { path: '/transactions/refresh', body: { access_token: accessToken }, timeoutMs }
  try {
    await client.post(call, anyAnswer, options)
    return null
  } catch (error) {
    if (isRefusedWith(error, ...notOffered)) return { state: 'skipped', reason: 'not_offered' }
    if (isRefusedWith(error, 'TRANSACTIONS_REFRESH_LIMIT')) {
      const { until } = error.failure
      return { state: 'skipped', reason: 'too_recent', ...(until ? { until } : {}) }
    }
    throw error
  }
}

const readRef = (text: string): Ref => {
  try {
    return refSchema.parse(JSON.parse(text))
  } catch {
    throw new ProviderError({ code: 'defect', scope: 'connection', reason: 'refresh_reference' })
  }
}

/** Looks whether the institution was read since. */
export const progressOf = async (reading: Reading, text: string): Promise<RefreshProgress> => {
  const before = readRef(text)
  const answer = await readItem(reading)
  const now = refOf(answer)
  if (now.succeededAt !== before.succeededAt) return { state: 'done' }
  const failure = failureIn(answer.item.error)
  // an error that was there before may be what the refresh is about to clear
  const isNews = now.error !== before.error || now.failedAt !== before.failedAt
  if (failure !== null && isNews) return { state: 'failed', failure }
  if (now.failedAt !== before.failedAt) return { state: 'failed', failure: notRead }
  return before.personUntil === undefined
    ? { state: 'running', ref: text }
    : awaitedOn(before, before.personUntil)
}

const notRead = {
  code: 'institution_unavailable',
  scope: 'connection',
  reason: 'refresh_failed',
} as const

const awaitedOn = (ref: Ref, personUntil: string): RefreshProgress =>
  Date.parse(personUntil) > Date.now()
    ? challenged(ref, personUntil)
    : {
        state: 'failed',
        failure: { code: 'mfa_required', scope: 'connection', reason: 'too_late' },
      }
