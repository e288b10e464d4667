/** Reads files with peers written in Python, all files of a reader in one process. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import type { PeerProgram } from '../statement-peers.ts'
import type { Reading } from './reading.ts'

const text = z.string().nullish()
const answer = z.union([
  z.object({ file: z.string(), failed: z.string() }),
  z.object({
    file: z.string(),
    statements: z.array(
      z.object({
        account: text,
        currency: text,
        opening: text,
        closing: text,
        lines: z.array(z.tuple([z.string().nullable(), z.string()])),
      }),
    ),
  }),
])

const script = path.join(import.meta.dirname, 'peers.py')

/** A file that is not in the answer ended its reader. */
export const readWithPython = async (
  program: PeerProgram,
  reader: string,
  files: readonly string[],
): Promise<Map<string, Reading>> => {
  const child = spawn(program.command, [script, reader], {
    env: { ...process.env, ...program.env },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  child.stdin.on('error', () => {})
  child.stdin.end(files.map((file) => `${file}\n`).join(''))
  const readings = new Map<string, Reading>()
  for await (const line of createInterface({ input: child.stdout })) {
    // some peers print on their own
    if (!line.startsWith('{"file"')) continue
    const parsed = answer.parse(JSON.parse(line))
    readings.set(
      parsed.file,
      'failed' in parsed ? { failed: parsed.failed } : { statements: parsed.statements },
    )
  }
  return readings
}
