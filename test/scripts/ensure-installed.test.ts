import { execFile } from 'node:child_process'
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'

const script = path.resolve(import.meta.dirname, '../../scripts/ensure-installed.mjs')

let checkout: string
beforeEach(async () => {
  checkout = await mkdtemp(path.join(tmpdir(), 'banksync-checkout-'))
  await mkdir(path.join(checkout, 'scripts'))
  await copyFile(script, path.join(checkout, 'scripts/ensure-installed.mjs'))
  await writeFile(
    path.join(checkout, 'hello.mjs'),
    'console.log("hello", ...process.argv.slice(2)); process.exit(7)',
  )
  await lock('package-lock.json', { tool: '1.0.0', 'other-platform': '1.0.0' })
  await program('bin/npm', 'echo "npm $*" >> "$CALLS"')
})
afterEach(() => rm(checkout, { recursive: true, force: true }))

const program = async (file: string, body: string): Promise<void> => {
  const target = path.join(checkout, file)
  await mkdir(path.dirname(target), { recursive: true })
  await writeFile(target, `#!/bin/sh\n${body}\n`)
  await chmod(target, 0o755)
}

const lock = async (file: string, versions: Record<string, string>): Promise<void> => {
  const packages = Object.entries(versions).map(([name, version]) => [
    `node_modules/${name}`,
    { version, ...(name === 'other-platform' ? { optional: true } : {}) },
  ])
  const target = path.join(checkout, file)
  await mkdir(path.dirname(target), { recursive: true })
  await writeFile(target, JSON.stringify({ packages: Object.fromEntries([['', {}], ...packages]) }))
}

const installed = async (versions: Record<string, string>): Promise<void> => {
  await lock('node_modules/.package-lock.json', versions)
  await program('node_modules/.bin/node', `exec "${process.execPath}" "$@"`)
}

const run = async (...args: string[]) => {
  const calls = path.join(checkout, 'calls')
  const { npm_execpath: _, ...environment } = process.env
  const env = {
    ...environment,
    CALLS: calls,
    PATH: `${path.join(checkout, 'bin')}:${process.env['PATH']}`,
  }
  const ensure = path.join(checkout, 'scripts/ensure-installed.mjs')
  const ended = await promisify(execFile)(process.execPath, [ensure, ...args], { env }).then(
    ({ stdout }) => ({ code: 0, output: stdout }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      output: error.stdout + error.stderr,
    }),
  )
  return { ...ended, npmCalls: await readFile(calls, 'utf8').catch(() => '') }
}

test('packages that fit the lock file are not installed again, also where another platform has more', async () => {
  await installed({ tool: '1.0.0' })
  expect(await run('hello.mjs', 'a b')).toEqual({ code: 7, output: 'hello a b\n', npmCalls: '' })
})

test('a fresh checkout is installed first, and says so', async () => {
  await program(
    'bin/npm',
    `echo "npm $*" >> "$CALLS"; mkdir -p node_modules/.bin
    printf '#!/bin/sh\\nexec "${process.execPath}" "$@"\\n' > node_modules/.bin/node; chmod +x node_modules/.bin/node`,
  )
  const { code, output, npmCalls } = await run('hello.mjs')
  expect(npmCalls).toMatch(/^npm ci /)
  // on the error output: what a script prints may be read by a program
  expect(output).toMatch(
    /^hello\nInstalling packages with npm ci, because nothing is installed yet/,
  )
  expect(code).toBe(7)
})

test.for([
  ['another version is wanted', { tool: '0.9.0' }],
  ['a package is missing', {}],
] as const)('packages are installed when %s', async ([, versions]) => {
  await installed(versions)
  expect((await run('hello.mjs')).npmCalls).toMatch(/^npm ci /)
})

test('a failed installation runs nothing and passes its exit code on', async () => {
  await program('bin/npm', 'exit 3')
  expect(await run('hello.mjs')).toMatchObject({
    code: 3,
    output: expect.not.stringContaining('hello'),
  })
})

test('an installed program runs by its name, an unknown one is refused with a sentence', async () => {
  await installed({ tool: '1.0.0' })
  await copyFile(
    path.join(checkout, 'hello.mjs'),
    path.join(checkout, 'node_modules/.bin/greet.mjs'),
  )
  expect(await run('greet.mjs')).toMatchObject({ code: 7 })
  const unknown = await run('nothing')
  expect(unknown).toMatchObject({ code: 1, output: expect.stringContaining('called nothing') })
})

const git = (...args: string[]) => promisify(execFile)('git', args, { cwd: checkout })

test('the hook is switched on in a checkout that has not chosen its hooks, and only there', async () => {
  await installed({ tool: '1.0.0' })
  await git('init', '--quiet')
  await run('hello.mjs')
  expect((await git('config', '--local', 'core.hooksPath')).stdout.trim()).toBe('.githooks')
  await git('config', 'core.hooksPath', 'mine')
  await run('hello.mjs')
  expect((await git('config', 'core.hooksPath')).stdout.trim()).toBe('mine')
})
