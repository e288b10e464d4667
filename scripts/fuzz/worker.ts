/** Tries changed files on one format until its time is over; inputs that reach new code are changed further. */
import { parentPort, workerData } from 'node:worker_threads'
import { parseStatementFile, type ParsedFile } from '../../statement-files/collect.ts'
import { decode, decodingOf } from '../../statement-files/decode.ts'
import { answersOf } from './answers.ts'
import { watchCoverage } from './coverage.ts'
import { mutate } from './mutate.ts'
import { saidInPieces } from './pieces.ts'
import { brokenPromise } from './promises.ts'
import { createRandom, type Random } from '../random.ts'
import { listSeeds } from './seeds.ts'
import type { Finding, FuzzOrder, FuzzResult } from './shared.ts'

const today = '2026-06-30'
const largestCorpus = 3_000
const enoughFindings = 20

const order: FuzzOrder = workerData
const counters = new Int32Array(order.counters)
const shown = new Uint8Array(order.input)

const show = (input: Uint8Array): void => {
  shown.set(input.subarray(0, shown.length))
  Atomics.store(counters, 1, Math.min(input.length, shown.length))
  Atomics.add(counters, 0, 1)
}

const brokenPieces = (input: Uint8Array, file: ParsedFile, random: Random): string | null => {
  if (file.format === null || file.format === 'mixed' || input.length > 20_000) return null
  const { format } = file
  const text = [...decode(input, decodingOf(input))].join('').trimStart()
  const whole = saidInPieces(text, { format, today, nextLength: () => text.length })
  const longest = random.pick([1, 7, 100, 3_000])
  const nextLength = () => 1 + random.below(longest)
  return saidInPieces(text, { format, today, nextLength }) === whole
    ? null
    : 'what is said depends on how the text is cut'
}

/** Why an input is a finding, or null. One in three is read with answers beside it. */
const tryInput = (input: Uint8Array, random: Random): string | null => {
  const answers = random.below(3) === 0 ? answersOf(random) : null
  try {
    const file = parseStatementFile(input, { today, rawLines: 2, ...answers })
    const broken = brokenPromise(file)
    if (broken !== null || answers !== null) return broken && told(broken, answers)
    return random.below(3) === 0 ? brokenPieces(input, file, random) : null
  } catch (error) {
    return told(error instanceof Error ? (error.stack ?? error.message) : String(error), answers)
  }
}

/** A finding that needs answers to be seen again says which. */
const told = (reason: string, answers: object | null): string =>
  answers === null ? reason : `${reason}\n    read with ${JSON.stringify(answers)}`

/** Findings of one reason are one finding; its stack tells the place. */
const kindOf = (reason: string): string =>
  reason
    .split('\n')
    .filter((line) => !line.startsWith('    read with'))
    .slice(0, 3)
    .join('\n')

const run = (): FuzzResult => {
  const random = createRandom(order.seed)
  const corpus = listSeeds(order.format)
  const coverage = watchCoverage()
  const findings = new Map<string, Finding>()
  let runs = 0
  while (Date.now() < order.untilAt && findings.size < enoughFindings) {
    const isSeed = runs < corpus.length
    const from = isSeed ? corpus[runs]! : random.pick(corpus)
    const input = isSeed ? from : mutate(from, random, random.pick(corpus))
    runs += 1
    show(input)
    const reason = tryInput(input, random)
    if (reason !== null && !findings.has(kindOf(reason)))
      findings.set(kindOf(reason), { reason, input })
    if (coverage.isNew() && !isSeed && corpus.length < largestCorpus) corpus.push(input)
  }
  const covered = coverage.size()
  return { runs, covered, corpus: corpus.length, findings: [...findings.values()] }
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port between threads has no origin
parentPort?.postMessage(run())
