/** Each adapter: mapping its largest page against `JSON.parse` of the same bytes, and runs over HTTP of growing histories. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import type { Figure, Measurement } from './figure.ts'
import { figureOf } from './figure.ts'
import type { BankAsked } from './provider-bank.ts'
import type { RecordedPage } from './provider-mapping.ts'
import { mappingOf } from './provider-mapping.ts'
import type { ReaderReport } from './provider-reader.ts'
import type { Linked } from './provider-run.ts'
import type { ProviderName } from './provider-sandbox.ts'
import { providerNames } from './provider-sandbox.ts'
import { playRounds, ratios } from './rounds.ts'

const mappingRounds = 61
/** A worker maps thousands of pages, so what is measured is code that has been compiled for long. */
const mappingWarmUps = 100
const linesPerTurn = 2_500
const pageLines = 2_500
const runLines = 10_000
const runRounds = 3
const [shortHistory, longHistory] = [2_000, 20_000] as const
const memoryMaxMb = 150
const growthMaxMb = 40
const answerMaxMs = 120_000

type Log = (line: string) => void

const startProcess = async (file: string): Promise<ChildProcess> => {
  const child = fork(path.resolve(import.meta.dirname, file))
  await once(child, 'message')
  return child
}

const ask = async <T>(child: ChildProcess, question: object): Promise<T> => {
  const ended = new AbortController()
  const end = () => ended.abort(new Error('the process ended'))
  child.once('exit', end)
  try {
    const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(answerMaxMs)])
    const answered = once(child, 'message', { signal })
    child.send(question)
    const [answer] = await answered
    // oxlint-disable-next-line no-unsafe-type-assertion -- both processes are ours
    return answer as T
  } finally {
    child.off('exit', end)
  }
}

interface Banks {
  link: (name: ProviderName, lines: number) => Promise<Linked>
  record: (linked: Linked) => Promise<RecordedPage>
  /** Some providers count calls per minute of their clock. */
  passMinute: () => Promise<unknown>
}

const banksOf = (child: ChildProcess): Banks => ({
  link: (name, lines) => ask(child, { link: { name, lines } } satisfies BankAsked),
  record: (linked) => ask(child, { record: linked } satisfies BankAsked),
  passMinute: () => ask(child, { passMs: 61_000 } satisfies BankAsked),
})

/** Milliseconds per page of one way, over some pages, because one may be too short for the clock. */
const turn = async (work: () => unknown, pages: number): Promise<number> => {
  const startedAt = performance.now()
  for (let page = 0; page < pages; page += 1) await work()
  return (performance.now() - startedAt) / pages
}

const measureMapping = async (
  { link, record }: Banks,
  name: ProviderName,
  log: Log,
): Promise<Figure[]> => {
  const linked = await link(name, pageLines)
  const page = await record(linked)
  const map = mappingOf(name, page, linked.environment)
  const ways = {
    mapping: map,
    parse: () => {
      JSON.parse(page.text)
    },
  }
  const { lines } = await map()
  const pages = Math.ceil(linesPerTurn / lines.length)
  const ms = await playRounds(['mapping', 'parse'], {
    turn: (way) => turn(ways[way], pages),
    rounds: mappingRounds,
    warmUps: mappingWarmUps,
  })
  const [mapping, parse] = [
    figureOf({ what: '', unit: 'ms' }, ms.mapping),
    figureOf({ what: '', unit: 'ms' }, ms.parse),
  ]
  log(
    `  ${name}: a page of ${lines.length} lines, ${Math.round(page.text.length / 1_000)} kB: ${mapping.measured.toFixed(2)} ms, JSON.parse ${parse.measured.toFixed(2)} ms`,
  )
  const goal = { kind: 'at most', value: 3 } as const
  const what = `${name}, mapping a page over JSON.parse of its bytes`
  return [figureOf({ what, unit: '×', goal }, ratios(ms.mapping, ms.parse))]
}

/** One run in a process of its own. */
const run = async (linked: Linked): Promise<ReaderReport> => {
  const reader = await startProcess('provider-reader.ts')
  try {
    return await ask<ReaderReport>(reader, linked)
  } finally {
    reader.kill('SIGKILL')
  }
}

const runs = async (banks: Banks, name: ProviderName, lines: number): Promise<ReaderReport[]> => {
  const linked = await banks.link(name, lines)
  const reports: ReaderReport[] = []
  for (let round = 0; round < runRounds; round += 1) {
    await banks.passMinute()
    const report = await run(linked)
    if (report.lines !== lines) throw new Error(`${name} gave ${report.lines} of ${lines} lines`)
    reports.push(report)
  }
  return reports
}

const measureRuns = async (banks: Banks, name: ProviderName, log: Log): Promise<Figure[]> => {
  const speeds = (await runs(banks, name, runLines)).map(({ lines, seconds }) => lines / seconds)
  const memory = async (lines: number) =>
    (await runs(banks, name, lines)).map(({ overIdleMb }) => overIdleMb)
  const [short, long] = [await memory(shortHistory), await memory(longHistory)]
  const speed = figureOf(
    { what: `${name}, a run of 10,000 lines over HTTP`, unit: 'lines/s' },
    speeds,
  )
  log(`  ${name}: ${speed.measured.toFixed(0)} lines per second`)
  const memoryAt = (lines: string) => `${name}, memory over idle, a history of ${lines} lines`
  const most = (value: number) => ({ unit: 'MB', goal: { kind: 'at most', value } }) as const
  return [
    speed,
    figureOf({ what: memoryAt('2,000'), ...most(memoryMaxMb) }, short),
    figureOf({ what: memoryAt('20,000'), ...most(memoryMaxMb) }, long),
    figureOf(
      { what: `${name}, memory, ten times the history`, ...most(growthMaxMb) },
      long.map((mb, round) => mb - (short[round] ?? Number.NaN)),
    ),
  ]
}

/** Measures every provider against the sandbox, which runs in a process of its own. */
export const measureProviders: Measurement = async (log) => {
  const child = await startProcess('provider-bank.ts')
  const banks = banksOf(child)
  try {
    const figures: Figure[] = []
    for (const name of providerNames) figures.push(...(await measureMapping(banks, name, log)))
    for (const name of providerNames) figures.push(...(await measureRuns(banks, name, log)))
    return figures
  } finally {
    child.kill('SIGKILL')
  }
}
