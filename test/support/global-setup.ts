/** Starts once per test run what tests with servers share: PostgreSQL, Temporal and the workflow bundle. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { guard } from '../../scripts/outlive-guard.ts'
import { startPostgres } from '../../scripts/postgres.ts'
import { startTemporal } from '../../scripts/temporal-server.ts'
import { timeSkippingServer } from '../../scripts/time-skipping-server.ts'
import { writeWorkflowBundle } from '../../scripts/workflow-bundle.ts'
import { dropTestDatabases, makeTemplate } from './template-database.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Administrator's address of the server, at its database `postgres`. */
    adminUrl: string
    /** Name of the migrated database that test databases are cloned from. */
    templateDatabase: string
    /** Password of the role `app` on this server. */
    appPassword: string
    temporalAddress: string
    /** Path of the bundled workflow code. */
    workflowBundle: string
    /** Path of the time-skipping server's start script; null where it cannot be had. */
    timeSkippingServer: string | null
  }
}

type Stops = (() => Promise<unknown>)[]

const log = (line: string) => console.log(line)

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const dir = await mkdtemp(path.join(tmpdir(), 'banksync-test-'))
  const started: Stops = []
  const tearDown = async () => {
    await Promise.allSettled(started.map((stop) => stop()))
    await rm(dir, { recursive: true, force: true })
  }
  const bundle = path.join(dir, 'workflow-bundle.js')
  const parts = await Promise.allSettled([
    providePostgres(project, dir, started),
    provideTemporal(project, started),
    writeWorkflowBundle(bundle).then(() => project.provide('workflowBundle', bundle)),
    timeSkippingServer({ log }).then((file) => project.provide('timeSkippingServer', file)),
  ])
  const failed = parts.find((part) => part.status === 'rejected')
  if (failed !== undefined) {
    await tearDown()
    throw failed.reason
  }
  return tearDown
}

const providePostgres = async (
  project: TestProject,
  dir: string,
  started: Stops,
): Promise<void> => {
  const databaseUrl = process.env['DATABASE_URL']
  const postgres = await startPostgres({ dir, databaseUrl, durable: false, log })
  const { adminUrl } = postgres
  if (postgres.child !== null) guard(postgres.child, dir)
  const templateDatabase = `banksync_test_${randomBytes(4).toString('hex')}`
  started.push(async () => {
    // databases on a server of our own vanish with it
    if (postgres.child === null) await dropTestDatabases(adminUrl, templateDatabase)
    await postgres.stop()
  })
  // roles belong to the server, so two runs against one server have to agree on the password
  const appPassword = createHash('sha256')
    .update(`app ${adminUrl}`)
    .digest('base64url')
    .slice(0, 32)
  await makeTemplate({ adminUrl, templateDatabase, appPassword })
  project.provide('adminUrl', adminUrl)
  project.provide('templateDatabase', templateDatabase)
  project.provide('appPassword', appPassword)
}

const provideTemporal = async (project: TestProject, started: Stops): Promise<void> => {
  const temporal = await startTemporal({ address: process.env['TEMPORAL_ADDRESS'], log })
  if (temporal.child !== null) guard(temporal.child)
  started.push(() => temporal.stop())
  project.provide('temporalAddress', temporal.address)
}
