/**
 * Storing pages of lines as a run does, against COPY and against row by row. `line by line` is what a program writes that
 * knows no pages and promises the same of each line; a bare `INSERT` promises less: no look at what is stored, no lock, a
 * number and hashes made beforehand, the tenant set once.
 */
import { Client } from 'pg'
import { pullAccount } from '../activities/pull-account.ts'
import type { Page, ProviderSession } from '../activities/providers/provider.ts'
import type { Line } from '../domain/statement-line.ts'
import { createVault, parseKeyRing } from '../db/vault.ts'
import { randomBytes } from 'node:crypto'
import type { BenchDatabase, LinkedAccount } from './database.ts'
import { linkAccount, startBenchDatabase } from './database.ts'
import type { Figure, Measurement } from './figure.ts'
import { figureOf } from './figure.ts'
import { makePages } from './pages.ts'
import { copyPages, insertPages, plainRows, storeLineByLine } from './plain-lines.ts'
import { playRounds, ratios } from './rounds.ts'

const pageSizes = [500, 100]
const linesPerTurn = 5_000
/** Row by row takes so much longer that fewer lines tell the same. */
const linesRowByRow = 500

interface Parts {
  database: BenchDatabase
  admin: Client
  app: Client
}

const ways = [
  'storing',
  'COPY',
  'line by line',
  'bare inserts',
  'bare inserts, committed once a page',
] as const
type Way = (typeof ways)[number]
const inPages: readonly Way[] = ['storing', 'COPY']

const refused = (): never => {
  throw new Error('only lines are read here')
}

/** A session that has the pages in memory, so that only storing them takes time. */
const sessionOf = (pages: readonly Line[][]): ProviderSession => ({
  providerConnectionId: 'bench',
  status: refused,
  requestRefresh: refused,
  refreshProgress: refused,
  answerMfa: refused,
  beginRenewal: refused,
  revoke: refused,
  pullLines: ({ cursor }) => {
    const number = Number(cursor ?? 0)
    const page: Page = {
      lines: pages[number] ?? [],
      removedLineKeys: [],
      nextCursor: String(number + 1),
      hasMore: number + 1 < pages.length,
      readiness: 'full',
      pendingCount: 0,
    }
    return Promise.resolve(page)
  },
})

const storePages = async (
  { pool, tenantId }: BenchDatabase,
  linked: LinkedAccount,
  pages: Line[][],
): Promise<number> => {
  const deps = {
    pool,
    vault: createVault(parseKeyRing(`k1:${randomBytes(32).toString('base64')}`)),
    providers: new Map(),
    publicUrl: 'http://localhost',
    reach: () => Promise.resolve(),
  }
  const startedAt = performance.now()
  await pullAccount(deps, {
    ...linked,
    tenantId,
    session: sessionOf(pages),
    rereadDays: 14,
    pagesProvisional: false,
    pagesMax: pages.length,
    progress: () => {},
    onLastPage: () => Promise.resolve(),
  })
  return performance.now() - startedAt
}

/** Milliseconds per 1,000 lines of one way, into an account of its own. */
const turn = async ({ database, admin, app }: Parts, way: Way, size: number): Promise<number> => {
  const lines = inPages.includes(way) ? linesPerTurn : linesRowByRow
  const pages = makePages(lines / size, size)
  const linked = await linkAccount(database)
  const { tenantId } = database
  const rows = pages.map((page, number) =>
    plainRows(page, { tenantId, linked, seq: number * size }),
  )
  // what the turn before left to be written must not be paid for by this one
  await admin.query('CHECKPOINT')
  switch (way) {
    case 'storing':
      return ((await storePages(database, linked, pages)) / lines) * 1_000
    case 'COPY':
      return ((await copyPages(admin, rows)) / lines) * 1_000
    case 'line by line':
      return ((await storeLineByLine(app, rows)) / lines) * 1_000
    case 'bare inserts':
      return ((await insertPages(app, rows, 'each row')) / lines) * 1_000
    case 'bare inserts, committed once a page':
      return ((await insertPages(app, rows, 'each page')) / lines) * 1_000
  }
}

const measureSize = async (
  parts: Parts,
  size: number,
  log: (line: string) => void,
): Promise<Figure[]> => {
  const ms = await playRounds(ways, { turn: (way) => turn(parts, way, size), rounds: 11 })
  for (const way of ways) {
    const { measured, low, high } = figureOf({ what: way, unit: 'ms' }, ms[way])
    log(
      `  pages of ${size}, ${way}: ${measured.toFixed(1)} ms per 1,000 lines (${low.toFixed(1)} – ${high.toFixed(1)})`,
    )
  }
  const speed = (over: Way, what: string) => ({
    numbers: ratios(ms[over], ms.storing),
    head: { what: `lines stored in pages of ${size}, speed over ${what}`, unit: '×' },
  })
  const copy = speed('COPY', 'raw COPY')
  const single = speed('line by line', 'row by row with the same guarantees')
  const bare = speed('bare inserts', 'bare inserts row by row')
  const grouped = speed(
    'bare inserts, committed once a page',
    'bare inserts, committed once a page',
  )
  return [
    figureOf({ ...copy.head, goal: { kind: 'at least', value: 0.5 } }, copy.numbers),
    figureOf({ ...single.head, goal: { kind: 'at least', value: 20 } }, single.numbers),
    figureOf(bare.head, bare.numbers),
    figureOf(grouped.head, grouped.numbers),
  ]
}

const connected = async (connectionString: string): Promise<Client> => {
  const client = new Client({ connectionString })
  await client.connect()
  return client
}

/** Measures pages of the product's largest size and of the size Ponto sends. */
export const measureLines: Measurement = async (log) => {
  const database = await startBenchDatabase()
  const [admin, app] = await Promise.all([connected(database.adminUrl), connected(database.appUrl)])
  try {
    await app.query("SELECT set_config('app.tenant_id', $1, FALSE)", [database.tenantId])
    const figures: Figure[] = []
    for (const size of pageSizes)
      figures.push(...(await measureSize({ database, admin, app }, size, log)))
    return figures
  } finally {
    await Promise.all([admin.end(), app.end()])
    await database.stop()
  }
}
