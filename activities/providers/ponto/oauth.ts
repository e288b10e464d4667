/** Tokens: PKCE, code exchange, refresh, the client's own token. */
import { createHash, randomBytes } from 'node:crypto'
import { Secret } from '../../../domain/secret.ts'
import type { CallOptions } from '../provider.ts'
import { ProviderError } from '../provider.ts'
import type { Ponto } from './client.ts'
import { invalidResponse } from '../call-failures.ts'
import type { PontoSecrets } from './schema.ts'
import { secretsSchema, tokens } from './schema.ts'

/** Access tokens are used until shortly before their end, so that none dies on its way. */
const marginMs = 60_000
const lifeMaxSeconds = 86_400

/** A verifier of 256 random bits. */
export const newVerifier = (): string => randomBytes(32).toString('base64url')

/** The S256 challenge of a verifier. */
export const challengeOf = (verifier: string): string =>
  createHash('sha256').update(verifier).digest('base64url')

export interface Asking extends Ponto {
  options: CallOptions
}

const mint = ({ client, options }: Asking, form: Record<string, string>) =>
  client.call(
    { method: 'POST', path: '/oauth2/token', authorization: 'basic', form },
    tokens,
    options,
  )

const endOf = (seconds: string): string =>
  new Date(Date.now() + Math.min(Number(seconds), lifeMaxSeconds) * 1_000).toISOString()

/** Exchanges the code a person brought back; the organization is not known yet. */
export const exchangeCode = async (
  asking: Asking,
  { code, verifier, returnUrl }: { code: string; verifier: string; returnUrl: string },
): Promise<Omit<PontoSecrets, 'organizationId'>> => {
  const answer = await mint(asking, {
    grant_type: 'authorization_code',
    code,
    client_id: asking.config.clientId,
    redirect_uri: returnUrl,
    code_verifier: verifier,
  })
  if (!answer.refresh_token) throw invalidResponse('no_refresh_token')
  return {
    v: 1,
    refreshToken: answer.refresh_token,
    accessToken: answer.access_token,
    accessTokenExpiresAt: endOf(answer.expires_in),
  }
}

/** Uses a refresh token; the answer replaces it, or leaves it where Ponto names no new one. */
export const refreshTokens = async (
  asking: Asking,
  secrets: PontoSecrets,
): Promise<PontoSecrets> => {
  const answer = await mint(asking, {
    grant_type: 'refresh_token',
    refresh_token: secrets.refreshToken,
    client_id: asking.config.clientId,
  })
  return {
    ...secrets,
    refreshToken: answer.refresh_token || secrets.refreshToken,
    accessToken: answer.access_token,
    accessTokenExpiresAt: endOf(answer.expires_in),
  }
}

/** A token of the client itself, for what does not belong to one organization. */
export const clientToken = async (asking: Asking): Promise<string> =>
  (await mint(asking, { grant_type: 'client_credentials' })).access_token

/** Reads kept secrets; what cannot be read is a defect, told without a word of their content. */
export const readSecrets = (secret: Secret<string>): PontoSecrets => {
  try {
    return secretsSchema.parse(JSON.parse(secret.reveal()))
  } catch {
    throw new ProviderError({
      code: 'defect',
      scope: 'connection',
      reason: 'secrets_not_readable',
    })
  }
}

/** Writes secrets as they are kept. */
export const toSecret = (secrets: PontoSecrets): Secret<string> =>
  new Secret(JSON.stringify(secrets))

/** Whether the access token can still be used for a call. */
export const isFresh = ({ accessTokenExpiresAt }: PontoSecrets): boolean =>
  Date.parse(accessTokenExpiresAt) - marginMs > Date.now()
