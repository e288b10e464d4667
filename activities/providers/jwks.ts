/** Public keys of a provider by `kid`, kept between webhooks; an unknown one is looked up again, but not all the time. */
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'

const keysMax = 50
const refetchEveryMs = 60_000

export interface PublishedKey {
  kid: string
  use?: string | undefined
  jwk: JsonWebKey
}

export interface KeyCache {
  /** The signing key with this id; null when the provider does not publish it. */
  find: (kid: string, fetchKeys: () => Promise<PublishedKey[]>) => Promise<KeyObject | null>
}

/** Makes a cache; `now` is a clock in ms. */
export const createKeyCache = (now: () => number = Date.now): KeyCache => {
  let keys = new Map<string, KeyObject>()
  let fetchedAtMs = Number.NEGATIVE_INFINITY
  return {
    async find(kid, fetchKeys) {
      const known = keys.get(kid)
      if (known) return known
      if (now() - fetchedAtMs < refetchEveryMs) return null
      fetchedAtMs = now()
      const published = (await fetchKeys()).filter(({ use }) => use === undefined || use === 'sig')
      keys = new Map(
        published
          .slice(0, keysMax)
          .map(({ kid: id, jwk }) => [id, createPublicKey({ key: jwk, format: 'jwk' })]),
      )
      return keys.get(kid) ?? null
    },
  }
}
