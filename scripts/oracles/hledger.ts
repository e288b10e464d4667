/** Reads CSV with hledger, which has to be told the columns: those of our generated files. */
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import papa from 'papaparse'
import type { PeerProgram } from '../statement-peers.ts'
import type { Reading } from './reading.ts'

const run = promisify(execFile)
const limitMs = 60_000
const rules = path.resolve(import.meta.dirname, '../../bench/statement-files/peers/hledger.rules')

export const readWithHledger = async (program: PeerProgram, file: string): Promise<Reading> => {
  try {
    const { stdout } = await run(
      program.command,
      ['-f', `csv:${file}`, '--rules-file', rules, 'print', '--output-format', 'csv'],
      {
        env: { ...process.env, ...program.env },
        timeout: limitMs,
        maxBuffer: 256 * 1024 * 1024,
      },
    )
    const { data } = papa.parse<Record<string, string>>(stdout, { header: true })
    const lines = data
      .filter((row) => row['account'] === 'assets:bank')
      .map((row) => [row['date'] ?? null, row['amount'] ?? ''] as const)
    return { statements: [{ lines }] }
  } catch {
    return { failed: 'error' }
  }
}
