import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { temporalBinary } from '../../scripts/temporal-binary.ts'
import { startTemporal } from '../../scripts/temporal-server.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'banksync-temporal-'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(dir, { recursive: true, force: true })
})

/** A program that ends at its first `failures` starts as a server, and is the real one afterwards. */
const failingAtFirst = async (failures: number): Promise<{ starts: () => Promise<number> }> => {
  const [starts, program] = [path.join(dir, 'starts'), path.join(dir, 'temporal')]
  await writeFile(starts, '')
  const text = `#!/bin/sh
case "$*" in *--help*) exec '${await temporalBinary()}' "$@";; esac
echo start >> '${starts}'
[ "$(wc -l < '${starts}')" -le ${failures} ] && { echo 'port is taken' >&2; exit 1; }
exec '${await temporalBinary()}' "$@"
`
  await writeFile(program, text)
  await chmod(program, 0o755)
  vi.stubEnv('TEMPORAL_CLI_PATH', program)
  return { starts: async () => (await readFile(starts, 'utf8')).split('\n').length - 1 }
}

test('a server that ends while it starts, its own ports taken, is started again', async () => {
  const { starts } = await failingAtFirst(2)
  const temporal = await startTemporal()
  expect(temporal.child?.hasExited()).toBe(false)
  await temporal.stop()
  expect(await starts()).toBe(3)
})

test('a server that never comes up is given up, with its own last words', async () => {
  const { starts } = await failingAtFirst(9)
  await expect(startTemporal()).rejects.toThrow(/it ended\.\nport is taken/)
  expect(await starts()).toBe(3)
})
