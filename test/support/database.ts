/** A database of its own for a test file, cloned from the migrated template in a few hundredths of a second. */
import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { databaseAddress } from '../../scripts/database-address.ts'
import { asAdministrator } from './template-database.ts'

export interface TestDatabase {
  /** As the role `app`: row-level security applies, as in production. */
  appUrl: string
  /** As the administrator, for arranging what `app` may not and for looking behind row-level security. */
  adminUrl: string
  /** Cuts every connection and removes the database. */
  drop: () => Promise<void>
}

/** Makes a migrated, empty database; call it in `beforeAll` and `drop` it in `afterAll`. */
export const createTestDatabase = async (): Promise<TestDatabase> => {
  const server = inject('adminUrl')
  const template = inject('templateDatabase')
  const database = `${template}_${randomBytes(6).toString('hex')}`
  await asAdministrator(server, (client) =>
    client.query(`CREATE DATABASE ${database} TEMPLATE ${template}`),
  )
  const adminUrl = databaseAddress(server, { database })
  return {
    adminUrl,
    appUrl: databaseAddress(adminUrl, { user: 'app', password: inject('appPassword') }),
    drop: async () => {
      await asAdministrator(server, (client) =>
        client.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`),
      )
    },
  }
}
