/** A running API with a real database, a real Temporal namespace and two tenants. */
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Client } from '@temporalio/client'
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker'
import type { DatabasePool } from 'slonik'
import { mintApiKey } from '../../../api/api-key.ts'
import { createApp } from '../../../api/app.ts'
import type { Deps } from '../../../api/deps.ts'
import { defaultLimits } from '../../../api/deps.ts'
import { createOpenStreams } from '../../../api/event-stream.ts'
import { createLog } from '../../../api/log.ts'
import type { Scope } from '../../../api/roles.ts'
import { createDatabasePool } from '../../../db/pool.ts'
import * as apiKeys from '../../../db/queries/api-keys.ts'
import type { NewTenant } from '../../../db/queries/tenants.ts'
import * as tenants from '../../../db/queries/tenants.ts'
import { withTenant } from '../../../db/tenant.ts'
import { createVault, parseKeyRing } from '../../../db/vault.ts'
import { createTestDatabase } from '../../support/database.ts'
import { createTestNamespace } from '../../support/temporal.ts'
import { fakeProvider } from './fake-provider.ts'
import { createActivities } from './stand-in-activities.ts'

Runtime.install({ logger: new DefaultLogger('ERROR') })

interface Sent {
  key?: string | null
  body?: unknown
  headers?: Record<string, string>
  redirect?: 'manual' | 'follow'
}

interface Answered<Body> {
  status: number
  headers: Headers
  body: Body
  text: string
}

export interface World {
  url: string
  pool: DatabasePool
  deps: Deps
  temporal: Client
  adminUrl: string
  /** Every line that the API logged. */
  logged: string[]
  /** Two tenants; `a` is meant where a key is left out. */
  a: TestTenant
  b: TestTenant
  call: <Body = Record<string, unknown>>(
    method: string,
    path: string,
    sent?: Sent,
  ) => Promise<Answered<Body>>
  makeTenant: (tenant?: Partial<NewTenant>) => Promise<TestTenant>
  makeKey: (tenantId: string | null, scope: Scope, expiresAt?: string) => Promise<string>
  close: () => Promise<void>
}

export interface TestTenant {
  tenantId: string
  clientId: string
  key: string
}

interface Options {
  /** No worker: nobody answers commands. */
  withoutWorker?: boolean
  deps?: Partial<Deps>
}

const text = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body))

/** Starts everything; `close` it in `afterAll`. */
export const createWorld = async ({
  withoutWorker = false,
  deps: own = {},
}: Options = {}): Promise<World> => {
  const database = await createTestDatabase()
  const namespace = await createTestNamespace()
  const pool = await createDatabasePool(database.appUrl)
  const vault = createVault(parseKeyRing(`k1:${randomBytes(32).toString('base64')}`))
  const worker = withoutWorker
    ? null
    : await startWorker(namespace, { activities: createActivities({ pool, vault }) })
  const logged: string[] = []
  const deps: Deps = {
    pool,
    vault,
    temporal: namespace.client,
    providers: new Map([[fakeProvider.id, fakeProvider]]),
    publicUrl: 'http://banksync.test',
    log: createLog('info', { write: (line) => void logged.push(line) }),
    validateResponses: true,
    limits: { ...defaultLimits, hookDeadlineMs: 5_000 },
    streams: createOpenStreams(2),
    isStopping: () => false,
    ...own,
  }
  const server = createServer(createApp(deps)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const makeKey: World['makeKey'] = async (tenantId, scope, expiresAt) => {
    const { id, key, keyHash } = mintApiKey()
    await apiKeys.create(pool, {
      id,
      tenantId,
      keyHash,
      scope,
      ...(expiresAt ? { expiresAt } : {}),
    })
    return key
  }
  const makeTenant: World['makeTenant'] = async (tenant = {}) => {
    const tenantId = randomUUID()
    const clientId = `client-${tenantId.slice(0, 8)}`
    await withTenant(pool, tenantId, (tx) =>
      tenants.create(tx, { name: 'Bakery', ...tenant, tenantId, clientId }),
    )
    return { tenantId, clientId, key: await makeKey(tenantId, 'erp') }
  }
  const a = await makeTenant()
  const b = await makeTenant()

  const call: World['call'] = (method, path, sent = {}) =>
    callOver(url, { method, path, key: a.key, ...sent })

  const close = async (): Promise<void> => {
    server.close()
    server.closeAllConnections()
    await worker?.stop()
    await pool.end()
    await namespace.close()
    await database.drop()
  }
  const { client: temporal } = namespace
  return {
    url,
    pool,
    deps,
    temporal,
    adminUrl: database.adminUrl,
    logged,
    a,
    b,
    call,
    makeTenant,
    makeKey,
    close,
  }
}

const callOver = async <Body>(
  url: string,
  {
    method,
    path,
    key,
    body,
    headers = {},
    redirect = 'follow',
  }: Sent & { method: string; path: string },
): Promise<Answered<Body>> => {
  const response = await fetch(`${url}${path}`, {
    method,
    redirect,
    headers: {
      ...(key ? { authorization: `Bearer ${key}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: text(body) }),
  })
  const answer = await response.text()
  const isJson = /json/.test(response.headers.get('content-type') ?? '')
  return {
    status: response.status,
    headers: response.headers,
    body: (isJson && answer !== '' ? JSON.parse(answer) : null) as Body,
    text: answer,
  }
}

const startWorker = async (
  { address, namespace }: { address: string; namespace: string },
  options: { activities: ReturnType<typeof createActivities> },
): Promise<{ stop: () => Promise<void> }> => {
  const connection = await NativeConnection.connect({ address })
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: 'connections',
    workflowsPath: fileURLToPath(new URL('./stand-in-workflows.ts', import.meta.url)),
    ...options,
  })
  const running = worker.run()
  return {
    stop: async () => {
      worker.shutdown()
      await running
      await connection.close()
    },
  }
}
