/** Consents of open-banking sites: given, renewed, expired and revoked. */
import { z } from 'zod'
import { json } from '../http.ts'
import type { World } from '../world.ts'
import { breakConnection } from './aggregation.ts'
import { consentJson } from './consent-json.ts'
import type { Caller, Exchange, Route } from './exchange.ts'
import { bodyOf, forUser, idIn, idsOf, invalidValue, listed, Refusal } from './exchange.ts'
import { nextNumber } from './numbers.ts'
import { siteById } from './sites.ts'
import type { YodleeConsent } from './state.ts'

const dayMs = 86_400_000
const graceMs = 90 * dayMs
const scopeIds = [
  'ACCOUNT_DETAILS',
  'TRANSACTION_DETAILS',
  'STATEMENT_DETAILS',
  'CONTACT_DETAILS',
] as const

const lastsMs = (world: World, providerId: number): number =>
  (siteById(world, providerId)?.bank?.script.consentDays ?? 90) * dayMs

/** Makes a consent that the person has not given yet. */
export const openConsent = (
  world: World,
  { loginName, providerId }: { loginName: string; providerId: number },
): YodleeConsent => {
  const id = nextNumber(world)
  const now = world.clock.now()
  const consent: YodleeConsent = {
    id,
    loginName,
    providerId,
    connectionId: null,
    status: 'CONSENT_GENERATED',
    scopes: ['ACCOUNT_DETAILS', 'TRANSACTION_DETAILS'],
    startedAt: new Date(now).toISOString(),
    expiresAt: new Date(now + lastsMs(world, providerId)).toISOString(),
    renewedAt: null,
    revokedAt: null,
    code: null,
    chosen: null,
  }
  world.yodlee.consents[id] = consent
  world.changed()
  return consent
}

const expire = (world: World, consent: YodleeConsent): void => {
  consent.status = 'EXPIRED'
  const connection = world.yodlee.connections[String(consent.connectionId)]
  if (connection !== undefined) breakConnection(world, connection, 'CONSENT_EXPIRED')
}

/** Ends a consent by the clock; also after a restart. */
export const watchConsent = (world: World, consent: YodleeConsent): void => {
  const { expiresAt } = consent
  if (consent.status !== 'ACTIVE') return
  world.clock.at(Date.parse(expiresAt), () => {
    const current = world.yodlee.consents[consent.id] === consent && consent.expiresAt === expiresAt
    if (current && consent.status === 'ACTIVE') expire(world, consent)
    world.changed()
  })
}

/** Makes a consent valid from now on, for as long as the bank gives it. */
export const activateConsent = (world: World, consent: YodleeConsent): void => {
  const now = world.clock.now()
  const renewed = consent.status === 'ACTIVE' || consent.status === 'EXPIRED'
  if (renewed) consent.renewedAt = new Date(now).toISOString()
  else consent.startedAt = new Date(now).toISOString()
  consent.status = 'ACTIVE'
  consent.expiresAt = new Date(now + lastsMs(world, consent.providerId)).toISOString()
  watchConsent(world, consent)
  world.changed()
}

/** The consent of this user with this id; throws Y800. */
export const consentOf = (world: World, loginName: string, id: number): YodleeConsent => {
  const consent = world.yodlee.consents[id]
  if (consent?.loginName !== loginName) throw invalidValue('consentId')
  return consent
}

const authorizationUrlOf = ({ origin }: Exchange, { id }: YodleeConsent): string =>
  `${origin}/oauth/authorize?consentId=${String(id)}`

const create = (exchange: Exchange, { loginName }: Caller) => {
  const { world } = exchange
  const { providerId } = bodyOf(exchange, z.object({ providerId: z.number().int() }))
  const site = siteById(world, providerId)
  if (site === null) throw invalidValue('providerId')
  if (site.script.consent === null)
    throw new Refusal('Y823', 'Consents are not applicable to this provider')
  return json(200, { consent: [consentJson(world, openConsent(world, { loginName, providerId }))] })
}

const updateShape = z.object({ scopeId: z.array(z.enum(scopeIds)).min(1).optional() })

const update = (exchange: Exchange, { loginName }: Caller) => {
  const consent = consentOf(exchange.world, loginName, idIn(exchange, 'id'))
  const { scopeId } = bodyOf(exchange, updateShape)
  if (scopeId !== undefined) consent.scopes = scopeId
  if (consent.status === 'CONSENT_GENERATED') consent.status = 'CONSENT_ACCEPTED'
  exchange.world.changed()
  return showUrl(exchange, { loginName, admin: false })
}

const showUrl = (exchange: Exchange, { loginName }: Caller) => {
  const consent = consentOf(exchange.world, loginName, idIn(exchange, 'id'))
  const { id, providerId } = consent
  return json(200, {
    consent: [
      { consentId: id, providerId, authorizationUrl: authorizationUrlOf(exchange, consent) },
    ],
  })
}

const list = (exchange: Exchange, { loginName }: Caller) => {
  const { world } = exchange
  const connectionIds = idsOf(exchange, 'providerAccountIds')
  const consentIds = idsOf(exchange, 'consentIds')
  const found = Object.values(world.yodlee.consents)
    .filter((consent) => consent.loginName === loginName)
    .filter(({ connectionId }) => connectionIds?.includes(connectionId ?? 0) ?? true)
    .filter(({ id }) => consentIds?.includes(id) ?? true)
  return listed(
    'consent',
    found.map((consent) => consentJson(world, consent)),
  )
}

/** In the United Kingdom without the person until some time after the end, in Australia never. */
const renewsSilently = (
  world: World,
  { status, expiresAt, providerId }: YodleeConsent,
): boolean => {
  if (siteById(world, providerId)?.script.consent !== 'UK' || status === 'REVOKED') return false
  return world.clock.now() <= Date.parse(expiresAt) + graceMs
}

const renew = (exchange: Exchange, { loginName }: Caller) => {
  const { world } = exchange
  const consent = consentOf(world, loginName, idIn(exchange, 'id'))
  const { id, providerId } = consent
  const answer = { consentId: id, providerId }
  if (!renewsSilently(world, consent))
    return json(200, { ...answer, authorizationUrl: authorizationUrlOf(exchange, consent) })
  activateConsent(world, consent)
  mendConnection(world, consent)
  return json(200, answer)
}

/** A connection whose consent is valid again can be refreshed again. */
const mendConnection = (world: World, { connectionId }: YodleeConsent): void => {
  const connection = world.yodlee.connections[String(connectionId)]
  if (connection?.broken !== 'CONSENT_EXPIRED') return
  connection.broken = null
  const complete = connection.lastUpdatedAt !== null
  connection.status = complete ? 'SUCCESS' : 'FAILED'
  connection.additionalStatus = complete ? 'AVAILABLE_DATA_RETRIEVED' : 'DATA_RETRIEVAL_FAILED'
  world.changed()
}

export const consentRoutes: Route[] = [
  forUser(['POST', '/consents', 'consents'], create),
  forUser(['GET', '/consents', 'consents'], list),
  forUser(['GET', '/consents/:id', 'consent'], showUrl),
  forUser(['PUT', '/consents/:id', 'consent'], update),
  forUser(['PUT', '/consents/:id/renewal', 'consent-renewal'], renew),
]
