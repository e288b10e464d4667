import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { ProviderSession, SessionOptions } from '../../../activities/providers/provider.ts'
import { ProviderError } from '../../../activities/providers/provider.ts'
import { Secret } from '../../../domain/secret.ts'
import { callOptions } from '../support/caller.ts'
import type { Kept, Linked } from '../support/linked-ponto.ts'
import { openLinked } from '../support/linked-ponto.ts'

let linked: Linked
beforeAll(async () => {
  linked = await openLinked()
})
afterAll(() => linked.stop())
beforeEach(() => linked.sim('POST', '/__sim/reset'))

interface Content {
  refreshToken: string
  accessToken: string
  accessTokenExpiresAt: string
}

const contentOf = ({ secrets }: Kept): Content => JSON.parse(secrets.reveal())

const changed = (kept: Kept, change: Partial<Content>): Secret<string> =>
  new Secret(JSON.stringify({ ...contentOf(kept), ...change }))

const past = { accessTokenExpiresAt: '2020-01-01T00:00:00.000Z' }

/** A connection whose access token has ended. */
const linkedLongAgo = async (): Promise<Kept> => {
  const { kept } = await linked.link()
  kept.secrets = changed(kept, past)
  return kept
}

const openWith = (secrets: Secret<string>, more: Partial<SessionOptions>): ProviderSession =>
  linked.provider.openSession(secrets, {
    ...callOptions(),
    claimRotation: () => Promise.resolve(secrets),
    onSecretsRotated: () => Promise.resolve(),
    ...more,
  })

const failureOf = async (call: Promise<unknown>) => {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ProviderError)) throw new Error('not refused', { cause: error })
  return error.failure
}

const calls = async (endpoint: string): Promise<{ status: number }[]> => {
  const { requests } = await linked.sim('GET', '/__sim/requests')
  return requests.filter((request: { endpoint: string }) => request.endpoint === endpoint)
}

test('a token that is still good is used as it is', async () => {
  const { kept } = await linked.link()
  await linked.open(kept).status()
  expect(kept.rotations).toBe(0)
})

test('a token in its last minute is replaced before it is used', async () => {
  const { kept } = await linked.link()
  const soon = new Date(Date.now() + 59_000).toISOString()
  kept.secrets = changed(kept, { accessTokenExpiresAt: soon })
  await linked.open(kept).status()
  expect(kept.rotations).toBe(1)
})

test('calls at the same time share one rotation', async () => {
  const kept = await linkedLongAgo()
  const session = linked.open(kept)
  await Promise.all(Array.from({ length: 5 }, () => session.status()))
  expect(kept.rotations).toBe(1)
})

test('a new token is used only after it was stored', async () => {
  const kept = await linkedLongAgo()
  await linked.sim('DELETE', '/__sim/requests')
  const stored = new Error('the database is away')
  const session = openWith(kept.secrets, { onSecretsRotated: () => Promise.reject(stored) })
  await expect(session.status()).rejects.toBe(stored)
  expect(await calls('token')).toHaveLength(1)
  expect(await calls('accounts')).toHaveLength(0)
})

test('a token that another attempt rotated meanwhile is used, and rotates nothing', async () => {
  const kept = await linkedLongAgo()
  const old = kept.secrets
  await linked.open(kept).status()
  const rotated: unknown[] = []
  const session = openWith(old, {
    claimRotation: () => Promise.resolve(kept.secrets),
    onSecretsRotated: (secrets) => Promise.resolve(void rotated.push(secrets)),
  })
  expect((await session.status()).accounts.length).toBeGreaterThan(0)
  expect(rotated).toEqual([])
})

test('two sessions that race for one token both read, and the refresh token is used once', async () => {
  const kept = await linkedLongAgo()
  let lease = Promise.resolve()
  // the caller's lease: whoever claims waits for the one before, and reads what was stored
  const race = () => {
    let release = () => {}
    return openWith(kept.secrets, {
      async claimRotation() {
        const before = lease
        lease = new Promise((resolve) => (release = resolve))
        await before
        return kept.secrets
      },
      onSecretsRotated(secrets) {
        kept.secrets = secrets
        kept.rotations += 1
        release()
        return Promise.resolve()
      },
    })
  }
  const seen = await Promise.all([race().status(), race().status()])
  expect(seen[0]).toEqual(seen[1])
  expect(kept.rotations).toBe(1)
})

