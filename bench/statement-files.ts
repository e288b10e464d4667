/** Statement files of every format: our reader beside other readers and bare tokenizers, its memory, and twice the file. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { findPeers } from '../scripts/statement-peers.ts'
import { formats, type Format } from '../statement-files/detect.ts'
import type { Figure, Goal, Measurement } from './figure.ts'
import { figureOf, quantile } from './figure.ts'
import { ratios } from './rounds.ts'
import {
  contestantsOf,
  ownName,
  readInProcess,
  type Contestant,
} from './statement-files/contestants.ts'
import { bytesOf } from './statement-files/generate.ts'

type Log = (line: string) => void

interface Race {
  /** Lines of the files that are compared. */
  counts: readonly number[]
  speedMb: number
}

const races: Readonly<Record<Format, Race>> = {
  ofx: { counts: [50_000], speedMb: 20 },
  coda: { counts: [9_000, 50_000], speedMb: 20 },
  qif: { counts: [50_000], speedMb: 10 },
  csv: { counts: [50_000], speedMb: 10 },
  camt053: { counts: [50_000], speedMb: 8 },
}

const rounds = 5
/** Whoever needs longer than this plays one round. */
const slowSeconds = 10
const bigBytes = 50_000_000
/** A file may hold no more lines than this, however short they are. */
const linesMax = 500_000
const memoryMaxMb = 200
const doubleMax = 2.2

const atLeast = (value: number): Goal => ({ kind: 'at least', value })
const atMost = (value: number): Goal => ({ kind: 'at most', value })

interface Written {
  file: string
  bytes: number
}

const writeInput = async (folder: string, format: Format, lines: number): Promise<Written> => {
  const bytes = bytesOf(format, lines)
  const file = path.join(folder, `${lines}.${format}`)
  await writeFile(file, bytes)
  return { file, bytes: bytes.length }
}

/** Nothing stops because a peer does; that we cannot read a file is a defect. */
const readOrSkip = async ({ name, read }: Contestant, file: string, log: Log) => {
  if (name === ownName) return read(file)
  return read(file).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message.trim().split('\n').at(-1) : String(error)
    log(`    SKIPPED: ${name} does not read the file (${reason})`)
    return null
  })
}

/** Seconds of every contestant, round by round; each round begins with another one. */
const play = async (contestants: readonly Contestant[], file: string, log: Log) => {
  const played = new Map<string, number[]>()
  const idle = new Set<string>()
  for (let round = 0; round < rounds; round += 1) {
    const first = round % contestants.length
    for (const each of [...contestants.slice(first), ...contestants.slice(0, first)]) {
      if (idle.has(each.name)) continue
      const reading = await readOrSkip(each, file, log)
      if (reading === null || reading.seconds > slowSeconds) idle.add(each.name)
      if (reading === null) continue
      const { seconds, lines } = reading
      const turns = played.get(each.name) ?? []
      if (turns.length === 0) log(`    ${each.name}: ${seconds.toFixed(3)} s, ${lines} lines`)
      played.set(each.name, [...turns, seconds])
    }
  }
  return played
}

const compare = async (
  format: Format,
  { contestants, folder, log }: { contestants: readonly Contestant[]; folder: string; log: Log },
): Promise<Figure[]> => {
  const figures: Figure[] = []
  const { counts, speedMb } = races[format]
  for (const count of counts) {
    const { file, bytes } = await writeInput(folder, format, count)
    const name = `${format}, ${count.toLocaleString('en')} lines`
    log(`  ${name}, ${(bytes / 1_000_000).toFixed(1)} MB`)
    const seconds = await play(contestants, file, log)
    const own = seconds.get(ownName) ?? []
    const speeds = own.map((each) => bytes / 1_000_000 / each)
    figures.push(figureOf({ what: `${name}, ours`, unit: 'MB/s', goal: atLeast(speedMb) }, speeds))
    for (const peer of contestants.slice(1)) {
      const turns = seconds.get(peer.name)
      if (turns === undefined) continue
      const middle = quantile(turns, 0.5)
      const what = `${name}, as fast as ${peer.name}`
      const goal = atLeast(peer.isBare ? 0.5 : 1)
      figures.push(
        figureOf(
          { what, unit: '×', goal },
          ratios(
            own.map(() => middle),
            own,
          ),
        ),
      )
    }
  }
  return figures
}

/** The work of the processors, not the time that passed: another program must not look like a slow parser. */
const workOf = async (file: string): Promise<number> =>
  (await readInProcess('ours', file, 7)).cpuSeconds ?? Number.NaN

const measureDouble = async (format: Format, folder: string): Promise<Figure> => {
  const once = await writeInput(folder, format, 25_000)
  const twice = await writeInput(folder, format, 50_000)
  const growth: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const short = await workOf(once.file)
    growth.push((await workOf(twice.file)) / short)
  }
  const what = `${format}, work for 50,000 lines over 25,000`
  return figureOf({ what, unit: '×', goal: atMost(doubleMax) }, growth)
}

const measureMemory = async (format: Format, folder: string): Promise<Figure> => {
  const sample = await writeInput(folder, format, 10_000)
  const lines = Math.min(linesMax, Math.floor((bigBytes / sample.bytes) * 10_000 * 0.98))
  const { file, bytes } = await writeInput(folder, format, lines)
  const peaks: number[] = []
  for (let round = 0; round < rounds; round += 1)
    peaks.push((await readInProcess('ours', file, 1)).rssMb ?? Number.NaN)
  const what = `${format}, peak memory of a process that reads ${Math.round(bytes / 1_000_000)} MB`
  return figureOf({ what, unit: 'MB', goal: atMost(memoryMaxMb) }, peaks)
}

/** Measures every format; peers are installed by name where that is possible and left out aloud where it is not. */
export const measureStatementFiles: Measurement = async (log) => {
  const peers = await findPeers((line) => log(`  ${line}`))
  const folder = await mkdtemp(path.join(tmpdir(), 'banksync-statement-files-'))
  try {
    const figures: Figure[] = []
    for (const format of formats) {
      const contestants = contestantsOf(format, peers)
      figures.push(...(await compare(format, { contestants, folder, log })))
      figures.push(await measureDouble(format, folder), await measureMemory(format, folder))
    }
    return figures
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
