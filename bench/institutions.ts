/** The catalogue of 25,000 institutions: reading it, reading it again, and searching it. */
import { randomBytes } from 'node:crypto'
import { MockActivityEnvironment } from '@temporalio/testing'
import { DefaultLogger } from '@temporalio/worker'
import { Client } from 'pg'
import type { RefreshedInstitutions } from '../activities/refresh-institutions.ts'
import { createRefreshInstitutions } from '../activities/refresh-institutions.ts'
import type { Provider } from '../activities/providers/provider.ts'
import type { InstitutionSearch } from '../db/queries/institution-search.ts'
import { search } from '../db/queries/institution-search.ts'
import { createVault, parseKeyRing } from '../db/vault.ts'
import { providerId } from '../domain/ids.ts'
import type { Institution } from '../domain/institution.ts'
import type { CatalogueEntry } from '../sandbox/catalogue.ts'
import { generateCatalogue } from '../sandbox/catalogue/generate.ts'
import { startChild } from '../scripts/child.ts'
import { workerNodeOptions } from '../scripts/stack-programs.ts'
import { onStopSignal } from '../scripts/stop-signals.ts'
import type { BenchDatabase } from './database.ts'
import { startBenchDatabase } from './database.ts'
import type { Figure, Measurement } from './figure.ts'
import { quantile } from './figure.ts'

const institutions = 25_000
const pageLength = 100
const rounds = 20
const names = ['plaid', 'ponto', 'saltedge', 'yodlee'] as const

const searches: Readonly<Record<string, Partial<InstitutionSearch>>> = {
  'nothing typed': {},
  'nothing typed, in a small country': { country: 'LU' },
  'one letter': { q: 'b' },
  'two letters': { q: 'ce' },
  'a word of half the catalogue': { q: 'bank' },
  'a word in the middle': { q: 'community' },
  'a beginning': { q: 'cedarb' },
  'a whole name': { q: 'Crédit Coopératif de Montronne' },
  'words in another order': { q: 'brook union cedar' },
  'a country': { q: 'belgique' },
  'a BIC': { q: 'CEDDFRK3' },
  'a site': { q: 'www.creditchatonne.example' },
  'a typing error': { q: 'credit copératif de montrone' },
  'a typing error in a common word': { q: 'comunity bnak' },
  'nothing like it': { q: 'qwxz vvkj' },
  'one provider': { q: 'bank', providers: ['ponto'] },
}

const toInstitution = (entry: CatalogueEntry): Institution => ({
  providerInstitutionId: entry.bankId,
  name: entry.name,
  countries: [entry.country],
  ...(entry.bic === null ? {} : { bic: entry.bic }),
  ...(entry.website === null ? {} : { website: entry.website }),
  beta: entry.beta,
  mfa: entry.mfa,
  unattended: entry.unattended,
  historyDays: entry.historyDays,
  consentDays: entry.consentDays,
  status: entry.status,
})

const refused = (): never => {
  throw new Error('only the catalogue is read here')
}

/** A provider that has its catalogue in memory, so that only storing it takes time. */
const providerOf = (id: string, entries: readonly CatalogueEntry[]): Provider => ({
  id: providerId(id),
  name: id,
  sandbox: true,
  capabilities: {
    link: 'url',
    mfa: 'url',
    refreshesItself: true,
    refreshAttended: true,
    refreshUnattendedPerDay: 0,
    needsPsuIp: false,
    consent: 'account',
    rereadDays: 14,
    pagesProvisional: false,
    historyDaysMax: null,
    offer: { price: '', renewalDays: null, supportSpeed: 'fast' },
  },
  listInstitutions: (page) => {
    const from = Number(page ?? 0)
    const next = from + pageLength
    return Promise.resolve({
      institutions: entries.slice(from, next).map(toInstitution),
      nextPage: next < entries.length ? String(next) : null,
    })
  },
  beginLink: refused,
  completeLink: refused,
  openSession: refused,
  verifyWebhook: refused,
})

interface Refreshing {
  /** Seconds for all providers together. */
  seconds: number
  /** Highest resident size above that at the start, in MB. */
  peakMb: number
  written: number
}

