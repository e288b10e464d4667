import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { ProgramName } from '../../scripts/stack-options.ts'
import { watchFiles } from '../../scripts/watch-files.ts'
import { sources } from '../../scripts/watch-source.ts'
import { eventually } from '../support/eventually.ts'

const root = path.resolve(import.meta.dirname, '../..')

/** A folder with one program in it, and the changes that were noticed since the last look. */
const aProgram = async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'banksync-watch-'))
  const ending = new AbortController()
  onTestFinished(async () => {
    ending.abort()
    await rm(folder, { recursive: true, force: true })
  })
  await mkdir(path.join(folder, 'api/health'), { recursive: true })
  await mkdir(path.join(folder, 'other'))
  for (const file of ['api/health/live.ts', 'config.ts', 'other/file.ts'])
    await writeFile(path.join(folder, file), 'first')
  const noticed = new Set<string>()
  const onChange = (file: string) => void noticed.add(file)
  watchFiles(folder, { parts: ['api', 'config.ts'], onChange, signal: ending.signal })
  const write = (file: string, text: string) => writeFile(path.join(folder, file), text)
  /** As sed, git and most editors save a file. */
  const replace = async (file: string, text: string) => {
    await write(`${file}.new`, text)
    await rename(path.join(folder, `${file}.new`), path.join(folder, file))
  }
  const isNoticed = async (file: string) => {
    await eventually(`a change of ${file}`, () => noticed.has(file))
    noticed.clear()
  }
  return { folder, noticed, write, replace, isNoticed }
}

test('a file that is saved by replacement is noticed every time', async () => {
  const { write, replace, isNoticed, noticed } = await aProgram()
  for (const text of ['second', 'third', 'fourth']) {
    await replace('api/health/live.ts', text)
    await isNoticed('api/health/live.ts')
    await replace('config.ts', text)
    await isNoticed('config.ts')
    noticed.clear()
  }
  await write('api/health/live.ts', 'fifth')
  await isNoticed('api/health/live.ts')
})

test('a folder that is made later is watched too, also one that replaces another', async () => {
  const { folder, write, isNoticed } = await aProgram()
  for (const name of ['api/new', 'api/health']) {
    await rm(path.join(folder, name), { recursive: true, force: true })
    await mkdir(path.join(folder, name, 'deep'), { recursive: true })
    await write(`${name}/deep/inside.ts`, 'a')
    await isNoticed(`${name}/deep/inside.ts`)
    await write(`${name}/deep/later.ts`, 'a')
    await isNoticed(`${name}/deep/later.ts`)
  }
})

test('what lies beside the parts is nobody’s change', async () => {
  const { write, noticed } = await aProgram()
  await write('other/file.ts', 'second')
  await write('package.json', '{}')
  await write('config.ts', 'second')
  await eventually('a change of config.ts', () => noticed.has('config.ts'))
  expect([...noticed]).toEqual(['config.ts'])
})

/** Every file of ours that a program loads, from its entry on. */
const madeOf = (entries: readonly string[]): string[] => {
  const found = new Set(entries)
  for (const file of found) {
    const text = readFileSync(path.join(root, file), 'utf8')
    for (const [, isType, target] of text.matchAll(
      /^(?:import|export) (type )?[^'"]*?from '(\.[^']+)'/gm,
    )) {
      const imported = path.posix.join(path.posix.dirname(file), target ?? '')
      if (isType === undefined && existsSync(path.join(root, imported))) found.add(imported)
    }
  }
  return [...found]
}

const entries: Record<ProgramName, string[]> = {
  sandbox: ['sandbox/server.ts'],
  worker: ['activities/worker.ts', 'workflows/index.ts'],
  api: ['api/server.ts'],
}

test.each(['sandbox', 'worker', 'api'] as const)(
  'every file that the %s is made of starts it again',
  (name) => {
    const files = madeOf(entries[name])
    expect(files.length).toBeGreaterThan(20)
    const isWatched = (file: string) =>
      sources[name].some((part) => file === part || file.startsWith(`${part}/`))
    expect(files.filter((file) => !isWatched(file))).toEqual([])
  },
)
