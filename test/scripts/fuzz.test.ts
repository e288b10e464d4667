import { execFile } from 'node:child_process'
import path from 'node:path'
import { expect, test } from 'vitest'

const script = path.resolve(import.meta.dirname, '../../scripts/fuzz.ts')

const run = (...args: string[]): Promise<{ code: number; output: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], { timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr })
    })
  })

test.each([
  ['--seconds', 'soon'],
  ['--seconds', '0'],
  ['--seconds', '-5'],
  ['--seconds', 'Infinity'],
  ['--seed', 'seven'],
  ['--seed', '-1'],
  ['--seed', '1.5'],
  ['--seed', '4294967296'],
])('fuzzing with %s=%s is refused with a sentence', async (option, value) => {
  const { code, output } = await run(`${option}=${value}`)
  expect(output.trim()).toMatch(new RegExp(`^${option} is a .+\\.$`))
  expect(code).toBe(2)
})

test('fuzzing a format that nobody reads is refused, even beside one that is read', async () => {
  const { code, output } = await run('--format', 'qif', '--format', 'mt940')
  expect(output).toContain('A format is one of')
  expect(code).toBe(2)
})

test('fuzzing that read no file at all is no success', async () => {
  const { code, output } = await run('--format', 'qif', '--seconds', '0.000001')
  expect(output).toContain('qif: 0 files read')
  expect(code).toBe(1)
})
