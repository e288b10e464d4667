/** The migrated database that every test file gets a copy of. */
import { Client } from 'pg'
import { databaseAddress } from '../../scripts/database-address.ts'

interface Template {
  adminUrl: string
  templateDatabase: string
  appPassword: string
}

/** Makes and migrates the template; the role `app` can log in with the password afterwards. */
export const makeTemplate = async ({
  adminUrl,
  templateDatabase,
  appPassword,
}: Template): Promise<void> => {
  await asAdministrator(adminUrl, (client) => client.query(`CREATE DATABASE ${templateDatabase}`))
  const database = databaseAddress(adminUrl, { database: templateDatabase })
  const appUrl = databaseAddress(database, { user: 'app', password: appPassword })
  // until db/migrate.ts is there, the files are applied as they are
  const path = '../../db/migrate.ts'
  const runner = await import(path).catch(() => null)
  if (runner !== null) return runner.migrate({ adminUrl: database, appUrl })
  const { readdirSync, readFileSync } = await import('node:fs')
  await asAdministrator(database, async (client) => {
    for (const file of readdirSync('db/migrations').toSorted()) {
      await client.query('BEGIN')
      if (!file.startsWith('0001')) await client.query('SET LOCAL ROLE owner')
      await client.query(readFileSync(`db/migrations/${file}`, 'utf8'))
      await client.query('COMMIT')
    }
    await client.query(`ALTER ROLE app PASSWORD '${appPassword}'`)
  })
}

/** Removes the template and every copy of it that is left. */
export const dropTestDatabases = (adminUrl: string, templateDatabase: string): Promise<void> =>
  asAdministrator(adminUrl, async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
      [templateDatabase],
    )
    for (const { datname } of rows)
      await client.query(`DROP DATABASE IF EXISTS ${datname} WITH (FORCE)`)
  })

/** Runs statements as the administrator of the test server. */
export const asAdministrator = async <Value>(
  adminUrl: string,
  work: (client: Client) => Promise<Value>,
): Promise<Value> => {
  const client = new Client({ connectionString: adminUrl })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
