/** `npm run temporal -- …`: Temporal's own command line, pointed at the server of `npm start` unless told otherwise. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { z } from 'zod'
import { readJson } from './read-json.ts'
import { temporalBinary } from './temporal-binary.ts'

const portsFile = path.resolve(import.meta.dirname, '../.dev/ports.json')
const ports = z.object({ temporal: z.int() }).safeParse(await readJson(portsFile))

const address = process.env['TEMPORAL_ADDRESS'] ?? `127.0.0.1:${ports.data?.temporal ?? 7233}`
const program = await temporalBinary({ log: (line) => process.stderr.write(`${line}\n`) })
const child = spawn(program, process.argv.slice(2), {
  stdio: 'inherit',
  env: { ...process.env, TEMPORAL_ADDRESS: address },
})
// Ctrl-C reaches the program by itself; it decides when to end
process.on('SIGINT', () => {})
child.once('exit', (code) => {
  process.exitCode = code ?? 1
})