const refreshAll = async (
  { pool }: BenchDatabase,
  providers: ReadonlyMap<Provider['id'], Provider>,
): Promise<Refreshing> => {
  const refresh = createRefreshInstitutions({
    pool,
    vault: createVault(parseKeyRing(`k1:${randomBytes(32).toString('base64')}`)),
    providers,
    publicUrl: 'http://localhost',
    reach: () => Promise.resolve(),
  })
  const idleBytes = process.memoryUsage.rss()
  let peakBytes = idleBytes
  const watch = setInterval(() => {
    peakBytes = Math.max(peakBytes, process.memoryUsage.rss())
  }, 5)
  const startedAt = performance.now()
  let written = 0
  for (const name of names) {
    const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') })
    const done: RefreshedInstitutions = await environment.run(refresh, { provider: name })
    if (!done.complete) throw new Error(`the catalogue of ${name} was not read to its end`)
    written += done.changed
  }
  clearInterval(watch)
  const seconds = (performance.now() - startedAt) / 1000
  return { seconds, peakMb: (peakBytes - idleBytes) / 2 ** 20, written }
}

const figure = (
  what: string,
  unit: string,
  { measured, low = measured, high = measured, goal }: Partial<Figure> & { measured: number },
): Figure => ({ what, unit, measured, low, high, ...(goal === undefined ? {} : { goal }) })

const timeSearch = async (
  { pool }: BenchDatabase,
  wanted: Partial<InstitutionSearch>,
): Promise<number[]> => {
  const times: number[] = []
  for (let round = -3; round < rounds; round += 1) {
    const startedAt = performance.now()
    await search(pool, { q: '', limit: 21, ...wanted })
    if (round >= 0) times.push(performance.now() - startedAt)
  }
  return times
}

const measureSearches = async (
  database: BenchDatabase,
  log: (line: string) => void,
): Promise<Figure[]> => {
  // what autovacuum does of itself within a minute
  const admin = new Client({ connectionString: database.adminUrl })
  await admin.connect()
  await admin.query('VACUUM ANALYZE institution, institution_listing')
  await admin.end()
  const all: number[] = []
  for (const [what, wanted] of Object.entries(searches)) {
    const times = await timeSearch(database, wanted)
    all.push(...times)
    const shown = [0.5, 0.95].map((share) => quantile(times, share).toFixed(2)).join(' / ')
    log(`  ${what}: ${shown} ms`)
  }
  const [low, high] = [quantile(all, 0.25), quantile(all, 0.75)]
  return [
    figure('search of 25,000 institutions, p50', 'ms', { measured: quantile(all, 0.5), low, high }),
    figure('search of 25,000 institutions, p95', 'ms', {
      measured: quantile(all, 0.95),
      low,
      high,
      goal: { kind: 'at most', value: 10 },
    }),
  ]
}

const measure: Measurement = async (log) => {
  const generated = generateCatalogue('bench', institutions)
  const providers = new Map(
    names.map((name) => {
      const provider = providerOf(
        name,
        generated.flatMap(({ offers }) => offers[name] ?? []),
      )
      return [provider.id, provider]
    }),
  )
  const database = await startBenchDatabase()
  try {
    const first = await refreshAll(database, providers)
    log(`  first: ${first.seconds.toFixed(1)} s, ${first.written} rows written`)
    const again = await refreshAll(database, providers)
    log(`  unchanged: ${again.seconds.toFixed(1)} s, ${again.written} rows written`)
    const searched = await measureSearches(database, log)
    return [
      figure('first reading of 25,000 institutions at four providers', 's', {
        measured: first.seconds,
      }),
      figure('reading them again, unchanged, over the first reading', '×', {
        measured: again.seconds / first.seconds,
        goal: { kind: 'at most', value: 0.5 },
      }),
      figure('rows written by an unchanged reading', 'rows', {
        measured: again.written,
        goal: { kind: 'at most', value: 0 },
      }),
      figure('memory over idle while reading them', 'MB', {
        measured: Math.max(first.peakMb, again.peakMb),
        goal: { kind: 'at most', value: 256 },
      }),
      ...searched,
    ]
  } finally {
    await database.stop()
  }
}

const figuresMark = 'figures: '

/** Reads the catalogues of four providers twice, then searches them; in a process with the limits of the worker. */
export const measureInstitutions: Measurement = async (log) => {
  let figures = ''
  const child = await startChild({
    name: 'institutions',
    command: process.execPath,
    args: [...workerNodeOptions, import.meta.filename],
    onLine: (line) => {
      if (line.startsWith(figuresMark)) figures = line.slice(figuresMark.length)
      else log(line)
    },
  })
  const end = await child.exited
  if (figures === '') throw new Error(`The measurement of institutions ended with ${end}.`)
  const measured: Figure[] = JSON.parse(figures)
  return measured
}

if (import.meta.main) {
  const log = (line: string): void => console.log(line)
  // whatever was started ends with us
  onStopSignal(log, () => process.exit(130))
  log(`${figuresMark}${JSON.stringify(await measure(log))}`)
}
