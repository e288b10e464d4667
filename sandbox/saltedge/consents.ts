/** Consents: how long and for what a connection may be read. */
import type { Exchange, Route } from './exchange.ts'
import { dataAnswer, forClient, pageOf, Refusal } from './exchange.ts'
import { behaviourOf, bankBehind } from './behaviour.ts'
import type { World } from '../world.ts'
import type { Connection, Consent, ConsentWish } from './state.ts'
import { nextWireId } from './state.ts'

const dayMs = 86_400_000
const usualPeriodDays = 90

const statusOf = ({ world }: { world: World }, { revokedAt, expiresAt }: Consent) => {
  if (revokedAt !== null) return 'revoked'
  return Date.parse(expiresAt) <= world.clock.now() ? 'expired' : 'active'
}

const consentJson = (exchange: Exchange, consent: Consent) => ({
  id: consent.id,
  connection_id: consent.connectionId,
  customer_id: consent.customerId,
  status: statusOf(exchange, consent),
  scopes: consent.scopes,
  from_date: consent.fromDate,
  to_date: consent.toDate,
  period_days: consent.periodDays,
  expires_at: consent.expiresAt,
  collected_by: 'saltedge',
  revoked_at: consent.revokedAt,
  revoke_reason: consent.revokeReason,
  created_at: consent.createdAt,
  updated_at: consent.revokedAt ?? consent.createdAt,
})

/** Gives a connection a new consent; the one before counts no longer. */
export const grantConsent = (world: World, connection: Connection, wish: ConsentWish): Consent => {
  const { saltedge: state, clock } = world
  const days = wish.periodDays ?? bankBehind(world, connection).script.consentDays
  const consent: Consent = {
    id: nextWireId(state, 'consent'),
    connectionId: connection.id,
    customerId: connection.customerId,
    scopes: wish.scopes,
    fromDate: wish.fromDate,
    toDate: wish.toDate,
    periodDays: days || usualPeriodDays,
    createdAt: clock.instant(),
    expiresAt: new Date(clock.now() + (days || usualPeriodDays) * dayMs).toISOString(),
    revokedAt: null,
    revokeReason: null,
  }
  state.consents[consent.id] = consent
  connection.consentId = consent.id
  return consent
}

/** Ends a consent now. */
export const revokeConsent = (world: World, connection: Connection, reason: string): void => {
  const consent = world.saltedge.consents[connection.consentId ?? '']
  if (consent === undefined || consent.revokedAt !== null) return
  consent.revokedAt = world.clock.instant()
  consent.revokeReason = reason
  world.changed()
}

/** Throws a refusal unless the connection's consent is alive. */
export const requireConsent = (world: World, connection: Connection): void => {
  const consent = world.saltedge.consents[connection.consentId ?? '']
  const prefix = behaviourOf(bankBehind(world, connection)).aispClasses ? 'Aisp' : ''
  if (consent === undefined) throw new Refusal(`${prefix}ConsentNotFound`, 'There is no consent.')
  const status = statusOf({ world }, consent)
  if (status === 'expired') throw new Refusal(`${prefix}ConsentExpired`, 'The consent has expired.')
  if (status === 'revoked') throw new Refusal(`${prefix}ConsentRevoked`, 'The consent was revoked.')
}

const consentOf = ({ state, params }: Exchange): Consent => {
  const consent = state.consents[params['id'] ?? '']
  if (consent === undefined) throw new Refusal('ConsentNotFound', 'No such consent.')
  return consent
}

const list = (exchange: Exchange) => {
  const { state, query } = exchange
  const [connectionId, customerId] = [query.get('connection_id'), query.get('customer_id')]
  if (connectionId === null && customerId === null)
    throw new Refusal('WrongRequestFormat', 'connection_id or customer_id must be given.')
  if (connectionId !== null && state.connections[connectionId] === undefined)
    throw new Refusal('ConnectionNotFound', 'No such connection.')
  const rows = Object.values(state.consents).filter((consent) =>
    connectionId === null
      ? consent.customerId === customerId
      : consent.connectionId === connectionId,
  )
  return pageOf(exchange, rows, (consent) => consentJson(exchange, consent))
}

const show = (exchange: Exchange) => dataAnswer(consentJson(exchange, consentOf(exchange)))

const revoke = (exchange: Exchange) => {
  const { world, state } = exchange
  const consent = consentOf(exchange)
  if (consent.revokedAt !== null)
    throw new Refusal('ConsentAlreadyRevoked', 'The consent was revoked before.')
  const connection = state.connections[consent.connectionId]
  if (connection !== undefined) revokeConsent(world, connection, 'client')
  return dataAnswer(consentJson(exchange, consent))
}

export const consentRoutes: Route[] = [
  forClient(['GET', '/consents', 'consents'], list),
  forClient(['GET', '/consents/:id', 'consent'], show),
  forClient(['PUT', '/consents/:id/revoke', 'revoke-consent'], revoke),
]
