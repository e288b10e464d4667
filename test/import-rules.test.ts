/**
 * Import rules can be silently off (a wrong pattern matches nothing), so they run here on a copy of the house
 * in which every forbidden import is marked `// flagged`, next to allowed ones that must stay unmarked.
 */
import { execFile } from 'node:child_process'
import { copyFile, cp, glob, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = path.resolve(import.meta.dirname, '..')
const oxlint = path.join(
  path.dirname(createRequire(import.meta.url).resolve('oxlint/package.json')),
  'bin/oxlint',
)

/** The rules without the half that needs types, for the files of a commit. */
const hookRules = '.oxlintrc.hook.json'

let house: string
let reported: { file: string; line: number; message: string }[]

beforeAll(async () => {
  // a folder of its own, because the rules are written for paths from the root of the house
  house = await mkdtemp(path.join(tmpdir(), 'banksync-imports-'))
  await cp(path.join(root, 'test/fixtures/imports'), house, { recursive: true })
  for (const rules of ['.oxlintrc.json', hookRules])
    await copyFile(path.join(root, rules), path.join(house, rules))
  reported = await lint(house)
})

afterAll(() => rm(house, { recursive: true, force: true }))

const importRules = /no-restricted-(imports|globals)/

const lint = async (folder: string, ...options: string[]) => {
  const output = await run(folder, options)
  const { diagnostics } = JSON.parse(output) as {
    diagnostics: {
      code: string
      filename: string
      help?: string
      message: string
      labels: { span: { line: number } }[]
    }[]
  }
  return diagnostics
    .filter(({ code }) => importRules.test(code))
    .map(({ filename, labels, help, message }) => ({
      file: filename,
      line: labels[0]?.span.line ?? 0,
      message: `${message} ${help ?? ''}`,
    }))
}

const run = (folder: string, options: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = execFile(
      process.execPath,
      [oxlint, '--format=json', ...options, '.'],
      { cwd: folder, maxBuffer: 20_000_000 },
      // findings make the exit code 1, and findings are what we want
      (error, stdout) =>
        stdout === '' ? reject(error ?? new Error('oxlint said nothing')) : resolve(stdout),
    )
    child.stdin?.end()
  })

const marked = async (): Promise<string[]> => {
  const found: string[] = []
  for await (const file of glob('**/*.{ts,tsx}', { cwd: house })) {
    const lines = (await readFile(path.join(house, file), 'utf8')).split('\n')
    lines.forEach((line, index) => {
      if (line.includes('// flagged')) found.push(`${file}:${index + 1} ${line.split(' // ')[0]}`)
    })
  }
  return found.toSorted()
}

const textAt = async (file: string, line: number): Promise<string> => {
  const lines = (await readFile(path.join(house, file), 'utf8')).split('\n')
  return `${file}:${line} ${lines[line - 1]?.split(' // ')[0]}`
}

test('exactly the imports that break a rule of the house are refused', async () => {
  const refused = await Promise.all(reported.map(({ file, line }) => textAt(file, line)))
  expect([...new Set(refused)].toSorted()).toEqual(await marked())
})

test('a commit is refused for the same imports, though without the rules that need types', async () => {
  const hook = await readFile(path.join(root, '.githooks/pre-commit'), 'utf8')
  expect(hook).toContain(`--config=${hookRules}`)
  expect(JSON.parse(await readFile(path.join(house, hookRules), 'utf8'))).toMatchObject({
    options: { typeAware: false },
  })
  const places = (found: typeof reported) =>
    found.map(({ file, line }) => `${file}:${line}`).toSorted()
  expect(places(await lint(house, `--config=${hookRules}`))).toEqual(places(reported))
})

test('every refusal gives its reason as a sentence', () => {
  expect(reported.length).toBeGreaterThan(50)
  for (const { message } of reported) expect(message).toMatch(/[a-z]{3,}.* [a-z]+.*\./)
})

test('a house without the rules is not mistaken for one that keeps them', async () => {
  const bare = await mkdtemp(path.join(tmpdir(), 'banksync-imports-'))
  await cp(house, bare, { recursive: true })
  const rules = JSON.parse(await readFile(path.join(house, '.oxlintrc.json'), 'utf8')) as {
    overrides: unknown[]
  }
  await writeFile(path.join(bare, '.oxlintrc.json'), JSON.stringify({ ...rules, overrides: [] }))
  expect(await lint(bare)).toEqual([])
  await rm(bare, { recursive: true, force: true })
})
