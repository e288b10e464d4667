/** Events of one webhook: noted together, and each connection they speak of is told once. */
import type { ProviderEvent } from '../../activities/providers/provider.ts'
import type { Route } from '../../db/queries/webhooks.ts'
import * as webhooks from '../../db/queries/webhooks.ts'
import { isUuid } from '../../domain/ids.ts'
import type { Deps } from '../deps.ts'
import { finishFlows, wakeConnection } from '../wake-connection.ts'

export interface Taken {
  woken: number
  repeated: number
  parked: number
}

/** So many workflows are told at the same time. */
const atOnce = 32

/** A refresh that is still going on brings nothing to read yet; whoever waits for it looks by itself. */
const nothingNew: readonly ProviderEvent['kind'][] = ['ignored', 'progress']

/**
 * Takes the events that are new. Where a connection could not be told in time, the events that speak of it are taken
 * back and the error is thrown: the provider's repetition goes on where this ended.
 */
export const takeEvents = async (
  deps: Deps,
  provider: string,
  events: readonly ProviderEvent[],
): Promise<Taken> => {
  const distinct = [...new Map(events.map((event) => [event.dedupeKey, event])).values()]
  const receipts = distinct.map((event) => ({ ...event, providerRef: refsOf(event)[0] ?? null }))
  const isNew = await webhooks.receiveMany(deps.pool, provider, receipts)
  const fresh = distinct.filter(({ dedupeKey }) => isNew.has(dedupeKey))
  const news = fresh.filter(({ kind }) => !nothingNew.includes(kind))
  const found = await routesOf(deps, provider, news)
  const nudges = nudgesOf(found)
  await tellAll(deps, provider, nudges)
  const parked = [...found.values()].filter((routes) => routes.length === 0).length
  return { woken: nudges.length, repeated: events.length - fresh.length, parked }
}

const refsOf = ({ providerConnectionId, providerAccountId, eventRef }: ProviderEvent): string[] =>
  [providerConnectionId, eventRef, providerAccountId].filter((ref) => ref !== undefined)

/** The customer of an event that names nobody else. */
const customerOf = (event: ProviderEvent): string[] =>
  refsOf(event).length === 0 && isUuid(event.customerRef) ? [event.customerRef] : []

/** Whom each event speaks of; one that names only the customer means all its connections at the provider. */
const routesOf = async (
  { pool }: Deps,
  provider: string,
  events: readonly ProviderEvent[],
): Promise<Map<ProviderEvent, Route[]>> => {
  const refs = events.flatMap(refsOf)
  const customers = events.flatMap(customerOf)
  const routes = [
    ...(refs.length === 0 ? [] : await webhooks.routes(pool, provider, refs)),
    ...(customers.length === 0 ? [] : await webhooks.routesByTenant(pool, provider, customers)),
  ]
  const byRef = Map.groupBy(routes, ({ ref }) => ref)
  const ofEvent = (event: ProviderEvent): Route[] =>
    [...refsOf(event), ...customerOf(event)].flatMap((ref) => byRef.get(ref) ?? [])
  return new Map(events.map((event) => [event, ofEvent(event)]))
}

/** What one connection is told, and the events that say so. */
interface Nudge {
  route: Route
  kind: ProviderEvent['kind']
  dedupeKeys: string[]
}

const nudgesOf = (found: ReadonlyMap<ProviderEvent, readonly Route[]>): Nudge[] => {
  const nudges = new Map<string, Nudge>()
  for (const [{ kind, dedupeKey }, routes] of found)
    for (const route of routes) {
      const nudge = nudges.get(route.connectionId) ?? { route, kind, dedupeKeys: [] }
      // the end of a link flow is looked at before anything else, and that look sees the rest
      if (kind === 'link_finished') nudge.kind = kind
      nudge.dedupeKeys.push(dedupeKey)
      nudges.set(route.connectionId, nudge)
    }
  return [...nudges.values()]
}

const tellAll = async (deps: Deps, provider: string, nudges: readonly Nudge[]): Promise<void> => {
  const untilMs = Date.now() + deps.limits.hookDeadlineMs
  const untold = new Set<string>()
  let failure: unknown
  const waiting = nudges.values()
  const tellNext = async (): Promise<void> => {
    for (const { route, kind, dedupeKeys } of waiting)
      try {
        if (kind === 'link_finished') await finishFlows(deps, route, untilMs)
        else await wakeConnection(deps, route.connectionId, { kind, untilMs })
      } catch (error) {
        failure ??= error
        for (const key of dedupeKeys) untold.add(key)
      }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, nudges.length) }, tellNext))
  if (untold.size === 0) return
  await webhooks.forget(deps.pool, provider, [...untold])
  throw failure
}
