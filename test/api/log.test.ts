import { execFile } from 'node:child_process'
import { inspect, promisify } from 'node:util'
import { expect, test } from 'vitest'
import { apiKeyId, hashApiKey, mintApiKey } from '../../api/api-key.ts'
import { createLog, serializeError } from '../../api/log.ts'
import { Secret } from '../../domain/secret.ts'

const logged = (write: (log: ReturnType<typeof createLog>) => void): string => {
  const lines: string[] = []
  write(createLog('info', { write: (line) => void lines.push(line) }))
  return lines.join('')
}

test('an error is logged by name, code and place, without what hangs on it', () => {
  const error = Object.assign(new Error('call failed'), {
    code: 'ECONNRESET',
    config: { headers: { authorization: 'Bearer canary-1' } },
    request: { body: 'canary-2' },
  })
  const line = logged((log) => log.error({ error: new Error('outer', { cause: error }) }, 'failed'))
  expect(line).toContain('ECONNRESET')
  expect(line).toContain('log.test.ts')
  expect(line).not.toContain('canary')
})

test.each([
  ['a bearer value', 'refused: Bearer canary.value.here'],
  ['one of our keys', `wrong key ${mintApiKey().key}`],
  ['a password in an address', 'cannot reach postgres://app:canary@db/banksync'],
  ['a code of a bank in an address', 'GET /callbacks/ponto?code=canary&state=canary2 failed'],
  ['a long random value', `bad value ${'Ab3'.repeat(20)}`],
])('%s inside a message is removed', (_what, message) => {
  const text = JSON.stringify(serializeError(new Error(message)))
  expect(text).toContain('[removed]')
  expect(text).not.toMatch(/canary|bsk_live_|Ab3Ab3/)
})

test('a secret says nothing in any form', () => {
  const secret = new Secret('canary')
  expect(
    logged((log) => log.info({ secret, text: String(secret), shown: inspect(secret) }, 'x')),
  ).not.toContain('canary')
})

test('a long chain of causes ends', () => {
  let error = new Error('first')
  for (let i = 0; i < 50; i += 1) error = new Error(`level ${i}`, { cause: error })
  expect(JSON.stringify(serializeError(error)).length).toBeLessThan(8_000)
})

test('a mistyped key is told from a real one without asking anybody', () => {
  const { key, id, keyHash } = mintApiKey()
  expect(key).toMatch(/^bsk_live_\w{8}_\w{38}$/)
  expect(apiKeyId(key)).toBe(id)
  expect(hashApiKey(key)).toEqual(keyHash)
  const changed = key.slice(0, 20) + (key[20] === 'a' ? 'b' : 'a') + key.slice(21)
  expect(apiKeyId(changed)).toBeNull()
  expect(apiKeyId('')).toBeNull()
})

test('what was logged just before the process ends is written, whatever ends it', async () => {
  const run = promisify(execFile)
  const log = new URL('../../api/log.ts', import.meta.url).href
  const endings = {
    'by itself': '',
    'an exit': 'process.exit(3)',
    'an error': "throw new Error('out')",
  }
  for (const [ending, statement] of Object.entries(endings)) {
    const script = `import { createLog } from '${log}'
      const log = createLog('info')
      log.info('first')
      log.info('last')
      ${statement}`
    // a failed run has its output too
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script]).catch(
      (error: unknown) => error as { stdout: string },
    )
    const said = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).msg)
    expect([ending, said]).toEqual([ending, ['first', 'last']])
  }
})
