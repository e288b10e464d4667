/** Reading and commanding over HTTP, against a bare Express and pg that sends the same SQL and answers the same JSON. */
import { deepStrictEqual } from 'node:assert'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startApi } from '../api/server.ts'
import { readConfig } from '../config.ts'
import * as tenants from '../db/queries/tenants.ts'
import * as lines from '../db/queries/statement-lines.ts'
import { withTenant } from '../db/tenant.ts'
import type { Child } from '../scripts/child.ts'
import { startChild } from '../scripts/child.ts'
import { until } from '../scripts/until.ts'
import type { BareScript } from './bare-server.ts'
import type { BenchDatabase } from './database.ts'
import { linkAccount, startBenchDatabase } from './database.ts'
import type { Figure, Measurement } from './figure.ts'
import { figureOf } from './figure.ts'
import type { Load, LoadRequest } from './load.ts'
import { openLoad } from './load.ts'
import { makePages } from './pages.ts'
import { recordStatements } from './recorded-statements.ts'
import { playRounds, ratios } from './rounds.ts'

const poolSize = 10
const turnMs = 1_500
const rounds = 9

interface Route extends Pick<BareScript['routes'][number], 'shape'> {
  what: string
  request: LoadRequest
}

const environmentOf = ({ appUrl }: BenchDatabase): Record<string, string> => ({
  DATABASE_URL: appUrl,
  VAULT_KEYS: `k1:${randomBytes(32).toString('base64')}`,
  PROVIDERS: 'ponto',
  PONTO_CLIENT_ID: 'bench',
  PONTO_CLIENT_SECRET: 'bench',
  PUBLIC_URL: 'http://localhost',
  // nothing measured here asks Temporal
  TEMPORAL_ADDRESS: '127.0.0.1:1',
  HOST: '127.0.0.1',
  PORT: '0',
  POOL_SIZE: String(poolSize),
})

const arrange = async (database: BenchDatabase): Promise<Route[]> => {
  const { connectionId, runId, account } = await linkAccount(database)
  const { accountId } = account
  for (const page of makePages(10, 500))
    await withTenant(database.pool, database.tenantId, (tx) =>
      lines.storePage(tx, {
        accountId,
        connectionId,
        generation: 0,
        syncRunId: runId,
        lines: page,
        removedLineKeys: [],
      }),
    )
  const headers = { authorization: `Bearer ${database.apiKey}`, 'x-acting-user': 'Anna' }
  const withBody = { ...headers, 'content-type': 'application/json' }
  const connection = `/v1/connections/${connectionId}`
  return [
    {
      what: 'read of 100 lines',
      shape: 'lines',
      request: { method: 'GET', path: `/v1/accounts/${accountId}/lines?limit=100`, headers },
    },
    {
      what: 'read of a connection',
      shape: 'connection',
      request: { method: 'GET', path: connection, headers },
    },
    {
      what: 'note posted',
      shape: 'message',
      request: {
        method: 'POST',
        path: `${connection}/notes`,
        headers: withBody,
        body: JSON.stringify({ text: 'The bank was called about the missing lines.' }),
      },
    },
    {
      what: 'label changed',
      shape: 'connection',
      request: {
        method: 'PATCH',
        path: connection,
        headers: withBody,
        body: JSON.stringify({ label: 'Current accounts' }),
      },
    },
  ]
}

const methods = { GET: 'get', POST: 'post', PATCH: 'patch' } as const
const uuids = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g

/** Lets the product answer each request once in this process and notes its statements. */
const record = async (database: BenchDatabase, routes: readonly Route[]): Promise<BareScript> => {
  const api = await startApi(readConfig({ ...environmentOf(database), LOG_LEVEL: 'silent' }), {
    noticeMs: 0,
  })
  const load = openLoad(api.url)
  const { appUrl: databaseUrl, pool, tenantId } = database
  const { clientId } = await withTenant(pool, tenantId, (tx) => tenants.oneById(tx, tenantId))
  const script: BareScript = { databaseUrl, poolSize, clientId, requestId: '', routes: [] }
  try {
    for (const { request, shape } of routes) {
      // the first one also recognises the key, which the next ones remember
      await load.once(request)
      const statements = await recordStatements(() => load.once(request))
      const [, dedupeKey = ''] = /"(text:[^"]+)"/.exec(JSON.stringify(statements)) ?? []
      script.requestId ||= dedupeKey.match(uuids)?.[0] ?? ''
      const { pathname } = new URL(request.path, databaseUrl.replace(/^\w+/, 'http'))
      script.routes.push({ method: methods[request.method], path: pathname, shape, statements })
    }
    return script
  } finally {
    await load.close()
    await api.stop()
  }
}

const started = async (
  args: readonly string[],
  env: Record<string, string>,
): Promise<{ child: Child; load: Load }> => {
  let port: string | undefined
  const child = await startChild({
    name: args[0] ?? '',
    command: process.execPath,
    args: args.map((part, index) => (index === 0 ? path.resolve(import.meta.dirname, part) : part)),
    env: { ...process.env, ...env },
    onLine: (line) => {
      port ??= /listening on (\d+)|"port":(\d+)/.exec(line)?.slice(1).find(Boolean)
    },
  })
  await until(async () => port, { what: `The start of ${args[0]}`, limitMs: 20_000 })
  return { child, load: openLoad(`http://127.0.0.1:${port}`) }
}

/** Both answer the same, but for what every request makes anew. */
const checkAlike = async (product: Load, bare: Load, { request }: Route): Promise<void> => {
  const plain = (answer: unknown) =>
    typeof answer === 'object' ? { ...answer, seq: 0, postedAt: '' } : answer
  deepStrictEqual(plain(await bare.once(request)), plain(await product.once(request)))
}

const measureRoute = async (
  loads: { product: Load; bare: Load },
  route: Route,
  log: (line: string) => void,
): Promise<Figure> => {
  await checkAlike(loads.product, loads.bare, route)
  const perSecond = await playRounds(['product', 'bare'], {
    turn: (name) => loads[name].perSecond(route.request, turnMs),
    rounds,
  })
  for (const name of ['product', 'bare'] as const) {
    const { measured, low, high } = figureOf({ what: name, unit: '/s' }, perSecond[name])
    log(
      `  ${route.what}, ${name}: ${measured.toFixed(0)} requests/s (${low.toFixed(0)} – ${high.toFixed(0)})`,
    )
  }
  const what = `${route.what}, requests per second over a bare server`
  const goal = { kind: 'at least', value: 0.7 } as const
  return figureOf({ what, unit: '×', goal }, ratios(perSecond.product, perSecond.bare))
}

/** Measures two reads and two commands that need no Temporal. */
export const measureApi: Measurement = async (log) => {
  const dir = await mkdtemp(path.join(tmpdir(), 'banksync-bench-'))
  const database = await startBenchDatabase()
  const running: { child: Child; load: Load }[] = []
  try {
    const routes = await arrange(database)
    const script = path.join(dir, 'bare.json')
    await writeFile(script, JSON.stringify(await record(database, routes)), { mode: 0o600 })
    const product = await started(['../api/server.ts'], environmentOf(database))
    running.push(product)
    const bare = await started(['bare-server.ts', script], {})
    running.push(bare)
    const figures: Figure[] = []
    for (const route of routes)
      figures.push(await measureRoute({ product: product.load, bare: bare.load }, route, log))
    return figures
  } finally {
    for (const { child, load } of running) {
      await load.close()
      child.kill('SIGKILL')
    }
    await database.stop()
    await rm(dir, { recursive: true, force: true })
  }
}