test('a dead refresh token is told as a lost grant after one more look at what is kept', async () => {
  const kept = await linkedLongAgo()
  kept.secrets = changed(kept, { refreshToken: 'dead' })
  let claims = 0
  const session = openWith(kept.secrets, {
    claimRotation: () => Promise.resolve(((claims += 1), kept.secrets)),
  })
  expect(await failureOf(session.status())).toMatchObject({
    code: 'credentials_invalid',
    scope: 'connection',
    reason: 'grant_lost',
    providerCode: 'invalid_grant',
  })
  expect(claims).toBe(2)
})

test('a refresh token that was replaced while we asked is taken from what is kept, once', async () => {
  const kept = await linkedLongAgo()
  const dead = changed(kept, { refreshToken: 'dead' })
  const stored: Secret<string>[] = []
  const answers = [dead, kept.secrets]
  const session = openWith(dead, {
    claimRotation: () => Promise.resolve(answers.shift()!),
    onSecretsRotated: (secrets) => Promise.resolve(void stored.push(secrets)),
  })
  await session.status()
  expect(stored).toHaveLength(1)
})

test('a second look that is refused leaves it to the one who holds the claim', async () => {
  const kept = await linkedLongAgo()
  const dead = changed(kept, { refreshToken: 'dead' })
  const refusal = new Error('another attempt rotates')
  let claims = 0
  const session = openWith(dead, {
    claimRotation: () => ((claims += 1) === 1 ? Promise.resolve(dead) : Promise.reject(refusal)),
  })
  await expect(session.status()).rejects.toBe(refusal)
})

test('a claim is given back whenever nothing was rotated, and never by one who was refused it', async () => {
  const kept = await linkedLongAgo()
  const dead = changed(kept, { refreshToken: 'dead' })
  let held = false
  const lease = (secrets: Secret<string>): Partial<SessionOptions> => ({
    claimRotation() {
      if (held) return Promise.reject(new Error('held'))
      held = true
      return Promise.resolve(secrets)
    },
    releaseRotation() {
      held = false
      return Promise.resolve()
    },
    onSecretsRotated(rotated) {
      kept.secrets = rotated
      held = false
      return Promise.resolve()
    },
  })
  const stale = kept.secrets
  await expect(openWith(dead, lease(dead)).status()).rejects.toThrow(ProviderError)
  expect(held).toBe(false)
  await linked.sim('POST', '/__sim/fail-next', { endpoint: 'token', status: 503 })
  await expect(openWith(stale, lease(stale)).status()).rejects.toThrow(ProviderError)
  expect(held).toBe(false)
  await openWith(stale, lease(stale)).status()
  await openWith(stale, lease(kept.secrets)).status()
  expect(held).toBe(false)
  held = true
  await expect(openWith(stale, lease(stale)).status()).rejects.toThrow('held')
  expect(held).toBe(true)
})

test('a token refused once is replaced and the call repeated', async () => {
  const { kept } = await linked.link()
  await linked.sim('POST', '/__sim/fail-next', {
    endpoint: 'accounts',
    status: 401,
    code: 'invalidAccessToken',
  })
  expect((await linked.open(kept).status()).accounts.length).toBeGreaterThan(0)
  expect(kept.rotations).toBe(1)
})

test('a token refused twice is not tried a third time', async () => {
  const { kept } = await linked.link()
  await linked.sim('DELETE', '/__sim/requests')
  const refused = { endpoint: 'accounts', status: 401, code: 'invalidAccessToken', times: 5 }
  await linked.sim('POST', '/__sim/fail-next', refused)
  expect(await failureOf(linked.open(kept).status())).toMatchObject({
    code: 'credentials_invalid',
    reason: 'token_refused',
  })
  expect(await calls('accounts')).toHaveLength(2)
  expect(kept.rotations).toBe(1)
})

test('wrong keys of the operator pause the provider, not the connection', async () => {
  const kept = await linkedLongAgo()
  const refused = { endpoint: 'token', status: 401, code: 'invalid_client' }
  await linked.sim('POST', '/__sim/fail-next', refused)
  expect(await failureOf(linked.open(kept).status())).toMatchObject({
    code: 'operator_misconfigured',
    scope: 'provider',
  })
})

test('secrets that cannot be read are a defect that shows nothing of them', async () => {
  const { promise, resolve } = Promise.withResolvers<unknown>()
  try {
    openWith(new Secret('token-123 is no JSON'), {})
    resolve(null)
  } catch (error) {
    resolve(error)
  }
  const error = await promise
  expect(error).toBeInstanceOf(ProviderError)
  expect(JSON.stringify([error, (error as Error).message, (error as Error).cause])).not.toContain(
    'token-123',
  )
})
