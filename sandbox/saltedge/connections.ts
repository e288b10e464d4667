/** Connections: shown, changed and removed. */
import { z } from 'zod'
import type { World } from '../world.ts'
import { attemptJson } from './attempt-json.ts'
import { isFinished, newestAttempt } from './attempts.ts'
import { bankBehind, behaviourOf } from './behaviour.ts'
import type { Exchange, Route } from './exchange.ts'
import { dataAnswer, forClient, pageOf, Refusal } from './exchange.ts'
import { codeOf } from './provider-codes.ts'
import { removeConnection } from './removal.ts'
import { dataOf } from './request-body.ts'
import type { Attempt, Connection } from './state.ts'

const minuteMs = 60_000

/** The connection with this id; throws a refusal when there is none. */
export const connectionOf = ({ state }: Exchange, id: string): Connection => {
  const connection = state.connections[id]
  if (connection === undefined) throw new Refusal('ConnectionNotFound', 'No such connection.')
  return connection
}

/** When the next refresh is taken; null when nothing stands against one now. */
export const refreshableAtMs = (world: World, connection: Connection): number | null => {
  const { succeededMs } = connection
  if (succeededMs === null) return null
  return succeededMs + behaviourOf(bankBehind(world, connection)).refreshTimeout * minuteMs
}

const nextRefreshAt = (world: World, connection: Connection): string | null => {
  const attempt = newestAttempt(world, connection)
  const { hidesNextRefresh } = behaviourOf(bankBehind(world, connection))
  const dueMs = refreshableAtMs(world, connection)
  if (hidesNextRefresh || dueMs === null || attempt?.successAt == null) return null
  return new Date(dueMs).toISOString()
}

const asksPerson = (errorClass: string): boolean => /Credentials|Consent|Access/.test(errorClass)

/** The newest attempt, or the one before it while the newest is not shown yet. */
const shownAttempt = (world: World, connection: Connection): Attempt | undefined => {
  const { attemptShownAfterMs } = behaviourOf(bankBehind(world, connection))
  const newest = newestAttempt(world, connection)
  const isYoung = newest !== undefined && newest.startedMs + attemptShownAfterMs > world.clock.now()
  const before = world.saltedge.attempts[connection.attemptIds.at(-2) ?? '']
  return isYoung ? (before ?? newest) : newest
}

const statusOf = (world: World, connection: Connection): string => {
  if (connection.disabled) return 'disabled'
  const ended = connection.attemptIds
    .flatMap((id) => world.saltedge.attempts[id] ?? [])
    .findLast(isFinished)
  if (ended === undefined) return 'active'
  if (ended.failClass !== null)
    return connection.succeededMs === null || asksPerson(ended.failClass) ? 'inactive' : 'active'
  return behaviourOf(bankBehind(world, connection)).inactiveAfterSuccess ? 'inactive' : 'active'
}

const nameAndCode = (world: World, connection: Connection) => {
  const { id, script } = bankBehind(world, connection)
  const country = script.country ?? 'BE'
  const entry = { bankId: id, name: script.name, country }
  return {
    provider_code: codeOf(world, entry),
    provider_name: script.name,
    country_code: country,
  }
}

/** A connection as Salt Edge shows it. */
export const connectionJson = (world: World, connection: Connection) => {
  const attempt = shownAttempt(world, connection)
  return {
    id: connection.id,
    customer_id: connection.customerId,
    customer_identifier: world.saltedge.customers[connection.customerId]?.identifier ?? '',
    ...nameAndCode(world, connection),
    status: statusOf(world, connection),
    categorization: connection.categorization,
    automatic_refresh: connection.automaticRefresh,
    next_refresh_possible_at: nextRefreshAt(world, connection),
    last_consent_id: connection.consentId,
    last_attempt: attempt === undefined ? null : attemptJson(attempt, connection),
    created_at: connection.createdAt,
    updated_at: connection.updatedAt,
  }
}

const holderInfo = (world: World, connection: Connection) => {
  const accounts = [...bankBehind(world, connection).accounts.values()]
  const names = [...new Set(accounts.map(({ holderName }) => holderName))]
  return { names, emails: [], phone_numbers: [], addresses: [], extra: {} }
}

const list = (exchange: Exchange) => {
  const { world, state, query } = exchange
  const customerId = query.get('customer_id')
  if (customerId === null) throw new Refusal('WrongRequestFormat', 'customer_id must be given.')
  if (state.customers[customerId] === undefined)
    throw new Refusal('CustomerNotFound', 'No such customer.')
  const rows = Object.values(state.connections).filter((each) => each.customerId === customerId)
  return pageOf(exchange, rows, (connection) => connectionJson(world, connection))
}

const show = (exchange: Exchange) => {
  const { world, query, params } = exchange
  const connection = connectionOf(exchange, params['id'] ?? '')
  const holder =
    query.get('include_holder_info') === 'true'
      ? { holder_info: holderInfo(world, connection) }
      : {}
  return dataAnswer({ ...connectionJson(world, connection), ...holder })
}

const changeShape = z.object({
  status: z.enum(['active', 'inactive', 'disabled']).optional(),
  automatic_refresh: z.boolean().optional(),
  store_credentials: z.boolean().optional(),
})

const change = (exchange: Exchange) => {
  const { world, params } = exchange
  const connection = connectionOf(exchange, params['id'] ?? '')
  const wish = dataOf(exchange, changeShape)
  connection.disabled = wish.status === undefined ? connection.disabled : wish.status === 'disabled'
  connection.automaticRefresh = wish.automatic_refresh ?? connection.automaticRefresh
  connection.storeCredentials = wish.store_credentials ?? connection.storeCredentials
  connection.updatedAt = world.clock.instant()
  world.changed()
  return dataAnswer(connectionJson(world, connection))
}

const remove = (exchange: Exchange) => {
  const connection = connectionOf(exchange, exchange.params['id'] ?? '')
  removeConnection(exchange.world, connection)
  return dataAnswer({ id: connection.id, removed: true })
}

export const connectionRoutes: Route[] = [
  forClient(['GET', '/connections', 'connections'], list),
  forClient(['GET', '/connections/:id', 'connection'], show),
  forClient(['PUT', '/connections/:id', 'connection'], change),
  forClient(['DELETE', '/connections/:id', 'remove'], remove),
]
