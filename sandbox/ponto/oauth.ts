/** Tokens: authorization codes with PKCE, rotating refresh tokens, revocation. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Answer } from '../http.ts'
import { json } from '../http.ts'
import type { AccessToken, Grant, World } from '../world.ts'
import { nextId, nextToken } from '../world.ts'
import type { Exchange, Route } from './exchange.ts'
import { forAnyone } from './exchange.ts'

const dayMs = 86_400_000
const usedTokensKept = 50
const tokensBeforePurge = 10_000

class OAuthError extends Error {
  readonly status: number
  readonly error: string

  constructor(status: number, error: string, description: string) {
    super(description)
    this.status = status
    this.error = error
  }
}

const same = (one: string, other: string): boolean => {
  const [left, right] = [one, other].map((text) => createHash('sha256').update(text).digest())
  return left !== undefined && right !== undefined && timingSafeEqual(left, right)
}

const authenticateClient = ({ world, headers }: Exchange, form: URLSearchParams): void => {
  const [scheme = '', encoded = ''] = (headers.authorization ?? '').split(' ', 2)
  const pair = scheme.toLowerCase() === 'basic' ? Buffer.from(encoded, 'base64').toString() : ''
  const { clientId, clientSecret } = world.settings
  const named = form.get('client_id')
  if (!same(pair, `${clientId}:${clientSecret}`) || (named !== null && named !== clientId))
    throw new OAuthError(401, 'invalid_client', 'Client authentication failed.')
}

const purgeExpired = ({ accessTokens, clock }: World): void => {
  if (accessTokens.size < tokensBeforePurge) return
  for (const [token, { expiresMs }] of accessTokens)
    if (expiresMs <= clock.now()) accessTokens.delete(token)
}

const mintAccess = (world: World, owner: Pick<AccessToken, 'organizationId' | 'grantId'>) => {
  purgeExpired(world)
  const token = nextToken(world)
  const expiresMs = world.clock.now() + world.settings.accessTokenSeconds * 1000
  world.accessTokens.set(token, { ...owner, token, expiresMs })
  world.changed()
  return {
    access_token: token,
    expires_in: world.settings.accessTokenSeconds - 1,
    token_type: 'bearer',
  }
}

const rotate = (world: World, grant: Grant): Answer => {
  grant.usedTokens = [...grant.usedTokens.slice(1 - usedTokensKept), grant.refreshToken]
  grant.refreshToken = nextToken(world)
  grant.refreshExpiresMs = world.clock.now() + world.settings.refreshTokenDays * dayMs
  const { organizationId, id: grantId, scope, refreshToken } = grant
  const access = mintAccess(world, { organizationId, grantId })
  return json(200, { ...access, refresh_token: refreshToken, scope })
}

const exchangeCode = (world: World, form: URLSearchParams): Answer => {
  const code = world.codes.get(form.get('code') ?? '')
  if (code === undefined) throw new OAuthError(400, 'invalid_grant', 'The code is not valid.')
  world.codes.delete(code.code)
  const verifier = form.get('code_verifier') ?? ''
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  if (code.expiresMs <= world.clock.now())
    throw new OAuthError(400, 'invalid_grant', 'The code has expired.')
  if (form.get('redirect_uri') !== code.redirectUri)
    throw new OAuthError(400, 'invalid_grant', 'The redirect_uri is not that of the code.')
  if (challenge !== code.challenge)
    throw new OAuthError(400, 'invalid_grant', 'The code_verifier does not fit the challenge.')
  const { organizationId, scope } = code
  const grant: Grant = {
    id: nextId(world, 'grant'),
    organizationId,
    scope,
    refreshToken: nextToken(world),
    refreshExpiresMs: world.clock.now() + world.settings.refreshTokenDays * dayMs,
    usedTokens: [],
  }
  world.grants.set(grant.id, grant)
  const access = mintAccess(world, { organizationId, grantId: grant.id })
  return json(200, { ...access, refresh_token: grant.refreshToken, scope })
}

const revokeGrant = (world: World, grant: Grant): void => {
  world.grants.delete(grant.id)
  for (const [token, { grantId }] of world.accessTokens)
    if (grantId === grant.id) world.accessTokens.delete(token)
  world.changed()
}

const refresh = (world: World, form: URLSearchParams): Answer => {
  const token = form.get('refresh_token') ?? ''
  const grants = [...world.grants.values()]
  const grant = grants.find(({ refreshToken }) => refreshToken === token)
  if (grant !== undefined && grant.refreshExpiresMs > world.clock.now()) return rotate(world, grant)
  const reused = grants.find(({ usedTokens }) => usedTokens.includes(token))
  if (reused !== undefined && world.settings.refreshReuse === 'revoke') revokeGrant(world, reused)
  throw new OAuthError(400, 'invalid_grant', 'The refresh token is not valid any more.')
}

const mint = (world: World, form: URLSearchParams): Answer => {
  const kind = form.get('grant_type')
  if (kind === 'authorization_code') return exchangeCode(world, form)
  if (kind === 'refresh_token') return refresh(world, form)
  if (kind === 'client_credentials') {
    const access = mintAccess(world, { organizationId: null, grantId: null })
    return json(200, { ...access, scope: '' })
  }
  throw new OAuthError(400, 'unsupported_grant_type', 'This grant_type is not known.')
}

const revoke = (world: World, form: URLSearchParams): Answer => {
  const token = form.get('token') ?? ''
  const grant = [...world.grants.values()].find(({ refreshToken }) => refreshToken === token)
  if (grant !== undefined) revokeGrant(world, grant)
  world.accessTokens.delete(token)
  return json(200, {})
}

const asClient =
  (run: (world: World, form: URLSearchParams) => Answer) =>
  (exchange: Exchange): Answer => {
    const form = new URLSearchParams(exchange.body)
    try {
      authenticateClient(exchange, form)
      return run(exchange.world, form)
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error
      return json(error.status, { error: error.error, error_description: error.message })
    }
  }

export const oauthRoutes: Route[] = [
  forAnyone(['POST', '/ponto-connect/oauth2/token', 'token'], asClient(mint)),
  forAnyone(['POST', '/ponto-connect/oauth2/revoke', 'revoke'], asClient(revoke)),
]
