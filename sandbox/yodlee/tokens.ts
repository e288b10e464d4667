/** Tokens of users and of the customer itself. */
import { json } from '../http.ts'
import type { World } from '../world.ts'
import { nextToken } from '../world.ts'
import type { Caller, Exchange, Route } from './exchange.ts'
import { forAnyone, instantOf, noContent, Refusal } from './exchange.ts'
import { registerUser } from './users.ts'

/** The login of the customer itself. */
const adminLogin = 'sandbox-admin'

const endsAfterMs = 2 * 60 * 1000
const loginNameShape = /^\S{3,150}$/

const oneOf = (value: string | string[] | undefined): string =>
  (Array.isArray(value) ? value[0] : value) ?? ''

const demandVersion = ({ headers }: Exchange): void => {
  if (oneOf(headers['api-version']) === '')
    throw new Refusal('Y016', 'Api-Version header is missing', 401)
}

const demandKeys = ({ world, body }: Exchange): void => {
  const form = new URLSearchParams(body)
  const [clientId, secret] = [form.get('clientId') ?? '', form.get('secret') ?? '']
  if (clientId === '' || secret === '') throw new Refusal('Y303', 'clientId or secret is missing')
  if (clientId !== world.settings.clientId || secret !== world.settings.clientSecret)
    throw new Refusal('Y301', 'Invalid clientId or secret')
}

const forgetExpired = (world: World): void => {
  const { tokens } = world.yodlee
  for (const { token, expiresMs } of Object.values(tokens))
    // a token that has only just expired is still told apart from one that never was
    if (expiresMs < world.clock.now() - 86_400_000) delete tokens[token]
}

const mint = (exchange: Exchange) => {
  const { world, headers } = exchange
  demandVersion(exchange)
  const loginName = oneOf(headers['loginname'])
  if (loginName === '') throw new Refusal('Y016', 'loginName header is missing', 401)
  demandKeys(exchange)
  const { users, settings, tokens } = world.yodlee
  const admin = loginName === adminLogin
  if (!admin && users[loginName] === undefined) {
    if (settings.preRegistration)
      throw new Refusal('Y305', 'The user must be registered before a token is created')
    if (!loginNameShape.test(loginName)) throw new Refusal('Y800', 'Invalid value for loginName')
    registerUser(world, loginName)
  }
  forgetExpired(world)
  const token = nextToken(world)
  const expiresMs = world.clock.now() + settings.tokenSeconds * 1000
  tokens[token] = { token, loginName, admin, expiresMs }
  world.changed()
  return json(201, {
    token: {
      accessToken: token,
      issuedAt: instantOf(world.clock.now()),
      expiresIn: settings.tokenSeconds,
    },
  })
}

const tokenIn = ({ headers }: Exchange): string => {
  const [scheme = '', token = ''] = (headers.authorization ?? '').split(' ', 2)
  return scheme.toLowerCase() === 'bearer' ? token : ''
}

/** Whose token this is; throws Y020 for an unknown and Y023 for an expired one. */
export const ownerOf = (world: World, token: string): Caller => {
  const found = world.yodlee.tokens[token]
  if (found === undefined) throw new Refusal('Y020', 'Invalid token in authorization header', 401)
  if (found.expiresMs <= world.clock.now()) throw new Refusal('Y023', 'Token has expired', 401)
  return { loginName: found.loginName, admin: found.admin }
}

/** Whose call this is; throws Y007, Y015, Y016, Y020 and Y023. */
export const authenticate = (exchange: Exchange, access: Route['access']): Caller => {
  if (access === 'anyone') return { loginName: '', admin: false }
  demandVersion(exchange)
  if (exchange.headers.authorization === undefined)
    throw new Refusal('Y007', 'Authorization header is missing', 401)
  const caller = ownerOf(exchange.world, tokenIn(exchange))
  if (access !== 'either' && caller.admin !== (access === 'admin'))
    throw new Refusal('Y015', 'Unauthorized user', 401)
  return caller
}

const end = (exchange: Exchange) => {
  const { world } = exchange
  demandVersion(exchange)
  ownerOf(world, tokenIn(exchange))
  const token = world.yodlee.tokens[tokenIn(exchange)]
  if (token !== undefined)
    token.expiresMs = Math.min(token.expiresMs, world.clock.now() + endsAfterMs)
  world.changed()
  return noContent()
}

export const tokenRoutes: Route[] = [
  forAnyone(['POST', '/auth/token', 'token'], mint),
  forAnyone(['DELETE', '/auth/token', 'token'], end),
]
