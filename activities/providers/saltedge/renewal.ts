/** The renewal of a connection, and the refresh that only a person can finish: both on a page of Salt Edge. */
import type { LinkResult, ProviderSession, StartedLink } from '../provider.ts'
import { ProviderError } from '../provider.ts'
import type { Asking } from './client.ts'
import { isNewer, isOpen, pacingOf, readConnection, standingOf } from './connection.ts'
import { refreshFailure } from './errors.ts'
import { tagOf } from './flow.ts'
import { rulesOf } from './institutions.ts'
import { exitedWith, linkedAs, settled } from './linked.ts'
import { askForPage, attemptOf, consentOf, returned, unscheduled, widget } from './page-request.ts'
import type { ConnectionResource, SaltEdgeFlow, SaltEdgeSecrets } from './schema.ts'

type RenewalFlow = Extract<SaltEdgeFlow, { kind: 'renewal' }>
type Renewing = Parameters<ProviderSession['beginRenewal']>[0]

/** Begins a renewal; the connection keeps its id, so its history stays. */
export const beginReconnect = async (
  asking: Asking,
  { connectionId }: SaltEdgeSecrets,
  request: Renewing,
): Promise<StartedLink> => {
  const connection = await readConnection(asking, connectionId)
  const { last_attempt: last } = connection
  const tag = tagOf(request.state)
  const attempt = attemptOf(request, tag)
  const flow: RenewalFlow = {
    v: 1,
    kind: 'renewal',
    state: request.state,
    tag,
    connectionId,
    attemptId: last?.id ?? null,
    isOpen: last ? isOpen(last) : false,
    consentId: connection.last_consent_id,
    isChallenge: request.reason === 'challenge',
  }
  const path = `/connections/${encodeURIComponent(connectionId)}`
  const reconnect = async () => {
    const consent = consentOf(await rulesOf(asking, connection.provider_code), Date.now())
    const data = { ...returned, ...unscheduled, consent, attempt, widget }
    return askForPage(asking, { path: `${path}/reconnect`, data, flow })
  }
  if (request.reason !== 'challenge') return reconnect()
  try {
    const data = { ...returned, attempt, widget }
    return await askForPage(asking, { path: `${path}/refresh`, data, flow })
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error
    // a consent that ended cannot be refreshed, only renewed
    if (error.failure.code === 'consent_expired') return reconnect()
    const failure = refreshFailure(error.failure, pacingOf(connection), Date.now())
    throw new ProviderError(failure, { cause: error })
  }
}

/** Whether the last attempt is the one that this flow's person brought to its end, as far as Salt Edge tells. */
const isOwn = ({ last_attempt: last }: ConnectionResource, flow: RenewalFlow): boolean => {
  if (!last) return false
  // a code that the person typed for a refresh under way renews nothing else
  if (last.id === flow.attemptId) return flow.isOpen && flow.isChallenge
  if (!isNewer(last.id, flow.attemptId)) return false
  const fields = last.custom_fields
  return flow.isChallenge || !fields || fields.flow === flow.tag
}

/**
 * A refresh may follow a renewal before anybody looks; the new consent tells of it then, unless it came with another
 * flow of the same connection.
 */
const hasNewConsent = (
  { last_attempt: last, last_consent_id: id }: ConnectionResource,
  flow: RenewalFlow,
): boolean => id !== null && id !== flow.consentId && isUntold(last?.custom_fields?.flow, flow)

const isUntold = (tag: unknown, flow: RenewalFlow): boolean =>
  tag === undefined || tag === null || tag === flow.tag

/** Whether the person renewed: by the attempt that the flow started, or by its consent. */
export const completeRenewal = async (
  asking: Asking,
  {
    flow,
    refusal,
    session,
  }: { flow: RenewalFlow; refusal: string | undefined; session: ProviderSession | null },
): Promise<LinkResult> => {
  if (session?.providerConnectionId !== flow.connectionId) return { state: 'expired' }
  const connection = await readConnection(asking, flow.connectionId)
  const { last_attempt: last } = connection
  if (last && (isOwn(connection, flow) || hasNewConsent(connection, flow)))
    return settled(standingOf(last, pacingOf(connection), Date.now()), () =>
      linkedAs(asking, connection, null),
    )
  return refusal ? exitedWith(refusal) : { state: 'pending' }
}
