/** One connection as Salt Edge shows it, and what its last attempt says. */
import type { Failure } from '../../../domain/failure.ts'
import { invalidResponse } from '../call-failures.ts'
import type { Asking } from './client.ts'
import { withQuery } from './client.ts'
import { instantOf } from './dates.ts'
import type { Pacing } from './errors.ts'
import { attemptFailure, unpaced } from './errors.ts'
import type {
  AccountResource,
  AttemptResource,
  ConnectionResource,
  ConsentResource,
} from './schema.ts'
import { accountList, consentList, oneConnection } from './schema.ts'

const pagesMax = 20

/** Reads one connection. */
export const readConnection = async (
  { client, options }: Asking,
  id: string,
): Promise<ConnectionResource> => {
  const path = `/connections/${encodeURIComponent(id)}`
  return (await client.call({ method: 'GET', path }, oneConnection, options)).data
}

/** Every account; the paging is followed to its end because a missing account means something. */
export const listAccounts = async (
  { client, options }: Asking,
  connectionId: string,
): Promise<AccountResource[]> => {
  const accounts: AccountResource[] = []
  let from: string | undefined
  for (let pages = 0; pages < pagesMax; pages += 1) {
    const path = withQuery('/accounts', { connection_id: connectionId, from_id: from })
    const { data, meta } = await client.call({ method: 'GET', path }, accountList, options)
    accounts.push(...data)
    if (!meta?.next_id) return accounts
    from = meta.next_id
  }
  throw invalidResponse('accounts_without_end')
}

/** The consent in force: the one that the connection names, else the one that ends last; null where there is none. */
export const readConsent = async (
  { client, options }: Asking,
  { id, last_consent_id: lastId }: ConnectionResource,
): Promise<ConsentResource | null> => {
  const path = withQuery('/consents', { connection_id: id })
  const { data } = await client.call({ method: 'GET', path }, consentList, options)
  const named = data.find((consent) => consent.id === lastId)
  if (named) return named
  const byEnd = data.toSorted((a, b) => ((a.expires_at ?? '9') < (b.expires_at ?? '9') ? -1 : 1))
  return byEnd.at(-1) ?? null
}

/** What decides about the next refresh. */
export const pacingOf = ({
  last_attempt: attempt,
  next_refresh_possible_at: next,
}: ConnectionResource): Pacing => ({
  nextRefreshPossibleAt: instantOf(next),
  automaticFetch: attempt?.automatic_fetch !== false,
  lastAttemptAt: instantOf(attempt?.created_at),
})

/** How an attempt stands: an outcome of its own, never an older one. */
export type Standing =
  | { kind: 'running' }
  | { kind: 'waiting'; since: string | null }
  | { kind: 'done'; at: string | null; isPartial: boolean }
  | { kind: 'failed'; failure: Failure }

/** Reads the outcome of an attempt; `connection.status` says nothing about it. */
export const standingOf = (attempt: AttemptResource, pacing: Pacing, nowMs: number): Standing => {
  const succeededAt = instantOf(attempt.success_at)
  const failedAt = instantOf(attempt.fail_at)
  if (failedAt !== null && failedAt >= (succeededAt ?? ''))
    return { kind: 'failed', failure: attemptFailure(attempt.fail_error_class, pacing, nowMs) }
  if (succeededAt !== null || attempt.finished === true)
    return { kind: 'done', at: succeededAt, isPartial: attempt.partial === true }
  const { last_stage: stage } = attempt
  return stage?.name === 'interactive'
    ? { kind: 'waiting', since: instantOf(stage.updated_at ?? stage.created_at) }
    : { kind: 'running' }
}

/** Whether an attempt has not come to an end. */
export const isOpen = (attempt: AttemptResource): boolean => {
  const { kind } = standingOf(attempt, unpaced, 0)
  return kind === 'running' || kind === 'waiting'
}

const digits = /^\d{1,40}$/

/** Whether an id was given out after another; ids are longer than a float is exact. */
export const isNewer = (id: string, than: string | null): boolean => {
  if (than === null) return true
  return digits.test(id) && digits.test(than) ? BigInt(id) > BigInt(than) : id !== than
}
