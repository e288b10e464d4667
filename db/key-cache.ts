import type { CipherKey } from './cipher.ts'

const tenantsMax = 1_000
const keptMs = 300_000

export interface KeyCache {
  find(tenantId: string): CipherKey[] | undefined
  keep(tenantId: string, keys: CipherKey[]): void
}

/** Opened data keys in memory: of at most a thousand tenants, for five minutes, so that a deleted key is soon gone. */
export const createKeyCache = (): KeyCache => {
  const entries = new Map<string, { keys: CipherKey[]; until: number }>()
  return {
    find(tenantId) {
      const entry = entries.get(tenantId)
      if (entry && entry.until > Date.now()) return entry.keys
      entries.delete(tenantId)
      return undefined
    },
    keep(tenantId, keys) {
      entries.delete(tenantId)
      entries.set(tenantId, { keys, until: Date.now() + keptMs })
      const [oldest] = entries.keys()
      if (entries.size > tenantsMax && oldest !== undefined) entries.delete(oldest)
    },
  }
}
