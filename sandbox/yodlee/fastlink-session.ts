/** One opening of FastLink: what it is for, and what the page shows next. */
import type { World } from '../world.ts'
import { nextId } from '../world.ts'
import { findConnection, siteOf } from './connections.ts'
import type { Exchange } from './exchange.ts'
import { Refusal } from './exchange.ts'
import { refresh } from './linking.ts'
import type { LoginForm } from './login-forms.ts'
import { questionOf } from './connection-json.ts'
import { siteById, siteToLink } from './sites.ts'
import type { Site } from './sites.ts'
import type { FastLinkSession, YodleeConnection } from './state.ts'
import { ownerOf } from './tokens.ts'

const lifeMs = 120 * 60 * 1000
const idleMs = 30 * 60 * 1000

/** FastLink's own form of an error. */
export class FastLinkError extends Error {
  readonly code: string
  readonly title: string

  constructor(code: string, title: string, message: string) {
    super(message)
    this.code = code
    this.title = title
  }
}

const invalid = (what: string) =>
  new FastLinkError('E701', 'INVALID_PARAMETER_OR_VALUE', `${what} is not valid.`)

/** What the application said: in the query, in a form, or in the form's `extraParams`. */
const saidIn = ({ query, body }: Exchange): URLSearchParams => {
  const said = new URLSearchParams([...query, ...new URLSearchParams(body)])
  for (const [name, value] of new URLSearchParams(said.get('extraParams') ?? ''))
    said.set(name, value)
  return said
}

const loginOf = (world: World, said: URLSearchParams): string => {
  try {
    const owner = ownerOf(world, (said.get('accessToken') ?? '').replace(/^Bearer\s+/i, ''))
    if (!owner.admin) return owner.loginName
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
  }
  throw new FastLinkError('E500', 'INVALID_TOKEN', 'The access token is not valid.')
}

const flowOf = (said: URLSearchParams): FastLinkSession['flow'] => {
  const flow = said.get('flow') ?? 'add'
  if (flow !== 'add' && flow !== 'edit' && flow !== 'refresh') throw invalid('flow')
  return flow
}

const numberIn = (said: URLSearchParams, name: string): number | null => {
  const text = said.get(name)
  if (text === null || text === '') return null
  if (!/^\d{1,15}$/.test(text)) throw invalid(name)
  return Number(text)
}

const demandSite = (world: World, providerId: number): void => {
  const site = siteById(world, providerId)
  if (site === null) throw invalid('providerId')
  if (site.status === 'Unsupported')
    throw new FastLinkError('E802', 'PROVIDER_NOT_ELIGIBLE', 'The site is not supported.')
}

/** Opens the page for the owner of the token; throws FastLinkError. */
export const openSession = (exchange: Exchange): FastLinkSession => {
  const { world } = exchange
  const said = saidIn(exchange)
  const loginName = loginOf(world, said)
  if (said.get('configName') !== world.yodlee.settings.configName)
    throw new FastLinkError('E601', 'INVALID_CONFIG_NAME', 'The configuration is not known.')
  const session: FastLinkSession = {
    id: nextId(world, 'fastlink'),
    loginName,
    flow: flowOf(said),
    providerId: numberIn(said, 'providerId'),
    connectionId: numberIn(said, 'providerAccountId'),
    begun: false,
    left: false,
    callback: said.get('callback'),
    openedMs: world.clock.now(),
    usedMs: world.clock.now(),
  }
  if (session.flow === 'add') session.connectionId = null
  else if (connectionIn(world, session) === null) throw invalid('providerAccountId')
  if (session.providerId !== null) demandSite(world, session.providerId)
  if (session.flow === 'refresh') beginRefresh(world, session)
  world.yodlee.sessions[session.id] = session
  world.changed()
  return session
}

const beginRefresh = (world: World, session: FastLinkSession): void => {
  const connection = connectionIn(world, session)
  session.begun = true
  // a refresh that waits for an answer is joined
  if (connection === null || connection.run !== null) return
  try {
    refresh(world, connection)
  } catch (error) {
    if (error instanceof Refusal)
      throw new FastLinkError('E803', 'PROVIDER_ACCOUNT_NOT_ELIGIBLE', error.message)
    throw error
  }
}

/** The connection that the page is about, if there is one yet. */
export const connectionIn = (
  world: World,
  { loginName, connectionId }: FastLinkSession,
): YodleeConnection | null =>
  connectionId === null ? null : findConnection(world, loginName, connectionId)

/** The site that the page is about, once it is chosen. */
export const siteIn = (world: World, session: FastLinkSession): Site | null => {
  const connection = connectionIn(world, session)
  if (connection !== null) return siteOf(world, connection)
  return session.providerId === null ? null : siteToLink(world, session.providerId)
}

/** The open session with this id; throws FastLinkError once it is over. */
export const sessionWith = (world: World, id: string): FastLinkSession => {
  const session = world.yodlee.sessions[id]
  const now = world.clock.now()
  const over =
    session === undefined || now - session.openedMs > lifeMs || now - session.usedMs > idleMs
  if (over) throw new FastLinkError('E500', 'SESSION_EXPIRED', 'The session is over.')
  session.usedMs = now
  return session
}

/** What came of it, as the page tells the application. */
interface Result {
  providerId: number
  providerName: string
  providerAccountId: number
  requestId: string
  status: string
  additionalStatus: string
}

/** What a person sees next. */
export type View =
  | { step: 'choose' }
  | { step: 'login'; site: Site }
  | { step: 'bank'; site: Site }
  | { step: 'question'; forms: LoginForm[] }
  | { step: 'wait' }
  | { step: 'done'; result: Result }
  | { step: 'left' }

const resultOf = (connection: YodleeConnection, site: Site | null): Result => ({
  providerId: connection.providerId,
  providerName: site?.name ?? '',
  providerAccountId: connection.id,
  requestId: connection.requestId,
  status: connection.status,
  additionalStatus: connection.additionalStatus,
})

/** What the page shows now. */
export const viewOf = (world: World, session: FastLinkSession): View => {
  if (session.left) return { step: 'left' }
  const site = siteIn(world, session)
  const connection = connectionIn(world, session)
  if (!session.begun || connection === null) {
    if (site === null) return { step: 'choose' }
    return { step: site.authType === 'OAUTH' ? 'bank' : 'login', site }
  }
  if (connection.run === null) return { step: 'done', result: resultOf(connection, site) }
  const forms = questionOf(world, connection)
  return forms.length === 0 ? { step: 'wait' } : { step: 'question', forms }
}
