/** Keys that wrap the data keys of tenants; they live outside the database. */
export interface RingKey {
  keyId: string
  key: Buffer
}

/** The current key first, then older ones that can still open what they sealed. */
export type KeyRing = readonly [RingKey, ...RingKey[]]

const keyBytes = 32
const entryPattern = /^([a-z0-9]{1,20}):([A-Za-z0-9+/]+={0,2})$/

const isDemoKey = (key: Buffer): boolean => new Set(key).size < 8

const parseEntry = (entry: string, position: number): RingKey => {
  const [, keyId, encoded] = entryPattern.exec(entry) ?? []
  if (keyId === undefined || encoded === undefined)
    throw new Error(
      `Key ${position} of VAULT_KEYS is not written as name:base64, for example k1:<output of "openssl rand -base64 32">.`,
    )
  const key = Buffer.from(encoded, 'base64')
  if (key.length !== keyBytes)
    throw new Error(
      `Key "${keyId}" of VAULT_KEYS has ${key.length} bytes and needs ${keyBytes}. Make one with: openssl rand -base64 32`,
    )
  if (isDemoKey(key))
    throw new Error(
      `Key "${keyId}" of VAULT_KEYS is a placeholder, not a random key. Make one with: openssl rand -base64 32`,
    )
  return { keyId, key }
}

/** Reads `k2:<base64>,k1:<base64>`, the current key first; throws a sentence that never shows a key. */
export const parseKeyRing = (text: string): KeyRing => {
  const [first, ...older] = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map((entry, index) => parseEntry(entry, index + 1))
  if (!first)
    throw new Error(
      'VAULT_KEYS is empty. Make a key with: openssl rand -base64 32, and set k1:<it>.',
    )
  const ring: KeyRing = [first, ...older]
  if (new Set(ring.map(({ keyId }) => keyId)).size !== ring.length)
    throw new Error('VAULT_KEYS names two keys alike. Give each key its own name.')
  return ring
}
