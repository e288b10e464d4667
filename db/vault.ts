/** The one place where values are encrypted: a data key per tenant, wrapped by a key ring outside the database. */
import { createHmac, hkdfSync, randomBytes } from 'node:crypto'
import type { DatabaseTransactionConnection } from 'slonik'
import { createKeyCache } from './key-cache.ts'
import type { CipherKey } from './cipher.ts'
import { decrypt, encrypt, keyIdOf } from './cipher.ts'
import type { KeyRing, RingKey } from './key-ring.ts'
import * as tenantKeys from './queries/tenant-keys.ts'
import { tenantOf } from './tenant.ts'

export { parseKeyRing } from './key-ring.ts'

/** The cell a sealed value belongs to; it opens nowhere else. */
interface Place {
  table: string
  row: string
  column: string
}

export interface Vault {
  /** Encrypts a text for one cell of the transaction's tenant. */
  seal(tx: DatabaseTransactionConnection, place: Place, plain: string): Promise<string>
  /** Opens what was sealed for the same cell; throws for any other. */
  open(tx: DatabaseTransactionConnection, place: Place, sealed: string): Promise<string>
  /** The same for bytes. */
  sealBytes(tx: DatabaseTransactionConnection, place: Place, plain: Uint8Array): Promise<string>
  openBytes(tx: DatabaseTransactionConnection, place: Place, sealed: string): Promise<Buffer>
  /** Keyed hash of a text, 32 bytes; each purpose has a key of its own. */
  hmac(purpose: string, text: string): Buffer
  /** The same under every key of the ring, the current one first: a stored hash may be older than the ring. */
  hmacs(purpose: string, text: string): Buffer[]
  /** Wraps the tenant's data keys with the current ring key, after which older ring keys may go. Returns how many. */
  rewrap(tx: DatabaseTransactionConnection): Promise<number>
}

const firstDataKeyId = 'd1'
const dataKeyBytes = 32

const contextOf = (tenantId: string, { table, row, column }: Place): string =>
  [tenantId, table, row, column].join('|')

const wrapContext = (tenantId: string, keyId: string): string =>
  contextOf(tenantId, { table: 'tenant_key', row: keyId, column: 'wrapped' })

const ringKeyFor = (ring: KeyRing, wrapped: string): RingKey => {
  const keyId = keyIdOf(wrapped)
  const found = ring.find((candidate) => candidate.keyId === keyId)
  if (!found)
    throw new Error(
      `A tenant's data key is wrapped with key "${keyId}", which VAULT_KEYS does not hold. Add that key behind the current one.`,
    )
  return found
}

const hmacKey = ({ key }: RingKey, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), `banksync hmac ${purpose}`, 32))

/** Makes the vault of a process from its key ring. */
export const createVault = (ring: KeyRing): Vault => {
  const cache = createKeyCache()
  const [current] = ring

  const loadKeys = async (tx: DatabaseTransactionConnection): Promise<CipherKey[]> => {
    const tenantId = tenantOf(tx)
    const rows = await tenantKeys.list(tx)
    const keys = rows.map(({ keyId, wrapped }) => ({
      keyId,
      key: decrypt(ringKeyFor(ring, wrapped), wrapped, wrapContext(tenantId, keyId)),
    }))
    if (keys.length > 0 && rows.every(({ isCommitted }) => isCommitted)) cache.keep(tenantId, keys)
    return keys
  }

  const currentKey = async (tx: DatabaseTransactionConnection): Promise<CipherKey> => {
    const tenantId = tenantOf(tx)
    const [known] = cache.find(tenantId) ?? (await loadKeys(tx))
    if (known) return known
    const wrapped = encrypt(
      current,
      randomBytes(dataKeyBytes),
      wrapContext(tenantId, firstDataKeyId),
    )
    await tenantKeys.add(tx, { keyId: firstDataKeyId, wrapped })
    // read back: another transaction may have been first
    const [made] = await loadKeys(tx)
    if (!made) throw new Error('The data key of a tenant could not be stored.')
    return made
  }

  const keyNamed = async (tx: DatabaseTransactionConnection, keyId: string): Promise<CipherKey> => {
    const isNamed = (key: CipherKey): boolean => key.keyId === keyId
    const key = cache.find(tenantOf(tx))?.find(isNamed) ?? (await loadKeys(tx)).find(isNamed)
    if (!key)
      throw new Error(`The data key "${keyId}" of a tenant is gone: its values stay closed.`)
    return key
  }

  const sealBytes: Vault['sealBytes'] = async (tx, place, plain) =>
    encrypt(await currentKey(tx), Buffer.from(plain), contextOf(tenantOf(tx), place))

  const openBytes: Vault['openBytes'] = async (tx, place, sealed) =>
    decrypt(await keyNamed(tx, keyIdOf(sealed)), sealed, contextOf(tenantOf(tx), place))

  return {
    sealBytes,
    openBytes,
    seal: (tx, place, plain) => sealBytes(tx, place, Buffer.from(plain, 'utf8')),
    open: async (tx, place, sealed) => (await openBytes(tx, place, sealed)).toString('utf8'),
    hmac: (purpose, text) => createHmac('sha256', hmacKey(current, purpose)).update(text).digest(),
    hmacs: (purpose, text) =>
      ring.map((key) => createHmac('sha256', hmacKey(key, purpose)).update(text).digest()),
    async rewrap(tx) {
      const tenantId = tenantOf(tx)
      const older = (await tenantKeys.list(tx)).filter(
        ({ wrapped }) => keyIdOf(wrapped) !== current.keyId,
      )
      for (const { keyId, wrapped } of older) {
        const context = wrapContext(tenantId, keyId)
        const key = decrypt(ringKeyFor(ring, wrapped), wrapped, context)
        await tenantKeys.rewrap(tx, { keyId, from: wrapped, to: encrypt(current, key, context) })
      }
      return older.length
    },
  }
}
