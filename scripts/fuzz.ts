/** `npm run fuzz`: changed files on every parser of statement files for a minute; `-- --format coda --seconds 600 --seed 7`. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { formats, type Format } from '../statement-files/detect.ts'
import {
  inputBytes,
  limitMs,
  type Finding,
  type FuzzOrder,
  type FuzzResult,
} from './fuzz/shared.ts'

/** A week: what is longer was mistyped. */
const longestSeconds = 604_800

const { values } = parseArgs({
  options: {
    format: { type: 'string', multiple: true },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
})

const refuse = (sentence: string): never => {
  console.error(sentence)
  process.exit(2)
}

const wanted = values.format ?? formats
const chosen = formats.filter((format) => wanted.includes(format))
if (!wanted.every((word) => formats.some((format) => format === word)))
  refuse(`A format is one of ${formats.join(', ')}.`)

const seconds = Number(values.seconds)
if (!(seconds > 0 && seconds <= longestSeconds))
  refuse(`--seconds is a number above 0 and up to ${longestSeconds}.`)

const seed = Number(values.seed)
if (!/^\d+$/.test(values.seed) || seed >= 2 ** 32)
  refuse('--seed is a whole number from 0 to 4294967295.')

/** Time that this process has computed: a machine that is busy otherwise makes no file slow. */
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

/** Ends a thread whose input takes too long, and gives that input. */
const watch = (worker: Worker, { counters, input }: FuzzOrder): Promise<FuzzResult> =>
  new Promise((resolve, reject) => {
    const numbers = new Int32Array(counters)
    let run = 0
    let sinceMs = cpuMs()
    const timer = setInterval(() => {
      const now = Atomics.load(numbers, 0)
      if (now !== run) {
        run = now
        sinceMs = cpuMs()
      } else if (run > 0 && cpuMs() - sinceMs > limitMs) {
        const length = Atomics.load(numbers, 1)
        const found = { reason: 'takes too long', input: new Uint8Array(input).slice(0, length) }
        resolve({ runs: run, covered: 0, corpus: 0, findings: [found] })
        void worker.terminate()
      }
    }, 50)
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () => clearInterval(timer))
  })

const fuzz = async (format: Format): Promise<FuzzResult> => {
  const order: FuzzOrder = {
    format,
    seed,
    untilAt: Date.now() + (seconds / chosen.length) * 1_000,
    counters: new SharedArrayBuffer(8),
    input: new SharedArrayBuffer(inputBytes),
  }
  const worker = new Worker(new URL('fuzz/worker.ts', import.meta.url), { workerData: order })
  return await watch(worker, order)
}

const folder = path.join(tmpdir(), 'banksync-fuzz')

/** The first lines of a stack, and the answers that were given. */
const shortened = (reason: string): string[] => {
  const lines = reason.split('\n')
  return [
    ...lines.slice(0, 5),
    ...lines.slice(5).filter((line) => line.startsWith('    read with')),
  ]
}

const keep = (format: Format, { reason, input }: Finding, index: number): void => {
  mkdirSync(folder, { recursive: true })
  const file = path.join(folder, `${format}-${seed}-${index}`)
  writeFileSync(file, input)
  console.log(`  ${file} (${input.length} bytes)\n    ${shortened(reason).join('\n    ')}`)
}

let isWell = true
for (const format of chosen) {
  const { runs, covered, corpus, findings } = await fuzz(format)
  console.log(
    `${format}: ${runs} files read, ${covered} blocks of code reached, ${corpus} files worth changing, ${findings.length} findings (seed ${seed})`,
  )
  if (runs === 0) console.error(`${format}: the time was too short for any file.`)
  for (const [index, finding] of findings.entries()) keep(format, finding, index)
  isWell &&= runs > 0 && findings.length === 0
}
process.exitCode = isWell ? 0 : 1
