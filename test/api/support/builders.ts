/** Rows that tests start from, made by the same functions as the product's. */
import { createHash, randomUUID } from 'node:crypto'
import * as accounts from '../../../db/queries/accounts.ts'
import * as connections from '../../../db/queries/connections.ts'
import * as listings from '../../../db/queries/institution-listings.ts'
import * as institutions from '../../../db/queries/institutions.ts'
import * as messages from '../../../db/queries/messages.ts'
import * as mfaChallenges from '../../../db/queries/mfa-challenges.ts'
import * as statementFiles from '../../../db/queries/statement-files.ts'
import * as statementImports from '../../../db/queries/statement-imports.ts'
import * as statementLines from '../../../db/queries/statement-lines.ts'
import * as syncRuns from '../../../db/queries/sync-runs.ts'
import { withTenant } from '../../../db/tenant.ts'
import type { Challenge } from '../../../domain/mfa.ts'
import type { ConnectionFacts } from '../../../domain/connection.ts'
import type { TestTenant, World } from './world.ts'

/** One institution that can be found and linked. */
export const storeInstitution = async (world: World): Promise<void> => {
  await institutions.upsertMany(world.pool, 'ponto', [
    {
      providerInstitutionId: 'happy-bank',
      name: 'Banque Générale',
      countries: ['BE'],
      beta: true,
      mfa: 'page',
      unattended: true,
      historyDays: 90,
      consentDays: 180,
      status: 'available',
    },
  ])
  await listings.regroup(world.pool)
}

/** A connection of the tenant, connected unless said otherwise. */
export const aConnection = async (
  world: World,
  { tenantId }: TestTenant = world.a,
  facts: Partial<ConnectionFacts> = {},
): Promise<string> => {
  const id = randomUUID()
  await withTenant(world.pool, tenantId, async (tx) => {
    await connections.create(tx, {
      id,
      provider: 'ponto',
      providerInstitutionId: 'happy-bank',
      institutionName: 'Banque Générale',
    })
    await connections.update(tx, id, { state: 'connected', ...facts })
  })
  return id
}

/** An account that a connection reaches, and the number of lines it holds. */
export const anAccount = async (
  world: World,
  connectionId: string,
  { tenant = world.a, lines = 0 }: { tenant?: TestTenant; lines?: number } = {},
): Promise<string> =>
  withTenant(world.pool, tenant.tenantId, async (tx) => {
    const providerAccountId = randomUUID()
    await accounts.discover(tx, { connectionId, generation: 0 }, [
      {
        providerAccountId,
        number: `BE${providerAccountId.slice(0, 8)}`,
        name: 'Current account',
        type: 'checking',
        currency: 'EUR',
        balances: [{ kind: 'booked', amount: '120.45', currency: 'EUR', asOf: '2026-11-20' }],
      },
    ])
    const reached = await accounts.listByConnection(tx, connectionId)
    const id = reached.find((account) => account.providerAccountId === providerAccountId)?.id ?? ''
    const runId = await aRunWithin(tx, connectionId)
    await statementLines.storePage(tx, {
      accountId: id,
      connectionId,
      generation: 0,
      syncRunId: runId,
      removedLineKeys: [],
      lines: Array.from({ length: lines }, (_none, index) => ({
        lineKey: `ponto:${index}`,
        amount: `-${index + 1}.50`,
        currency: 'EUR',
        bookedOn: '2026-11-19',
        text: `coffee ${index + 1}`,
        raw: '{}',
      })),
    })
    return id
  })

type Tx = Parameters<Parameters<typeof withTenant>[2]>[0]

const aRunWithin = async (tx: Tx, connectionId: string): Promise<string> => {
  const id = randomUUID()
  await syncRuns.accept(tx, { id, connectionId, cause: 'scheduled', reference: 'BS-TEST-TEST' })
  return id
}

/** A run of a connection. */
export const aRun = (
  world: World,
  connectionId: string,
  { tenantId }: TestTenant = world.a,
): Promise<string> => withTenant(world.pool, tenantId, (tx) => aRunWithin(tx, connectionId))

/** An import of a small file that was uploaded and that nobody has looked at yet. */
export const anImport = (world: World, { tenantId }: TestTenant = world.a): Promise<string> =>
  withTenant(world.pool, tenantId, async (tx) => {
    const [id, fileId] = [randomUUID(), randomUUID()]
    const bytes = Buffer.from('!Type:Bank')
    await statementFiles.begin(tx, { id: fileId, name: 'march.qif' })
    await statementFiles.appendPart({ tx, vault: world.deps.vault }, { fileId, number: 1, bytes })
    const sha256 = createHash('sha256').update(bytes).digest()
    await statementFiles.finish(tx, { id: fileId, sizeBytes: bytes.length, sha256 })
    await statementImports.create(tx, { id, fileId, options: {}, requestedBy: 'Anna' })
    return id
  })

/** A form with one code to type, open for an hour unless said otherwise; returns its id. */
export const aChallenge = (
  world: World,
  connectionId: string,
  { tenant = world.a, ...own }: { tenant?: TestTenant } & Partial<Challenge> = {},
): Promise<string> =>
  withTenant(world.pool, tenant.tenantId, async (tx) => {
    const challenge = {
      kind: 'fields',
      fields: [{ name: 'code', label: 'Code from the message', type: 'code', maxLength: 8 }],
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
      keep: 'kept',
      ...own,
    } as Challenge
    const syncRunId = await aRunWithin(tx, connectionId)
    const asked = { id: randomUUID(), connectionId, syncRunId, challenge, ref: 'refresh-1' }
    return mfaChallenges.open({ tx, vault: world.deps.vault }, asked)
  })

/** Posts one message of the robot. */
export const aMessage = (world: World, connectionId: string): Promise<void> =>
  withTenant(world.pool, world.a.tenantId, (tx) =>
    messages.post(tx, connectionId, [
      {
        dedupeKey: randomUUID(),
        kind: 'note',
        code: 'sync.done',
        params: { n: 3, accounts: 1 },
        author: { kind: 'robot' },
      },
    ]),
  )
