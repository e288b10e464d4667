import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readPontoConfig } from '../../activities/providers/ponto/config.ts'
import { createProviders } from '../../activities/providers/registry.ts'
import { pontoEnvironment } from './support/linked-ponto.ts'

const folder = mkdtempSync(join(tmpdir(), 'registry-'))
afterAll(() => rmSync(folder, { recursive: true }))

const environment = pontoEnvironment('http://127.0.0.1:1')
const problemsOf = (changes: Record<string, string | undefined>): string => {
  try {
    createProviders(['ponto'], { ...environment, ...changes })
  } catch (error) {
    return (error as Error).message
  }
  return ''
}

test('a provider is found by its name', () => {
  const providers = createProviders(['ponto'], environment)
  expect([...providers.values()].map(({ id, name, sandbox }) => ({ id, name, sandbox }))).toEqual([
    { id: 'ponto', name: 'Ponto', sandbox: true },
  ])
})

test('the environment of a provider that is not named is not asked for', () => {
  expect(createProviders([], {}).size).toBe(0)
})

test.each(['pronto', 'constructor', ''])('"%s" is refused with the names there are', (name) => {
  expect(() => createProviders([name], environment)).toThrow(`"${name}"; there are: ponto`)
})

test('every wrong key gets a sentence, and no value is shown', () => {
  const message = problemsOf({
    PONTO_CLIENT_ID: '',
    PONTO_CLIENT_SECRET: undefined,
    PONTO_API_URL: 'secret-value',
    PONTO_SANDBOX: 'perhaps',
  })
  for (const key of ['PONTO_CLIENT_ID', 'PONTO_CLIENT_SECRET', 'PONTO_API_URL', 'PONTO_SANDBOX'])
    expect(message).toMatch(new RegExp(`^${key} must .+\\.$`, 'm'))
  expect(message).not.toContain('secret-value')
})

test('outside the sandbox no token travels in the clear', () => {
  expect(problemsOf({ PONTO_SANDBOX: 'false' })).toContain('PONTO_API_URL must be an https address')
  const live = { PONTO_CLIENT_ID: 'id', PONTO_CLIENT_SECRET: 's' }
  expect(readPontoConfig(live).apiUrl).toBe('https://api.ibanity.com/ponto-connect')
})

test('a client certificate needs its key, and files that can be read', () => {
  const file = join(folder, 'certificate.pem')
  writeFileSync(file, 'x')
  expect(problemsOf({ PONTO_TLS_CERT_FILE: file })).toContain('PONTO_TLS_KEY_FILE must be set')
  expect(
    problemsOf({ PONTO_TLS_CERT_FILE: file, PONTO_TLS_KEY_FILE: join(folder, 'no') }),
  ).toContain('PONTO_TLS_KEY_FILE names a file that cannot be read')
})

test('a configuration printed by accident shows no secret', () => {
  expect(JSON.stringify(readPontoConfig(environment))).not.toContain('sandbox-secret')
})
