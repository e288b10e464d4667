import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { providerNames } from '../activities/providers/registry.ts'
import { ConfigError, readConfig, readMigrationConfig } from '../config.ts'

const working = {
  DATABASE_URL: 'postgres://app:canary@localhost:5432/banksync',
  VAULT_KEYS: 'k1:canary',
  PUBLIC_URL: 'https://banksync.test/',
}

const problemsOf = (environment: Record<string, string>): string => {
  try {
    readConfig(environment)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return ''
}

test('three keys are enough; the rest has defaults', () => {
  expect(readConfig(working)).toMatchObject({
    temporalAddress: 'localhost:7233',
    temporalNamespace: 'default',
    providers: ['ponto'],
    publicUrl: 'https://banksync.test',
    host: '127.0.0.1',
    port: 3000,
    logLevel: 'info',
    nodeEnv: 'production',
    workflowBundle: null,
    poolSize: 10,
  })
})

test('an empty value counts as unset', () => {
  expect(readConfig({ ...working, PORT: '', PROVIDERS: '' })).toMatchObject({
    port: 3000,
    providers: ['ponto'],
  })
})

test('every wrong key is told in one sentence, and no value is shown', () => {
  const problems = problemsOf({
    DATABASE_URL: 'mysql://canary:canary@db/x',
    PORT: 'canary',
    LOG_LEVEL: 'canary',
    PROVIDERS: 'ponto,CANARY!',
    POOL_SIZE: '0',
  })
  for (const key of ['DATABASE_URL', 'PORT', 'LOG_LEVEL', 'PROVIDERS', 'POOL_SIZE'])
    expect(problems).toContain(`${key} must`)
  for (const key of ['VAULT_KEYS', 'PUBLIC_URL']) expect(problems).toContain(`${key} is missing`)
  expect(problems).not.toMatch(/canary/i)
})

test('a migration needs the administrator’s address only', () => {
  const MIGRATION_DATABASE_URL = 'postgres://postgres@localhost/banksync'
  expect(readMigrationConfig({ MIGRATION_DATABASE_URL })).toEqual({
    adminUrl: MIGRATION_DATABASE_URL,
  })
  expect(readMigrationConfig({ ...working, MIGRATION_DATABASE_URL })).toMatchObject({
    appUrl: working.DATABASE_URL,
  })
  expect(() => readMigrationConfig({})).toThrow('MIGRATION_DATABASE_URL is missing')
})

const textOf = (path: string): string =>
  readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')

/** Every key of the environment that a provider's `config.ts` names. */
const keysReadBy = (name: string): string[] => {
  const pattern = new RegExp(`\\b${name.toUpperCase()}(?:_[A-Z0-9]+)+\\b`, 'g')
  const source = textOf(`activities/providers/${name}/config.ts`)
  return [...new Set(source.match(pattern))].toSorted()
}

const keysNamedIn = (path: string, name: string): string[] => {
  const pattern = new RegExp(`^ *(${name.toUpperCase()}_[A-Z0-9_]+) ?[:=]`, 'gm')
  return [...textOf(path).matchAll(pattern)].map(([, key = '']) => key).toSorted()
}

test.each(providerNames)('every key of %s can be set in production, and no other', (name) => {
  const keys = keysReadBy(name)
  expect(keys).toContain(`${name.toUpperCase()}_SANDBOX`)
  expect(keysNamedIn('.env.example', name)).toEqual(keys)
  expect(keysNamedIn('docker-compose.yml', name)).toEqual(keys)
  for (const key of keys)
    expect(textOf('docker-compose.yml')).toMatch(new RegExp(`^ *${key}: \\$\\{${key}:-`, 'm'))
})
