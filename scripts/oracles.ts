/** `npm run oracles`: who reads statement files otherwise than we do, line by line; only names of files and of what differs are printed. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { bytesOf } from '../bench/statement-files/generate.ts'
import { parseStatementFile } from '../statement-files/collect.ts'
import { formats, type Format } from '../statement-files/detect.ts'
import { readWithHledger } from './oracles/hledger.ts'
import { readWithOfxdump } from './oracles/ofxdump.ts'
import { readWithPython } from './oracles/python.ts'
import { compareReadings, type Reading, type ReadStatement } from './oracles/reading.ts'
import { findPeers } from './statement-peers.ts'

const root = path.resolve(import.meta.dirname, '..')
const today = new Date().toISOString().slice(0, 10)
const readersOf: Readonly<Record<Format, readonly string[]>> = {
  ofx: ['ofxdump', 'ofxtools', 'ofxparse'],
  coda: ['pycoda'],
  camt053: ['lxml'],
  qif: ['quiffen'],
  csv: ['hledger'],
}
const generatedLines = 2_000

/** Why a reader differs where it is not about the file. */
const knownOf = new Map([
  ['ofxdump', 'moves days to UTC, rounds to two decimals, counts securities'],
  ['ofxtools', 'moves days to UTC'],
  ['ofxparse', 'moves days to UTC, counts securities, reads files that were cut'],
  [
    'pycoda',
    'knows windows-1252 only, and tells totals from their parts by type instead of number',
  ],
  ['quiffen', 'is told that the day comes first, knows no decimal comma'],
  ['lxml', 'reads any XML, complete or not'],
])

const filesIn = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder).map((name) => path.join(folder, name)) : []

const generate = (format: Format, folder: string): string => {
  const file = path.join(folder, `generated-${format}`)
  writeFileSync(file, bytesOf(format, generatedLines))
  return file
}

const samples = process.env['REFERENCE_DIR'] ?? ''
if (samples === '')
  console.warn('\n  !!! REFERENCE_DIR is not set: only our own files are compared !!!\n')

/** CSV of unknown columns can be read by nobody else: only generated files are compared. */
const listFiles = (format: Format, folder: string): string[] => {
  const own = path.join(root, 'test/fixtures/statement-files', format)
  const known = samples === '' ? filesIn(own) : filesIn(path.join(samples, 'samples', format))
  return [...(format === 'csv' ? [] : known), generate(format, folder)]
}

const readOurs = (file: string): Reading => {
  const { statements, problems } = parseStatementFile(readFileSync(file), { today, name: file })
  if (problems.some(({ severity }) => severity === 'error')) return { failed: 'refused' }
  const balanceOf = (statement: (typeof statements)[number], kind: string) =>
    statement.checkpoints.find((each) => each.kind === kind && each.origin === 'stated')?.amount
  return {
    statements: statements.map((statement): ReadStatement => ({
      account: statement.account?.number ?? null,
      currency: statement.currency ?? null,
      opening: balanceOf(statement, 'opening') ?? null,
      closing: balanceOf(statement, 'closing') ?? null,
      lines: statement.lines.map(({ bookedOn, amount }) => [bookedOn, amount] as const),
    })),
  }
}

const peers = await findPeers((line) => console.warn(`\n  !!! ${line} !!!\n`))

/** Peers that read one file a time, each in a process of its own. */
const programOf = (reader: string) => {
  if (reader === 'ofxdump') return { program: peers.ofxdump, read: readWithOfxdump }
  return reader === 'hledger' ? { program: peers.hledger, read: readWithHledger } : null
}

const readTheirs = async (
  reader: string,
  files: readonly string[],
): Promise<Map<string, Reading> | null> => {
  const own = programOf(reader)
  if (own === null)
    return peers.python === null ? null : await readWithPython(peers.python, reader, files)
  if (own.program === null) return null
  const readings = new Map<string, Reading>()
  for (const file of files) readings.set(file, await own.read(own.program, file))
  return readings
}

interface Score {
  same: number
  failed: number
  lines: string[]
}

const judge = (ours: Reading, theirs: Reading | undefined): string | null => {
  if (theirs === undefined || 'failed' in theirs) return 'failed'
  if ('failed' in ours)
    return theirs.statements.some(({ lines }) => lines.length > 0)
      ? 'we refuse it, the peer finds lines'
      : null
  const differences = compareReadings(ours.statements, theirs.statements)
  return differences.length === 0 ? null : `differ in ${differences.join(', ')}`
}

const scoreOf = (files: readonly string[], theirs: Map<string, Reading>): Score => {
  const score: Score = { same: 0, failed: 0, lines: [] }
  for (const file of files) {
    const verdict = judge(readOurs(file), theirs.get(file))
    if (verdict === null) score.same += 1
    else if (verdict === 'failed') score.failed += 1
    else score.lines.push(`  ${path.basename(file)}: ${verdict}`)
  }
  return score
}

const compareFormat = async (format: Format, folder: string): Promise<void> => {
  const files = listFiles(format, folder)
  for (const reader of readersOf[format]) {
    const theirs = await readTheirs(reader, files)
    if (theirs === null) {
      console.warn(`\n  !!! SKIPPED: ${format} is not compared with ${reader} !!!\n`)
      continue
    }
    const { same, failed, lines } = scoreOf(files, theirs)
    console.log(
      `${format} against ${reader}: ${files.length} files, ${same} the same, ${failed} the peer cannot read, ${lines.length} differ`,
    )
    const known = knownOf.get(reader)
    if (lines.length > 0 && known !== undefined) console.log(`  (${reader} ${known})`)
    for (const line of lines) console.log(line)
  }
}

const folder = mkdtempSync(path.join(tmpdir(), 'banksync-oracles-'))
try {
  for (const format of formats) await compareFormat(format, folder)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
