import { spawn } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readJson } from '../../scripts/read-json.ts'
import { hasEnded } from '../../scripts/running-process.ts'
import { eventually } from '../support/eventually.ts'
import { runProgram } from '../support/run-program.ts'

const root = path.resolve(import.meta.dirname, '../..')
const script = path.join(root, 'scripts/demo.ts')

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'banksync-demo-test-'))
  await mkdir(path.join(dir, 'folder'))
  await writeFile(path.join(dir, 'page.html'), '<html><body>Not a statement</body></html>')
  await writeFile(path.join(dir, 'empty.xml'), '')
})
afterAll(() => rm(dir, { recursive: true, force: true }))

test.each([
  [['--lines', 'absent.xml'], 'absent.xml: There is no such file.'],
  [['--lines', 'folder'], 'folder: This is a folder; name the files in it.'],
  [['--lines', 'page.html'], 'page.html: This is no CAMT.053 statement file'],
  [['--lines', 'empty.xml'], 'empty.xml: This is no CAMT.053 statement file'],
  [['--lines'], "Option '--lines <value>' argument missing"],
])('the demo refuses %j in a sentence before anything is started', async (args, said) => {
  const ended = await runProgram([process.execPath, script, ...args], { cwd: dir })
  expect(ended.code).toBe(2)
  expect(ended.stdout).toContain(said)
  expect(ended.stdout.trimEnd().split('\n')).toHaveLength(1)
  expect(ended.stderr).toBe('')
})

const pidsIn = async (folder: string): Promise<number[]> => {
  const value = await readJson(path.join(folder, 'running.json'))
  return Array.isArray(value) ? value.map(({ pid }) => pid) : []
}

test('an interrupted demo leaves neither a program nor a file behind', async () => {
  const place = await mkdtemp(path.join(dir, 'tmp-'))
  // as the folder for temporary files of a system is: open for the user that PostgreSQL runs as
  for (const folder of [dir, place]) await chmod(folder, 0o711)
  const env = { ...process.env, TMPDIR: place }
  const demo = spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = new Promise<number | null>((resolve) => void demo.once('close', resolve))
  let said = ''
  demo.stdout.on('data', (text: Buffer) => void (said += text.toString()))
  await eventually('the first step of the demo', () => said.includes('1  The ERP searches'))
  const [folder = ''] = (await readdir(place)).filter((name) => name.startsWith('banksync-demo-'))
  const pids = await pidsIn(path.join(place, folder))
  expect(pids).toHaveLength(6)
  demo.kill('SIGINT')
  expect(await ended).toBe(130)
  expect(await Promise.all(pids.map(hasEnded))).toEqual(pids.map(() => true))
  expect(await readdir(place)).toEqual([])
})
