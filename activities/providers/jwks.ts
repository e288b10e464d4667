/** Public keys of a provider by `kid`, kept between webhooks; an unknown one is looked up again, but not all the time. */
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'

const keysMax = 50
const keptMs = 86_400_000
const lookWindowMs = 60_000
const looksMax = 6

export interface PublishedKey {
  kid: string
  use?: string | undefined
  jwk: JsonWebKey
}

type FetchKeys = () => Promise<PublishedKey[]>

export interface KeyCache {
  /** The signing key with this id; null when the provider does not publish it. Fails as `fetchKeys` does. */
  find: (kid: string, fetchKeys: FetchKeys) => Promise<KeyObject | null>
}

const signingKey = ({ use, jwk }: PublishedKey): KeyObject | null => {
  if (use !== 'sig') return null
  try {
    return createPublicKey({ key: jwk, format: 'jwk' })
  } catch {
    // one key of a kind that is not known here must not hide the others
    return null
  }
}

const keysOf = (published: readonly PublishedKey[]): Map<string, KeyObject> =>
  new Map(
    published.slice(0, keysMax).flatMap((entry) => {
      const key = signingKey(entry)
      return key === null ? [] : [[entry.kid, key] as const]
    }),
  )

/** Makes a cache; `now` is a clock in ms. A key is trusted for a day, then its publication is checked again. */
export const createKeyCache = (now: () => number = Date.now): KeyCache => {
  let keys = new Map<string, KeyObject>()
  let filledAtMs = Number.NEGATIVE_INFINITY
  let looks: { kid: string; atMs: number }[] = []
  let looking: Promise<void> | null = null

  const known = (kid: string): KeyObject | undefined =>
    now() - filledAtMs < keptMs ? keys.get(kid) : undefined

  /** The same unknown key is asked for once in the window, and all of them a few times: anybody can invent a kid. */
  const mayLook = (kid: string): boolean => {
    looks = looks.filter(({ atMs }) => now() - atMs < lookWindowMs)
    return looks.length < looksMax && !looks.some((look) => look.kid === kid)
  }

  const look = async (kid: string, fetchKeys: FetchKeys): Promise<void> => {
    keys = keysOf(await fetchKeys())
    filledAtMs = now()
    if (!keys.has(kid)) looks.push({ kid, atMs: now() })
  }

  return {
    async find(kid, fetchKeys) {
      // what is being looked up for a neighbour may hold this key as well
      if (looking !== null && known(kid) === undefined) await looking.catch(() => undefined)
      const key = known(kid)
      if (key !== undefined || !mayLook(kid)) return key ?? null
      looking ??= look(kid, fetchKeys).finally(() => {
        looking = null
      })
      await looking
      return keys.get(kid) ?? null
    },
  }
}
