/** The migrated database that every test file gets a copy of. */
import { Client } from 'pg'
import { migrate } from '../../db/migrate.ts'
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
  await migrate({ adminUrl: database, appUrl })
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
