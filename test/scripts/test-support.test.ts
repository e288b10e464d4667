import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { databaseAddress } from '../../scripts/database-address.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { createTestNamespace } from '../support/temporal.ts'
import { valueOf } from './support/value-of.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

test('a test database is migrated, empty and used as the application role', async () => {
  expect(await valueOf(database.appUrl, 'SELECT current_user AS value')).toBe('app')
  expect(await valueOf(database.adminUrl, 'SELECT count(*)::int AS value FROM tenant')).toBe(0)
  const wrong = databaseAddress(database.appUrl, { password: 'guessed' })
  await expect(valueOf(wrong, 'SELECT 1')).rejects.toThrow(/password authentication failed/)
})

test('every test file gets a namespace that knows the search attributes', async () => {
  const temporal = await createTestNamespace()
  const { count } = await temporal.client.workflow.count('ConnectionState = "disconnected"')
  expect(count).toBe(0)
  await temporal.close()
})

test('the workflow bundle and the time-skipping server are handed over as paths', () => {
  expect(inject('workflowBundle')).toMatch(/workflow-bundle\.js$/)
  expect(inject('timeSkippingServer') ?? 'none, as the log says').toMatch(/start$|^none/)
})
