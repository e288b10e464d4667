import type { DatabaseTransactionConnection } from 'slonik'
import * as connections from '../db/queries/connections.ts'
import * as events from '../db/queries/events.ts'
import * as linkFlows from '../db/queries/link-flows.ts'
import * as messages from '../db/queries/messages.ts'
import type { NewMessage } from '../domain/chatter.ts'
import type { ConnectionFacts, Snapshot } from '../domain/connection.ts'
import type { NewEvent } from '../domain/event.ts'
import { providerId } from '../domain/ids.ts'
import { snapshotOf } from '../domain/snapshot.ts'
import type { Occurrence } from '../domain/transitions/occurrence.ts'
import type { Transition } from '../domain/transitions/transition.ts'
import { transition } from '../domain/transitions/transition.ts'
import type { ConnectionAt, Deps } from './deps.ts'
import type { Provider } from './providers/provider.ts'

/** Locks the connection's row and reads its facts; null where there is no such connection. */
export const lockFacts = async (
  tx: DatabaseTransactionConnection,
  { providers }: Pick<Deps, 'providers'>,
  connectionId: string,
): Promise<ConnectionFacts | null> => {
  const facts = await connections.lockById(tx, connectionId)
  if (facts === null) return null
  const provider = providers.get(providerId(facts.provider))
  return { ...facts, providerName: provider?.name ?? facts.provider }
}

const changedFacts = (
  before: ConnectionFacts,
  after: ConnectionFacts,
): Partial<ConnectionFacts> => {
  const known = new Map<string, unknown>(Object.entries(before))
  return Object.fromEntries(
    Object.entries(after).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(known.get(name)),
    ),
  )
}

/** So that an ERP can mirror the chatter without asking for it all the time. */
const postedEvent = (connectionId: string, { dedupeKey, code, kind }: NewMessage): NewEvent => ({
  dedupeKey: `message:${connectionId}:${dedupeKey}`,
  type: 'message.posted',
  connectionId,
  content: { code, kind },
})

const write = async (
  tx: DatabaseTransactionConnection,
  before: ConnectionFacts,
  { after, closes, messages: posted, events: appended }: Transition,
): Promise<ConnectionFacts> => {
  // chosen accounts are counted and open challenges are rows of their own: neither is kept here
  const { chosenAccounts: _counted, challengeOpen: _seen, ...changed } = changedFacts(before, after)
  const isChanged = Object.keys(changed).length > 0
  if (isChanged) await connections.update(tx, before.id, changed)
  if (closes.length > 0) await messages.closeCauses(tx, before.id, closes)
  if (posted.length > 0) await messages.post(tx, before.id, posted)
  const told = [...appended, ...posted.map((message) => postedEvent(before.id, message))]
  // the counter of events is locked last and for the shortest time
  if (told.length > 0) await events.append(tx, told)
  return { ...after, version: before.version + (isChanged ? 1 : 0) }
}

/** Where the provider does not refresh by itself, a slot asks it to, as often as the bank allows. */
const isRefreshedByUs = (capabilities: Provider['capabilities'] | undefined): boolean =>
  capabilities !== undefined &&
  capabilities.refreshUnattendedPerDay > 0 &&
  !capabilities.refreshesItself

/**
 * Applies what happened to a connection in the caller's SQL transaction: state, plan, messages and events together.
 * Returns what the workflow goes on with; null where there is no such connection.
 */
export const record = async (
  tx: DatabaseTransactionConnection,
  deps: Pick<Deps, 'providers'>,
  at: ConnectionAt & { occurrences: readonly Occurrence[] },
): Promise<Snapshot | null> => {
  let facts = await lockFacts(tx, deps, at.connectionId)
  if (facts === null) return null
  const nowMs = Math.max(at.atMs, Date.now())
  const capabilities = deps.providers.get(providerId(facts.provider))?.capabilities
  const renewalDays = capabilities?.offer.renewalDays ?? null
  for (const occurrence of at.occurrences)
    facts = await write(tx, facts, transition(facts, occurrence, { nowMs, renewalDays }))
  const { endsAtMs, look } = await linkFlows.dues(tx, at.connectionId)
  return {
    ...snapshotOf(facts, endsAtMs, nowMs),
    ...(isRefreshedByUs(capabilities) ? { slotsRefresh: true } : {}),
    ...(look === null ? {} : { flowLook: look }),
  }
}
