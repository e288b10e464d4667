import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { commandOf } from '../../scripts/running-process.ts'
import type { StackOptions } from '../../scripts/stack-options.ts'
import type { UnexpectedEnd } from '../../scripts/stack-process.ts'
import { startStack, type Stack } from '../../scripts/stack.ts'
import { until } from '../../scripts/until.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

const standIns = {
  sandbox: 'test/scripts/stand-ins/sandbox.ts',
  worker: 'test/scripts/stand-ins/worker.ts',
  api: 'test/scripts/stand-ins/api.ts',
}

let dir: string
let stacks: Stack[]
let database: TestDatabase
beforeEach(async () => {
  stacks = []
  dir = await mkdtemp(path.join(tmpdir(), 'banksync-stack-'))
  database = await createTestDatabase()
})
afterEach(async () => {
  for (const stack of stacks) await stack.stopAll()
  await rm(dir, { recursive: true, force: true })
  await database.drop()
})

const start = async (options: Partial<StackOptions>): Promise<Stack> => {
  const stack = await startStack({ dir, ports: 'random', ...options })
  stacks.push(stack)
  return stack
}

/** Servers of the test run in the place of the stack's own, which takes a second instead of four. */
const onSharedServers = () => ({
  databaseUrl: database.adminUrl,
  temporalAddress: inject('temporalAddress'),
  entries: standIns,
  environment: { DATABASE_URL: database.appUrl },
})

const isAlive = async (pid: number): Promise<boolean> => (await commandOf(pid)) !== null

const pidsOf = ({ processes }: Stack): number[] =>
  Object.values(processes).flatMap((one) => (one === null ? [] : [one.pid]))

test('the whole product starts with servers of its own, and stopping it leaves no process', async () => {
  const stack = await start({})
  const pids = pidsOf(stack)
  expect(pids).toHaveLength(5)
  expect((await fetch(`${stack.urls.api}/readyz`)).status).toBe(200)
  await stack.stopAll()
  expect(await Promise.all(pids.map(isAlive))).toEqual(pids.map(() => false))
})

test('a killed server or program starts again where it was', async () => {
  const stack = await start({ entries: standIns })
  const { api, worker, sandbox, postgres, temporal } = stack.processes
  for (const one of [postgres, temporal, sandbox, worker, api]) {
    const before = one?.pid
    one?.kill('SIGKILL')
    expect(await one?.ended()).toBe('SIGKILL')
    await one?.restart()
    expect(one?.pid).not.toBe(before)
  }
  expect((await fetch(stack.urls.api)).status).toBe(200)
})

test('a program that ends by itself is reported with its name, and one that we kill is not', async () => {
  const ends: UnexpectedEnd[] = []
  const stack = await start({ ...onSharedServers(), onUnexpectedEnd: (end) => ends.push(end) })
  const { worker, api } = stack.processes
  worker.kill('SIGKILL')
  await worker.ended()
  process.kill(api.pid, 'SIGKILL')
  await until(async () => (ends.length > 0 ? true : undefined), {
    what: 'A report',
    limitMs: 5_000,
  })
  expect(ends).toMatchObject([{ name: 'api', how: 'SIGKILL' }])
})

test('where one part cannot start, its last words are in the error and the others are ended', async () => {
  const entries = { ...standIns, api: 'test/scripts/stand-ins/broken.ts' }
  await expect(start({ ...onSharedServers(), entries })).rejects.toThrow(/api.*broken on purpose/s)
  const stack = await start(onSharedServers())
  expect(stack.urls.api).toMatch(/^http/)
})

test('one folder belongs to one running stack', async () => {
  const ownerScript = path.resolve(import.meta.dirname, 'stand-ins/owner.ts')
  const owner = execFile(process.execPath, [ownerScript, dir])
  try {
    await until(async () => readFile(path.join(dir, 'running.json'), 'utf8'), {
      what: 'The claim of the other process',
      limitMs: 20_000,
    })
    await expect(start(onSharedServers())).rejects.toThrow(/already running/)
  } finally {
    owner.kill('SIGKILL')
  }
})

test('what a killed owner left running is ended by the next start, in the same folder and on the same ports', async () => {
  const ownerScript = path.resolve(import.meta.dirname, 'stand-ins/owner.ts')
  const { databaseUrl, temporalAddress } = onSharedServers()
  const owner = execFile(process.execPath, [
    ownerScript,
    dir,
    databaseUrl,
    temporalAddress,
    database.appUrl,
  ])
  const line = await new Promise<string>((resolve) => owner.stdout?.once('data', resolve))
  const left = JSON.parse(line) as { pids: number[]; api: string }
  owner.kill('SIGKILL')
  await new Promise((resolve) => owner.once('exit', resolve))
  expect(await Promise.all(left.pids.map(isAlive))).toEqual(left.pids.map(() => true))
  const stack = await start({ ...onSharedServers(), ports: 'remembered' })
  expect(await Promise.all(left.pids.map(isAlive))).toEqual(left.pids.map(() => false))
  expect(stack.urls.api).toBe(left.api)
})
