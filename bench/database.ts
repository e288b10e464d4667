/** A PostgreSQL of its own that flushes to disk as in production, migrated, with a tenant and linked accounts. */
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { DatabasePool } from 'slonik'
import { migrate } from '../db/migrate.ts'
import { createDatabasePool } from '../db/pool.ts'
import * as accounts from '../db/queries/accounts.ts'
import * as connections from '../db/queries/connections.ts'
import * as syncRuns from '../db/queries/sync-runs.ts'
import { withTenant } from '../db/tenant.ts'
import { bootstrapTenant, type Tenant } from '../scripts/bootstrap.ts'
import { databaseAddress } from '../scripts/database-address.ts'
import { startPostgres } from '../scripts/postgres.ts'
import { makeDatabase } from '../scripts/stack-database.ts'

export interface BenchDatabase extends Tenant {
  adminUrl: string
  /** As the role `app`, which row-level security applies to. */
  appUrl: string
  pool: DatabasePool
  stop: () => Promise<void>
}

/** Starts the server and makes the tenant; `stop` ends and removes everything. */
export const startBenchDatabase = async (): Promise<BenchDatabase> => {
  const dir = await mkdtemp(path.join(tmpdir(), 'banksync-bench-'))
  const postgres = await startPostgres({ dir, durable: true })
  const remove = async () => {
    await postgres.stop()
    await rm(dir, { recursive: true, force: true })
    if (postgres.folder !== null) await rm(postgres.folder, { recursive: true, force: true })
  }
  try {
    const adminUrl = await makeDatabase(postgres.adminUrl)
    const password = randomBytes(24).toString('base64url')
    const appUrl = databaseAddress(adminUrl, { user: 'app', password })
    await migrate({ adminUrl, appUrl })
    const tenant = await bootstrapTenant(appUrl, 'Bench BV')
    const pool = await createDatabasePool(appUrl)
    const stop = async () => {
      await pool.end()
      await remove()
    }
    return { ...tenant, adminUrl, appUrl, pool, stop }
  } catch (error) {
    await remove()
    throw error
  }
}

export interface LinkedAccount {
  connectionId: string
  runId: string
  account: accounts.ChosenAccount
}

/** Makes a connection with one chosen account and a run that is about to read it. */
export const linkAccount = ({
  pool,
  tenantId,
}: Pick<BenchDatabase, 'pool' | 'tenantId'>): Promise<LinkedAccount> =>
  withTenant(pool, tenantId, async (tx) => {
    const connectionId = randomUUID()
    const runId = randomUUID()
    await connections.create(tx, {
      id: connectionId,
      provider: 'ponto',
      providerInstitutionId: 'bench-bank',
      institutionName: 'Bench Bank',
    })
    await accounts.discover(tx, { connectionId, generation: 0 }, [
      {
        providerAccountId: randomUUID(),
        name: 'Current account',
        type: 'current',
        currency: 'EUR',
        balances: [{ kind: 'booked', amount: '10.00', currency: 'EUR', asOf: '2026-11-01' }],
      },
    ])
    const reached = await accounts.listByConnection(tx, connectionId)
    const choices = reached.map(({ id }) => ({ accountId: id, chosen: true }))
    await accounts.choose(tx, connectionId, choices)
    const reference = 'BS-BENC-HBEN'
    await syncRuns.begin(tx, { id: runId, connectionId, cause: 'first', reference })
    const [account] = await accounts.listChosen(tx, connectionId, runId)
    if (account === undefined) throw new Error('no account was linked')
    return { connectionId, runId, account }
  })
