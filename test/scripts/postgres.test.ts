import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freePort } from '../../scripts/ports.ts'
import { startPostgres, type Postgres } from '../../scripts/postgres.ts'
import { commandOf } from '../../scripts/running-process.ts'
import { valueOf } from './support/value-of.ts'

let dir: string
let started: Postgres[]
beforeEach(async () => {
  started = []
  dir = await mkdtemp(path.join(tmpdir(), 'banksync-pg-'))
})
afterEach(async () => {
  for (const postgres of started) await postgres.stop()
  await rm(dir, { recursive: true, force: true })
})

const start = async (options: { dir?: string; port?: number } = {}): Promise<Postgres> => {
  const postgres = await startPostgres({ dir, durable: false, ...options })
  started.push(postgres)
  return postgres
}

test('the server runs as an ordinary system user, whoever starts it', async () => {
  const { child } = await start()
  const { uid } = await stat(`/proc/${child?.pid}`)
  expect(uid).not.toBe(0)
})

test('rows survive a restart, and the password stays with its owner', async () => {
  const first = await start()
  await valueOf(first.adminUrl, 'CREATE TABLE kept AS SELECT 42 AS value')
  await first.stop()
  const second = await start()
  expect(await valueOf(second.adminUrl, 'SELECT value FROM kept')).toBe(42)
  expect((await stat(path.join(dir, 'postgres-password'))).mode & 0o777).toBe(0o600)
  await expect(valueOf(second.adminUrl.replace(/:[^:@]+@/, ':wrong@'), 'SELECT 1')).rejects.toThrow(
    /password authentication failed/,
  )
})

test('two servers that want the same port at the same moment both come up', async () => {
  const port = await freePort(0)
  const both = await Promise.all(
    ['one', 'two'].map((name) => start({ dir: path.join(dir, name), port })),
  )
  const answers = both.map(({ adminUrl }) =>
    valueOf(adminUrl, "SELECT current_setting('port') AS value"),
  )
  expect(new Set(await Promise.all(answers)).size).toBe(2)
})

test('a server that was killed starts again', async () => {
  const first = await start()
  first.child?.kill('SIGKILL')
  const second = await start()
  expect(await valueOf(second.adminUrl, 'SELECT 1 AS value')).toBe(1)
})

test('a server that outlived a killed start is ended and replaced', async () => {
  const first = await start()
  const second = await start()
  expect(await first.child?.exited).toBe('exit code 0')
  expect(await valueOf(second.adminUrl, 'SELECT 1 AS value')).toBe(1)
})

test('another program that got the number of a dead server is left alone', async () => {
  const first = await start()
  const { folder } = first
  const pidFile = path.join(folder ?? '', 'postmaster.pid')
  const text = await readFile(pidFile, 'utf8')
  await first.stop()
  await writeFile(pidFile, text.replace(/^\d+/, String(process.pid)))
  const second = await start()
  expect(await valueOf(second.adminUrl, 'SELECT 1 AS value')).toBe(1)
  expect(await commandOf(process.pid)).not.toBeNull()
})

test('an address of a server that does not answer is refused with a sentence', async () => {
  const databaseUrl = 'postgres://nobody@127.0.0.1:1/none'
  await expect(startPostgres({ dir, databaseUrl })).rejects.toThrow(
    /DATABASE_URL did not happen within 10 s\. It says: .*ECONNREFUSED/,
  )
})

test('an address that is refused is told at once, with the reason and without the password', async () => {
  const { adminUrl } = await start()
  const address = new URL(adminUrl)
  address.password = 'canary'
  const wrong = await startPostgres({ dir, databaseUrl: address.href }).catch(String)
  expect(wrong).toMatch(/DATABASE_URL will not happen: password authentication failed/)
  expect(wrong).not.toContain('canary')
  address.href = adminUrl
  address.pathname = '/absent'
  await expect(startPostgres({ dir, databaseUrl: address.href })).rejects.toThrow(
    /will not happen: database "absent" does not exist/,
  )
  for (const databaseUrl of ['localhost', 'https://canary@db.test/', 'postgres://user:canary@[']) {
    const refused = await startPostgres({ dir, databaseUrl }).catch(String)
    expect(refused).toBe(
      'Error: DATABASE_URL is no address such as postgres://user:password@host:5432/name.',
    )
  }
})
