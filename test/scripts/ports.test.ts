import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { freePort, reservePort } from '../../scripts/ports.ts'
import { reservePorts } from '../../scripts/stack-ports.ts'

const servers: Server[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done))))
})

const listen = (port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    servers.push(server)
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })

const aFolder = async (): Promise<string> => {
  const dir = await mkdtemp(path.join(tmpdir(), 'banksync-ports-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}

test('a wanted port that is free is taken, and one that is taken shifts', async () => {
  const port = await freePort(0)
  expect(await freePort(port)).toBe(port)
  await listen(port)
  expect(await freePort(port)).toBeGreaterThan(port)
})

test('any port lies below those of outgoing connections, which would take it before its program does', async () => {
  const ports = await Promise.all(Array.from({ length: 50 }, () => freePort(0)))
  expect(ports.filter((port) => port < 20_000 || port >= 32_000)).toEqual([])
})

test('two starts at the same time never choose the same port', async () => {
  const wanted = await freePort(0)
  const first = await reservePort(wanted)
  const second = await reservePort(wanted)
  expect(second.port).not.toBe(first.port)
  await Promise.all([first.release(), second.release()])
})

test('a released port can be taken by the program it was kept for', async () => {
  const { port, release } = await reservePort(0)
  await expect(listen(port)).rejects.toThrow(/EADDRINUSE/)
  await release()
  await listen(port)
})

test('somebody who calls while a port is reserved does not keep it from being released', async () => {
  const { port, release } = await reservePort(0)
  // what is thrown out may be told so with a reset
  const caller = connect(port, '127.0.0.1').on('error', () => {})
  onTestFinished(() => void caller.destroy())
  await once(caller, 'connect')
  await release()
  await listen(port)
})

test('the next start has the same ports, except those that somebody else took meanwhile', async () => {
  const dir = await aFolder()
  const first = await reservePorts(dir, 'random')
  await first.releaseAll()
  await listen(first.of('api'))
  const second = await reservePorts(dir, 'random')
  await second.releaseAll()
  expect(second.of('sandbox')).toBe(first.of('sandbox'))
  expect(second.of('temporal')).toBe(first.of('temporal'))
  expect(second.of('api')).not.toBe(first.of('api'))
})

test('a damaged list of ports is as good as none', async () => {
  const dir = await aFolder()
  await writeFile(path.join(dir, 'ports.json'), '{"api": "3000", "sandbox": -1')
  const ports = await reservePorts(dir, 'random')
  await ports.releaseAll()
  expect(ports.of('api')).toBeGreaterThan(0)
})
