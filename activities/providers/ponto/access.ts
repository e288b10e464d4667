/** One valid access token per session: rotated under the caller's lease, stored before it is used. */
import type { z } from 'zod'
import type { Secret } from '../../../domain/secret.ts'
import type { SessionOptions } from '../provider.ts'
import { ProviderError } from '../provider.ts'
import type { Call, Ponto } from './client.ts'
import { isFresh, readSecrets, refreshTokens, toSecret } from './oauth.ts'
import type { PontoSecrets } from './schema.ts'

export interface Access {
  /** Makes a call with a valid token; a token refused once is rotated and the call repeated once. */
  call: <Schema extends z.ZodType>(
    call: Omit<Call, 'authorization'>,
    schema: Schema,
  ) => Promise<z.infer<Schema>>
  secrets: () => PontoSecrets
}

const hasReason = (error: unknown, reason: string): boolean =>
  error instanceof ProviderError && error.failure.reason === reason

/** Opens the access of a session. */
export const createAccess = (
  ponto: Ponto,
  secret: Secret<string>,
  options: SessionOptions,
): Access => {
  const rotation = createRotation(ponto, readSecrets(secret), options)

  const run = async <T>(call: (token: string) => Promise<T>): Promise<T> => {
    if (!isFresh(rotation.held())) await rotation.rotate()
    const used = rotation.held().accessToken
    try {
      return await call(used)
    } catch (error) {
      if (!hasReason(error, 'access_token')) throw error
    }
    // a call beside this one may have rotated meanwhile
    if (rotation.held().accessToken === used) await rotation.rotate()
    try {
      return await call(rotation.held().accessToken)
    } catch (error) {
      if (!(error instanceof ProviderError) || !hasReason(error, 'access_token')) throw error
      const { failure } = error
      throw new ProviderError({ ...failure, code: 'credentials_invalid', reason: 'token_refused' })
    }
  }

  return {
    secrets: rotation.held,
    call: (call, schema) =>
      run((bearer) => ponto.client.call({ ...call, authorization: { bearer } }, schema, options)),
  }
}

interface Rotation {
  held: () => PontoSecrets
  /** Brings a new access token; calls at the same time share one rotation. */
  rotate: () => Promise<void>
}

const createRotation = (ponto: Ponto, first: PontoSecrets, options: SessionOptions): Rotation => {
  let held = first
  let rotating: Promise<void> | null = null

  /** Another attempt may have rotated since: its token serves as well, and ours would kill it. */
  const adopts = (kept: PontoSecrets): boolean => {
    if (kept.accessToken === held.accessToken || !isFresh(kept)) return false
    held = kept
    return true
  }

  const claim = async (): Promise<PontoSecrets> => readSecrets(await options.claimRotation())
  const release = async (): Promise<void> => options.releaseRotation?.()

  /** Goes on with what is kept, refreshed where nobody else did; whatever happens, the claim has ended then. */
  const goOn = async (kept: PontoSecrets): Promise<void> => {
    if (adopts(kept)) return release()
    let rotated: PontoSecrets
    try {
      rotated = await refreshTokens({ ...ponto, options }, kept)
    } catch (error) {
      await release()
      throw error
    }
    await options.onSecretsRotated(toSecret(rotated))
    held = rotated
  }

  const rotateOnce = async (): Promise<void> => {
    const kept = await claim()
    try {
      await goOn(kept)
    } catch (error) {
      if (!hasReason(error, 'grant_lost')) throw error
      // a race of two refreshers looks the same as a dead grant: what is kept is read once more
      const newest = await claim()
      if (newest.refreshToken !== kept.refreshToken) return goOn(newest)
      await release()
      throw error
    }
  }

  return {
    held: () => held,
    rotate() {
      rotating ??= rotateOnce().finally(() => {
        rotating = null
      })
      return rotating
    },
  }
}
