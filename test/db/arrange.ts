/** What tests of the database start from; builders show only what matters to the test. */
import { randomBytes, randomUUID } from 'node:crypto'
import type { DatabasePool, DatabaseTransactionConnection } from 'slonik'
import { createDatabasePool } from '../../db/pool.ts'
import * as accounts from '../../db/queries/accounts.ts'
import * as connections from '../../db/queries/connections.ts'
import * as lines from '../../db/queries/statement-lines.ts'
import * as syncRuns from '../../db/queries/sync-runs.ts'
import * as tenants from '../../db/queries/tenants.ts'
import { withTenant } from '../../db/tenant.ts'
import type { KeyRing } from '../../db/key-ring.ts'
import type { Vault } from '../../db/vault.ts'
import { createVault, parseKeyRing } from '../../db/vault.ts'
import type { ProviderAccount } from '../../domain/account.ts'
import type { Line } from '../../domain/statement-line.ts'
import type { TestDatabase } from '../support/database.ts'
import { createTestDatabase } from '../support/database.ts'

export interface Arranged extends TestDatabase {
  pool: DatabasePool
  vault: Vault
  ring: KeyRing
  end: () => Promise<void>
}

export const aKey = (): string => randomBytes(32).toString('base64')

/** A migrated database of its own, a pool as role `app`, and a vault. */
export const arrange = async (): Promise<Arranged> => {
  const database = await createTestDatabase()
  const pool = await createDatabasePool(database.appUrl)
  const ring = parseKeyRing(`k1:${aKey()}`)
  return {
    ...database,
    pool,
    vault: createVault(ring),
    ring,
    end: async () => {
      await pool.end()
      await database.drop()
    },
  }
}

export const aTenant = async (pool: DatabasePool): Promise<string> => {
  const tenantId = randomUUID()
  await withTenant(pool, tenantId, (tx) =>
    tenants.create(tx, { tenantId, name: 'Bakkerij Peeters', clientId: tenantId }),
  )
  return tenantId
}

export const aConnection = async (
  tx: DatabaseTransactionConnection,
  provider = 'ponto',
): Promise<string> => {
  const id = randomUUID()
  await connections.create(tx, {
    id,
    provider,
    providerInstitutionId: 'bank-1',
    institutionName: 'Bank One',
  })
  return id
}

export const aProviderAccount = (shown: Partial<ProviderAccount> = {}): ProviderAccount => ({
  providerAccountId: randomUUID(),
  name: 'Current account',
  type: 'current',
  currency: 'EUR',
  balances: [],
  ...shown,
})

export const aLine = (line: Partial<Line> = {}): Line => ({
  lineKey: `ponto:${randomUUID()}`,
  amount: '-12.50',
  currency: 'EUR',
  bookedOn: '2026-03-02',
  text: 'Coffee beans',
  raw: '{}',
  ...line,
})

/** A tenant with one linked connection that reaches one chosen account, and a run under way. */
export interface Linked {
  tenantId: string
  connectionId: string
  accountId: string
  providerAccountId: string
  syncRunId: string
  /** Runs work in a transaction of the tenant. */
  within: <T>(work: (tx: DatabaseTransactionConnection) => Promise<T>) => Promise<T>
  /** Stores a page of the account. */
  store: (shown: readonly Line[], removedLineKeys?: readonly string[]) => Promise<lines.Stored>
  feed: (afterSeq?: number) => Promise<lines.FeedEntry[]>
}

export const aLinkedAccount = async (pool: DatabasePool): Promise<Linked> => {
  const tenantId = await aTenant(pool)
  const syncRunId = randomUUID()
  const shown = aProviderAccount()
  const within: Linked['within'] = (work) => withTenant(pool, tenantId, work)
  const { connectionId, accountId } = await within(async (tx) => {
    const made = await aConnection(tx)
    await accounts.discover(tx, { connectionId: made, generation: 0 }, [shown])
    const [account] = await accounts.listByConnection(tx, made)
    if (!account) throw new Error('no account was discovered')
    await accounts.choose(tx, made, [{ accountId: account.id, chosen: true }])
    const reference = 'BS-0000-0000'
    await syncRuns.begin(tx, { id: syncRunId, connectionId: made, cause: 'first', reference })
    return { connectionId: made, accountId: account.id }
  })
  return {
    tenantId,
    connectionId,
    accountId,
    providerAccountId: shown.providerAccountId,
    syncRunId,
    within,
    store: (page, removedLineKeys = []) =>
      within((tx) =>
        lines.storePage(tx, {
          accountId,
          connectionId,
          generation: 0,
          syncRunId,
          lines: page,
          removedLineKeys,
        }),
      ),
    feed: (afterSeq = 0) =>
      within((tx) => lines.listFeed(tx, accountId, { afterSeq, limit: 1_000 })),
  }
}
