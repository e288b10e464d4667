import { Client } from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { databaseAddress } from '../../scripts/database-address.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { createTestNamespace } from '../support/temporal.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

test('a test database is migrated, empty and used as the application role', async () => {
  expect(await query(database.appUrl, 'SELECT current_user AS value')).toBe('app')
  expect(await query(database.adminUrl, 'SELECT count(*)::int AS value FROM tenant')).toBe(0)
  const wrong = databaseAddress(database.appUrl, { password: 'guessed' })
  await expect(query(wrong, 'SELECT 1')).rejects.toThrow(/password authentication failed/)
})

const query = async (connectionString: string, text: string): Promise<unknown> => {
  const client = new Client({ connectionString })
  await client.connect()
  try {
    const { rows } = await client.query<{ value: unknown }>(text)
    return rows[0]?.value
  } finally {
    await client.end()
  }
}

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
