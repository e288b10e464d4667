/** Sends persons to the hosted page, and starts refreshes without one. */
import { z } from 'zod'
import { bankBehind as bankOfEntry } from '../banks/bank-behind.ts'
import type { Answer } from '../http.ts'
import { nextToken } from '../world.ts'
import { behaviourOf } from './behaviour.ts'
import { connectionJson, connectionOf } from './connections.ts'
import { customerOf } from './customers.ts'
import type { Exchange, Route } from './exchange.ts'
import { dataAnswer, forClient, Refusal } from './exchange.ts'
import { entryByCode } from './provider-codes.ts'
import { refreshQuietly, requireIdle, requireRefreshable } from './refresh.ts'
import {
  attemptShape,
  attemptWish,
  consentShape,
  consentWish,
  dataOf,
  pageShape,
} from './request-body.ts'
import type { Connection, ConsentWish, Visit } from './state.ts'

const visitLifeMs = 60 * 60 * 1000
const visitsMax = 5000

type Asked = Pick<Visit, 'kind' | 'customerId' | 'connectionId' | 'bankId' | 'consent' | 'attempt'>

const forgetOld = ({ state, world }: Exchange): void => {
  for (const visit of Object.values(state.visits))
    if (visit.expiresMs + visitLifeMs <= world.clock.now()) delete state.visits[visit.token]
  if (Object.keys(state.visits).length >= visitsMax)
    throw new Refusal('TooManyRequests', 'Too many pages are open.')
}

const open = (
  exchange: Exchange,
  asked: Asked,
  page: z.infer<typeof pageShape> & { categorization?: string | undefined; sandboxes?: boolean },
): Answer => {
  const { world, state, origin } = exchange
  forgetOld(exchange)
  const visit: Visit = {
    ...asked,
    token: nextToken(world),
    returnConnectionId: page.return_connection_id,
    returnErrorClass: page.return_error_class,
    automaticRefresh: page.automatic_refresh,
    categorization: page.categorization ?? 'none',
    includeSandboxes: page.sandboxes ?? false,
    ticked: [],
    expiresMs: world.clock.now() + visitLifeMs,
    isOver: false,
  }
  state.visits[visit.token] = visit
  world.changed()
  return dataAnswer({
    connect_url: `${origin}/connect?token=${visit.token}`,
    expires_at: new Date(visit.expiresMs).toISOString(),
    customer_id: visit.customerId,
  })
}

/** The bank that was chosen beforehand; null when the person chooses. */
const bankByCode = ({ world }: Exchange, code: string | undefined): string | null => {
  if (code === undefined) return null
  const entry = entryByCode(world, code)
  if (entry === undefined) throw new Refusal('ProviderNotFound', 'No such provider.')
  const bank = bankOfEntry(world, 'saltedge', entry.bankId)
  if (bank === null) throw new Refusal('ProviderNotFound', 'No such provider.')
  const { status } = behaviourOf(bank)
  if (status === 'disabled' || entry.status === 'withdrawn')
    throw new Refusal('ProviderDisabled', 'The provider is disabled.')
  if (status === 'inactive' || entry.status === 'maintenance')
    throw new Refusal('ProviderInactive', 'The provider is inactive.')
  return bank.id
}

const checkPeriod = ({ world }: Exchange, bankId: string | null, wish: ConsentWish): void => {
  const days = world.banks.get(bankId ?? '')?.script.consentDays
  if (days !== undefined && wish.periodDays !== null && wish.periodDays > days)
    throw new Refusal('InvalidAispConsentPeriod', `period_days must be at most ${days}.`)
  if (Date.parse(wish.fromDate) > world.clock.now())
    throw new Refusal('InvalidAispConsentFromDate', 'from_date lies in the future.')
}

const connectShape = pageShape.extend({
  customer_id: z.string(),
  customer_identifier: z.string().optional(),
  categorization: z.enum(['none', 'personal', 'business']).optional(),
  consent: consentShape,
  attempt: attemptShape.optional(),
  provider: z
    .object({
      code: z.string().optional(),
      include_sandboxes: z.boolean().optional(),
      modes: z.array(z.enum(['web', 'oauth', 'api'])).optional(),
    })
    .optional(),
})

const connect = (exchange: Exchange) => {
  const given = dataOf(exchange, connectShape)
  const { id } = customerOf(exchange, given.customer_id)
  const bankId = bankByCode(exchange, given.provider?.code)
  const consent = consentWish(given.consent)
  checkPeriod(exchange, bankId, consent)
  const asked: Asked = {
    kind: 'connect',
    customerId: id,
    connectionId: null,
    bankId,
    consent,
    attempt: attemptWish(given.attempt),
  }
  return open(exchange, asked, { ...given, sandboxes: given.provider?.include_sandboxes ?? false })
}

const named = (exchange: Exchange): Connection =>
  connectionOf(exchange, exchange.params['id'] ?? '')

const reconnectShape = pageShape.extend({
  consent: consentShape,
  attempt: attemptShape.optional(),
  categorization: z.enum(['none', 'personal', 'business']).optional(),
})

const reconnect = (exchange: Exchange) => {
  const { id, customerId, bankId } = named(exchange)
  const given = dataOf(exchange, reconnectShape)
  const consent = consentWish(given.consent)
  checkPeriod(exchange, bankId, consent)
  requireIdle(exchange.world, named(exchange))
  const attempt = attemptWish(given.attempt)
  const asked: Asked = { kind: 'reconnect', customerId, connectionId: id, bankId, consent, attempt }
  return open(exchange, asked, given)
}

const refreshShape = pageShape.extend({ attempt: attemptShape.optional() })

const refresh = (exchange: Exchange) => {
  const connection = named(exchange)
  const given = dataOf(exchange, refreshShape)
  const attempt = attemptWish(given.attempt)
  const { id, customerId, bankId } = connection
  if (given.show_widget === false) {
    refreshQuietly(exchange.world, connection, { wish: attempt, userPresent: true })
    return dataAnswer({ customer_id: customerId })
  }
  requireRefreshable(exchange.world, connection)
  const asked: Asked = {
    kind: 'refresh',
    customerId,
    connectionId: id,
    bankId,
    consent: null,
    attempt,
  }
  return open(exchange, asked, given)
}

const backgroundShape = z.object({ attempt: attemptShape.optional() })

const background = (exchange: Exchange) => {
  const connection = named(exchange)
  const { attempt } = dataOf(exchange, backgroundShape)
  refreshQuietly(exchange.world, connection, { wish: attemptWish(attempt), userPresent: false })
  return dataAnswer(connectionJson(exchange.world, connection))
}

export const connectRoutes: Route[] = [
  forClient(['POST', '/connections/connect', 'connect'], connect),
  forClient(['POST', '/connections/:id/reconnect', 'reconnect'], reconnect),
  forClient(['POST', '/connections/:id/refresh', 'refresh'], refresh),
  forClient(['POST', '/connections/:id/background_refresh', 'background-refresh'], background),
]
