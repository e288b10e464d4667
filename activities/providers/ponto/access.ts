/** One valid access token per session: rotated under the caller's lease, stored before it is used. */
import type { Secret } from '../../../domain/secret.ts'
import type { SessionOptions } from '../provider.ts'
import { ProviderError } from '../provider.ts'
import type { PontoClient } from './client.ts'
import type { PontoConfig } from './config.ts'
import type { PontoSecrets } from './schema.ts'
import { isFresh, readSecrets, refreshTokens, toSecret } from './oauth.ts'

export interface Access {
  /** Runs a call with a valid token; a token refused once is rotated and the call repeated once. */
  run: <T>(call: (token: string) => Promise<T>) => Promise<T>
  secrets: () => PontoSecrets
}

const isTokenRefused = (error: unknown): boolean =>
  error instanceof ProviderError && error.failure.reason === 'access_token'

const isGrantLost = (error: unknown): boolean =>
  error instanceof ProviderError && error.failure.reason === 'grant_lost'

/** Opens the access of a session. */
export const createAccess = (
  { client, config }: { client: PontoClient; config: PontoConfig },
  secret: Secret<string>,
  options: SessionOptions,
): Access => {
  let held = readSecrets(secret)
  let rotating: Promise<void> | null = null

  const adopt = async (before: PontoSecrets): Promise<void> => {
    const fresh = readSecrets(await options.claimRotation())
    // another attempt rotated meanwhile: its token serves as well
    if (fresh.refreshToken !== before.refreshToken && isFresh(fresh)) {
      held = fresh
      return
    }
    const rotated = await refreshTokens({ client, config, options }, fresh)
    await options.onSecretsRotated(toSecret(rotated))
    held = rotated
  }

  const rotateOnce = async (): Promise<void> => {
    const before = held
    try {
      await adopt(before)
    } catch (error) {
      if (!isGrantLost(error)) throw error
      // a race of two refreshers looks the same: the stored secret is read again, once
      const stored = readSecrets(await options.claimRotation())
      if (stored.refreshToken === before.refreshToken) throw error
      await adopt(before)
    }
  }

  const rotate = (): Promise<void> => {
    rotating ??= rotateOnce().finally(() => {
      rotating = null
    })
    return rotating
  }

  return {
    secrets: () => held,
    async run(call) {
      if (!isFresh(held)) await rotate()
      const used = held.accessToken
      try {
        return await call(used)
      } catch (error) {
        if (!isTokenRefused(error)) throw error
      }
      if (held.accessToken === used) await rotate()
      try {
        return await call(held.accessToken)
      } catch (error) {
        if (!isTokenRefused(error)) throw error
        throw new ProviderError({
          code: 'credentials_invalid',
          scope: 'connection',
          reason: 'token_refused_twice',
        })
      }
    },
  }
}
