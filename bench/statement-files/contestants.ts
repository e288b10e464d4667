/** Everybody who reads a statement file in the benchmark, each in a process of its own that measures itself where it can. */
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import type { Format } from '../../statement-files/detect.ts'
import type { PeerProgram, Peers } from '../../scripts/statement-peers.ts'
import type { StatementReading, Way } from '../statement-reader.ts'

const run = promisify(execFile)

export interface Contestant {
  name: string
  /** Whether it only cuts the file into its smallest parts. */
  isBare: boolean
  read: (file: string) => Promise<StatementReading>
}

export const ownName = 'ours'

const readMaxMs = 600_000
const outputMaxBytes = 512 * 1024 * 1024
const options = { timeout: readMaxMs, maxBuffer: outputMaxBytes }

const reading = z.object({
  seconds: z.number(),
  cpuSeconds: z.number().exactOptional(),
  lines: z.number(),
  rssMb: z.number().exactOptional(),
})

const inFolder = (file: string): string => path.resolve(import.meta.dirname, file)

/** Reads a file so many times by one of our ways, in a fresh process. */
export const readInProcess = async (
  way: Way,
  file: string,
  runs = 5,
): Promise<StatementReading> => {
  const script = inFolder('../statement-reader.ts')
  const { stdout } = await run(process.execPath, [script, way, file, String(runs)], options)
  return reading.parse(JSON.parse(stdout))
}

const node = (name: string, way: Way, isBare = false): Contestant => ({
  name,
  isBare,
  read: (file) => readInProcess(way, file),
})

interface PythonUse {
  script: string
  isBare?: boolean
}

const python = (name: string, use: PythonUse, { command, env }: PeerProgram): Contestant => ({
  name,
  isBare: use.isBare ?? false,
  read: async (file) => {
    const args = [inFolder(`peers/${use.script}`), file]
    const { stdout } = await run(command, args, { ...options, env: { ...process.env, ...env } })
    return reading.parse(JSON.parse(stdout))
  },
})

interface ProgramUse {
  args: (file: string) => readonly string[]
  countLines: (output: string) => number
}

/** A program cannot measure itself: what it needs to start is measured and taken off. */
const program = (name: string, { command, env }: PeerProgram, use: ProgramUse): Contestant => {
  const timed = async (args: readonly string[]) => {
    const startedAt = performance.now()
    const { stdout } = await run(command, args, { ...options, env: { ...process.env, ...env } })
    return { seconds: (performance.now() - startedAt) / 1_000, stdout }
  }
  return {
    name,
    isBare: false,
    read: async (file) => {
      const start = await timed(['--version'])
      const { seconds, stdout } = await timed(use.args(file))
      return { seconds: Math.max(seconds - start.seconds, 0.001), lines: use.countLines(stdout) }
    },
  }
}

const ofxdump: ProgramUse = {
  args: (file) => [file],
  countLines: (output) => output.split('ofx_proc_transaction').length - 1,
}

const hledger: ProgramUse = {
  args: (file) => ['-f', file, '--rules-file', inFolder('peers/hledger.rules'), 'stats'],
  countLines: (output) => Number(/Transactions\s*:\s*(\d+)/.exec(output)?.[1] ?? 0),
}

/** Who reads a format, we first; peers that are not on this machine are left out, as `findPeers` has said aloud. */
export const contestantsOf = (format: Format, peers: Peers): Contestant[] => {
  const py = (name: string, use: PythonUse) =>
    peers.python === null ? [] : [python(name, use, peers.python)]
  const native = (name: string, found: PeerProgram | null, use: ProgramUse) =>
    found === null ? [] : [program(name, found, use)]
  const others: Readonly<Record<Format, Contestant[]>> = {
    ofx: [
      ...native('libofx (ofxdump)', peers.ofxdump, ofxdump),
      ...py('ofxtools', { script: 'read_ofxtools.py' }),
    ],
    coda: py('pycoda', { script: 'read_pycoda.py' }),
    qif: py('quiffen', { script: 'read_quiffen.py' }),
    csv: [
      ...native('hledger', peers.hledger, hledger),
      node('papaparse with a mapping', 'papaparse-mapped'),
      node('papaparse alone', 'papaparse', true),
    ],
    camt053: [
      ...py('lxml with a mapping', { script: 'read_lxml_mapped.py' }),
      ...py('lxml alone', { script: 'read_lxml.py', isBare: true }),
      node('saxes alone', 'saxes', true),
    ],
  }
  return [node(ownName, 'ours'), ...others[format]]
}
