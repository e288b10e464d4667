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

/** Whether a provider publishes its keys together, or answers for one `kid` at a time. */
type Publishing = 'together' | 'one_by_one'

/** Makes a cache; `now` is a clock in ms. A key is trusted for a day, then its publication is checked again. */
export const createKeyCache = (
  now: () => number = Date.now,
  publishing: Publishing = 'together',
): KeyCache => {
  let kept = new Map<string, { key: KeyObject; atMs: number }>()
  let looks: { kid: string; atMs: number }[] = []
  const looking = new Map<string, Promise<void>>()

  const known = (kid: string): KeyObject | undefined => {
    const found = kept.get(kid)
    return found !== undefined && now() - found.atMs < keptMs ? found.key : undefined
  }

  /** The same unknown key is asked for once in the window, and all of them a few times: anybody can invent a kid. */
  const mayLook = (kid: string): boolean => {
    looks = looks.filter(({ atMs }) => now() - atMs < lookWindowMs)
    const isCrowded = looks.length + looking.size >= looksMax
    return !isCrowded && !looks.some((one) => one.kid === kid)
  }

  const look = async (kid: string, fetchKeys: FetchKeys): Promise<void> => {
    const atMs = now()
    const published = [...keysOf(await fetchKeys())].map(
      ([id, key]) => [id, { key, atMs }] as const,
    )
    // an answer about one key says nothing of the others, except that the one asked for may have ended
    const others = publishing === 'together' ? [] : [...kept].filter(([id]) => id !== kid)
    kept = new Map([...others, ...published].slice(-keysMax))
    if (!kept.has(kid)) looks.push({ kid, atMs: now() })
  }

  return {
    async find(kid, fetchKeys) {
      const shared = publishing === 'together' ? '' : kid
      // what is being looked up for a neighbour may hold this key as well
      if (known(kid) === undefined) await looking.get(shared)?.catch(() => undefined)
      const key = known(kid)
      if (key !== undefined || (!looking.has(shared) && !mayLook(kid))) return key ?? null
      const mine = looking.get(shared) ?? look(kid, fetchKeys).finally(() => looking.delete(shared))
      looking.set(shared, mine)
      await mine
      return known(kid) ?? null
    },
  }
}
