/**
 * A refresh of one connection. Starting one is not idempotent at Salt Edge, so it always looks first: a refresh of the
 * same run, or one that runs already, is joined; after a lost answer a newer attempt is taken for the one asked for.
 */
import type { RefreshProgress, RefreshStart } from '../provider.ts'
import { ProviderError } from '../provider.ts'
import type { Asking } from './client.ts'
import { isNewer, isOpen, pacingOf, readConnection, standingOf } from './connection.ts'
import { refreshFailure } from './errors.ts'
import { rulesOf } from './institutions.ts'
import { fetchScopes, unduplication } from './page-request.ts'
import type { AttemptResource, ConnectionResource, SaltEdgeSecrets } from './schema.ts'
import { refreshStarted } from './schema.ts'

type Mode = 'attended' | 'unattended'

/** How long the page of a challenge may be asked for; at the institution nothing waits yet. */
const pageMs = 1_800_000

/** `after:` an attempt is the next one meant, `at:` it is the one; kept in workflow state between two looks. */
const refPattern = /^(after|at):([\w-]{0,100})$/

const refAfter = (attempt: AttemptResource | null | undefined): string =>
  `after:${attempt?.id ?? ''}`
const refAt = ({ id }: AttemptResource): string => `at:${id}`

const isMeant = (ref: string, { id }: AttemptResource): boolean => {
  const [, relation, base = ''] = refPattern.exec(ref) ?? []
  if (relation === undefined)
    throw new ProviderError({ code: 'defect', scope: 'connection', reason: 'refresh_reference' })
  return isNewer(id, base || null) || (relation === 'at' && id === base)
}

const challenge = (ref: string, untilMs: number): RefreshStart & RefreshProgress => ({
  state: 'challenge',
  ref,
  challenge: { kind: 'page', expiresAt: new Date(untilMs).toISOString() },
})

/** Why none is started now; null = one may be. */
const refused = (connection: ConnectionResource, mode: Mode): RefreshStart | null => {
  const { automaticFetch, nextRefreshPossibleAt } = pacingOf(connection)
  if (connection.status === 'disabled')
    throw new ProviderError({ code: 'connection_gone', scope: 'connection', reason: 'disabled' })
  if (!automaticFetch && mode === 'unattended')
    throw new ProviderError({
      code: 'unattended_not_allowed',
      scope: 'connection',
      reason: 'automatic_fetch',
    })
  if (nextRefreshPossibleAt !== null && Date.parse(nextRefreshPossibleAt) > Date.now())
    return { state: 'skipped', reason: 'too_recent', until: nextRefreshPossibleAt }
  if (automaticFetch) return null
  // the institution asks at every refresh, so a page is opened before anything is started
  return challenge(refAfter(connection.last_attempt), Date.now() + pageMs)
}

/** Starts or joins a refresh; `idempotencyKey` names the run in the attempt, so that a repetition finds its own. */
export const startRefresh = async (
  asking: Asking,
  secrets: SaltEdgeSecrets,
  { mode, idempotencyKey: run }: { mode: Mode; idempotencyKey: string },
): Promise<RefreshStart> => {
  const connection = await readConnection(asking, secrets.connectionId)
  const { last_attempt: last } = connection
  if (last && (last.custom_fields?.run === run || isOpen(last)))
    return { state: 'joined', ref: refAt(last) }
  return refused(connection, mode) ?? begin(asking, connection, { mode, run })
}

const begin = async (
  asking: Asking,
  connection: ConnectionResource,
  { mode, run }: { mode: Mode; run: string },
): Promise<RefreshStart> => {
  const { client, options } = asking
  const route = mode === 'attended' ? 'refresh' : 'background_refresh'
  const path = `/connections/${encodeURIComponent(connection.id)}/${route}`
  const attempt = {
    fetch_scopes: fetchScopes,
    custom_fields: { run },
    unduplication_strategy: unduplication,
  }
  // a person who waits is shown a page only where the institution asks for something
  const data = mode === 'attended' ? { attempt, show_widget: false } : { attempt }
  try {
    await client.call({ method: 'POST', path, data }, refreshStarted, options)
    return { state: 'started', ref: refAfter(connection.last_attempt) }
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error
    return afterRefusal(asking, connection, error)
  }
}

/** Answers after which nobody knows whether the refresh was started. */
const lost = ['provider_unavailable', 'transient', 'invalid_response']

const afterRefusal = async (
  asking: Asking,
  connection: ConnectionResource,
  error: ProviderError,
): Promise<RefreshStart> => {
  const { failure } = error
  if (failure.reason === 'already_processing')
    return { state: 'joined', ref: await refOfRunning(asking, connection) }
  if (lost.includes(failure.code)) {
    const { last_attempt: newest } = await readConnection(asking, connection.id)
    if (newest && isNewer(newest.id, connection.last_attempt?.id ?? null))
      return { state: 'joined', ref: refAt(newest) }
    throw error
  }
  const told = refreshFailure(failure, pacingOf(connection), Date.now())
  // the connection's own pace is no failure; a limit of ours as a client is one
  if (told.code === 'rate_limited' && told.scope === 'connection' && told.until !== undefined)
    return { state: 'skipped', reason: 'too_recent', until: told.until }
  throw new ProviderError(told, { cause: error })
}

/** An attempt is running that was not to be seen before. */
const refOfRunning = async (asking: Asking, before: ConnectionResource): Promise<string> => {
  const { last_attempt: last } = await readConnection(asking, before.id)
  return last && isOpen(last) ? refAt(last) : refAfter(before.last_attempt)
}

/** Looks how the refresh is doing, by the attempt that `ref` means and never by an older one. */
export const progressOf = async (
  asking: Asking,
  { connectionId }: SaltEdgeSecrets,
  ref: string,
): Promise<RefreshProgress> => {
  const connection = await readConnection(asking, connectionId)
  const { last_attempt: last } = connection
  if (!last || !isMeant(ref, last)) return { state: 'running', ref }
  const standing = standingOf(last, pacingOf(connection), Date.now())
  switch (standing.kind) {
    case 'running':
      return { state: 'running', ref: refAt(last) }
    case 'waiting': {
      const { answerMs } = await rulesOf(asking, connection.provider_code)
      return challenge(
        refAt(last),
        Date.parse(standing.since ?? '') + answerMs || Date.now() + answerMs,
      )
    }
    case 'done':
      return { state: 'done' }
    case 'failed':
      return { state: 'failed', failure: standing.failure }
  }
}
