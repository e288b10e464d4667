import { Client } from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { createTestNamespace } from '../support/temporal.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

test('a test database is migrated, empty and used as the application role', async () => {
  const client = new Client({ connectionString: database.appUrl })
  await client.connect()
  const { rows } = await client.query(
    'SELECT current_user AS who, count(*)::int AS tenants FROM tenant GROUP BY 1',
  )
  await client.end()
  expect(rows.every((row) => row.who === 'app')).toBe(true)
  await expect(
    (async () => {
      const other = new Client({ connectionString: database.appUrl.replace('app:', 'app:x') })
      await other.connect()
    })(),
  ).rejects.toThrow(/password authentication failed/)
})

test('every test file gets a namespace that knows the search attributes', async () => {
  const temporal = await createTestNamespace()
  const { count } = await temporal.client.workflow.count('ConnectionState = "disconnected"')
  expect(count).toBe(0)
  await temporal.close()
})

test('the workflow bundle and the time-skipping server are handed over as paths', () => {
  expect(inject('workflowBundle')).toMatch(/workflow-bundle\.js$/)
  console.log(inject('timeSkippingServer'))
})
