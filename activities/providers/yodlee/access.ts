/** The way to what belongs to one user, with a token minted for this session and kept in its memory only. */
import type { CallOptions } from '../provider.ts'
import { ProviderError } from '../provider.ts'
import type { Call, Read, Token, Yodlee } from './client.ts'
import { nothing } from './client.ts'

export interface Access {
  /** Makes a call with a valid token; a token refused once is minted anew and the call repeated once. */
  call: <T>(call: Call, read: Read<T>) => Promise<T>
  /** The token itself, for our own page only. */
  token: () => Promise<Token>
}

const failureWith = (error: unknown, reason: string): ProviderError | null =>
  error instanceof ProviderError && error.failure.reason === reason ? error : null

/** Opens the access of one user; nothing is called before the first call. */
export const openAccess = (yodlee: Yodlee, loginName: string, options: CallOptions): Access => {
  let minting: Promise<Token> | null = null

  const token = (): Promise<Token> => {
    minting ??= mintRegistered(yodlee, loginName, options).catch((error: unknown) => {
      minting = null
      throw error
    })
    return minting
  }

  const attempt = async <T>(call: Call, read: Read<T>, used: Token): Promise<T> =>
    yodlee.client.call({ ...call, accessToken: used.accessToken }, read, options)

  return {
    token,
    async call(call, read) {
      const used = await token()
      const held = minting
      try {
        return await attempt(call, read, used)
      } catch (error) {
        if (failureWith(error, 'access_token') === null) throw error
      }
      // a call beside this one may have minted meanwhile
      if (minting === held) minting = null
      try {
        return await attempt(call, read, await token())
      } catch (error) {
        throw refusedTwice(error)
      }
    },
  }
}

/** A token refused right after it was minted is no matter of its age. */
const refusedTwice = (error: unknown): unknown => {
  const refused = failureWith(error, 'access_token')
  if (refused === null) return error
  return new ProviderError({
    ...refused.failure,
    code: 'operator_misconfigured',
    scope: 'provider',
    reason: 'token_refused',
  })
}

/** Mints a token; where users must be registered first, the admin registers this one and it is minted once more. */
const mintRegistered = async (
  { client, config }: Yodlee,
  loginName: string,
  options: CallOptions,
): Promise<Token> => {
  try {
    return await client.mint(loginName, options)
  } catch (error) {
    if (failureWith(error, 'user_not_registered') === null) throw error
  }
  const { accessToken } = await client.mint(config.adminLogin, options)
  const json = { user: { loginName } }
  try {
    const call = { method: 'POST', path: '/user/register', json, accessToken } as const
    await client.call(call, nothing, options)
  } catch (error) {
    // an attempt beside this one was faster
    const code = error instanceof ProviderError ? error.failure.providerCode : undefined
    if (code !== 'Y811') throw error
  }
  return client.mint(loginName, options)
}
