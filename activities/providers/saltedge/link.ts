/** Where a person links: Salt Edge's page, and what is found at Salt Edge afterwards. The browser is not believed. */
import { invalidResponse } from '../call-failures.ts'
import type { LinkRequest, LinkResult, Provider, StartedLink } from '../provider.ts'
import { ProviderError } from '../provider.ts'
import type { Asking } from './client.ts'
import { withQuery } from './client.ts'
import { isNewer, pacingOf, readConnection, standingOf } from './connection.ts'
import { customerIdOf } from './customer.ts'
import { instantOf } from './dates.ts'
import { isSame, readFlow, tagOf } from './flow.ts'
import { rulesOf } from './institutions.ts'
import { exitedWith, linkedAs, settled } from './linked.ts'
import { askForPage, attemptOf, consentOf, returned, unscheduled, widget } from './page-request.ts'
import { completeRenewal } from './renewal.ts'
import type { ConnectionResource, SaltEdgeFlow } from './schema.ts'
import { connectionList } from './schema.ts'

type LinkFlow = Extract<SaltEdgeFlow, { kind: 'link' }>
type Completing = Parameters<Provider['completeLink']>[0]

const pagesMax = 50
/** Their clock and ours may differ by so much. */
const skewMs = 120_000

/** Begins a link; without an institution the person chooses one on Salt Edge's page. */
export const beginConnect = async (asking: Asking, request: LinkRequest): Promise<StartedLink> => {
  const institution = request.providerInstitutionId ?? null
  const customerId = await customerIdOf(asking, request.customerRef)
  const rules = await rulesOf(asking, institution)
  const nowMs = Date.now()
  const tag = tagOf(request.state)
  const consent = consentOf(rules, nowMs)
  const provider = {
    ...(institution === null ? {} : { code: institution }),
    ...(asking.config.sandbox ? { include_sandboxes: true } : {}),
  }
  return askForPage(asking, {
    path: '/connections/connect',
    data: {
      customer_id: customerId,
      ...returned,
      ...unscheduled,
      consent,
      attempt: { ...attemptOf(request, tag), fetch_from_date: consent.from_date },
      widget: { ...widget, ...(institution === null ? {} : { skip_provider_selection: true }) },
      provider,
    },
    flow: {
      v: 1,
      kind: 'link',
      state: request.state,
      tag,
      customerId,
      institution,
      startedAt: new Date(nowMs).toISOString(),
    },
  })
}

/** Finishes a flow by what is found at Salt Edge, whatever the person came back with. */
export const completeFlow = async (asking: Asking, request: Completing): Promise<LinkResult> => {
  const flow = readFlow(request.flow)
  const { state, connection_id: named, error_class: refusal } = request.callback.reveal()
  if (state !== undefined && !isSame(state, flow.state)) return { state: 'expired' }
  if (flow.kind === 'renewal')
    return completeRenewal(asking, { flow, refusal, session: request.session })
  if (refusal === 'ConnectionDuplicated') return adoptTwin(asking, flow)
  // without the state that went out, an id may be somebody else's
  const connection =
    state !== undefined && named
      ? await namedConnection(asking, flow, named)
      : await foundConnection(asking, flow)
  if (connection === 'foreign') return { state: 'expired' }
  if (connection === null) return refusal ? exitedWith(refusal) : { state: 'pending' }
  return outcomeOf(asking, connection)
}

const outcomeOf = async (asking: Asking, connection: ConnectionResource): Promise<LinkResult> => {
  const { last_attempt: attempt, customer_id: customerId, id: connectionId } = connection
  if (!attempt) return { state: 'pending' }
  return settled(standingOf(attempt, pacingOf(connection), Date.now()), () =>
    linkedAs(asking, connection, { v: 1, customerId, connectionId }),
  )
}

const namedConnection = async (
  asking: Asking,
  { customerId }: LinkFlow,
  id: string,
): Promise<ConnectionResource | 'foreign'> => {
  try {
    const connection = await readConnection(asking, id)
    return connection.customer_id === customerId ? connection : 'foreign'
  } catch (error) {
    if (error instanceof ProviderError && error.failure.code === 'connection_gone') return 'foreign'
    throw error
  }
}

const listConnections = async (
  { client, options }: Asking,
  { customerId, institution }: LinkFlow,
): Promise<ConnectionResource[]> => {
  const connections: ConnectionResource[] = []
  let from: string | undefined
  for (let pages = 0; pages < pagesMax; pages += 1) {
    const path = withQuery('/connections', { customer_id: customerId, from_id: from })
    const { data, meta } = await client.call({ method: 'GET', path }, connectionList, options)
    connections.push(...data)
    if (!meta?.next_id)
      return connections.filter(
        ({ customer_id: owner, provider_code: code }) =>
          owner === customerId && (institution === null || code === institution),
      )
    from = meta.next_id
  }
  throw invalidResponse('connections_without_end')
}

/** The person came back without an id, or not at all: the attempt of this flow is looked for, else the newest one. */
const foundConnection = async (
  asking: Asking,
  flow: LinkFlow,
): Promise<ConnectionResource | null> => {
  const connections = await listConnections(asking, flow)
  const tagOfLast = ({ last_attempt: attempt }: ConnectionResource) => attempt?.custom_fields?.flow
  const own = connections.find((connection) => tagOfLast(connection) === flow.tag)
  if (own) return own
  const sinceMs = Date.parse(flow.startedAt) - skewMs
  const untold = connections
    .filter((connection) => !tagOfLast(connection))
    .filter(({ created_at: at }) => Date.parse(instantOf(at) ?? '') >= sinceMs)
    .toSorted((a, b) => (isNewer(a.id, b.id) ? -1 : 1))
  return untold[0] ?? null
}

/** The same login is linked already: its connection is adopted where there is no doubt which one it is. */
const adoptTwin = async (asking: Asking, flow: LinkFlow): Promise<LinkResult> => {
  const [twin, ...others] = await listConnections(asking, flow)
  if (!twin || others.length > 0 || flow.institution === null)
    return exitedWith('ConnectionDuplicated')
  return outcomeOf(asking, twin)
}
