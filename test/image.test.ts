import { glob, readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'

const root = path.resolve(import.meta.dirname, '..')

/** The folder or file at the top of the project that an import leads to. */
const topOf = (file: string, imported: string): string =>
  path.relative(root, path.resolve(root, path.dirname(file), imported)).split(path.sep)[0] ?? ''

const isOfTypesOnly = (clause: string): boolean => clause.trimStart().startsWith('type ')

test('the image holds every room that the programs in it import from', async () => {
  const ignored = await readFile(path.join(root, '.dockerignore'), 'utf8')
  const held = new Set([...ignored.matchAll(/^!([\w.-]+)$/gm)].map(([, name]) => name))
  const missing = new Set<string>()
  const programs = '{activities,api,db,domain,locales,statement-files,workflows}/**/*.ts'
  for await (const file of glob([programs, 'config.ts', 'temporal.ts'], { cwd: root })) {
    const text = await readFile(path.join(root, file), 'utf8')
    for (const [, clause = '', imported = ''] of text.matchAll(
      /^(?:import|export)\s([^'"]*?)from\s+'(\.[^']+)'/gm,
    ))
      if (!isOfTypesOnly(clause) && !held.has(topOf(file, imported)))
        missing.add(topOf(file, imported))
  }
  expect([...missing]).toEqual([])
})
