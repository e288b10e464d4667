/** The product's database on the stack's PostgreSQL server. */
import { Client } from 'pg'
import { databaseAddress } from './database-address.ts'

/** Makes the database on a server of our own unless it is there, and gives back the administrator's address of it. */
export const makeDatabase = async (adminUrl: string): Promise<string> => {
  const client = new Client({ connectionString: adminUrl })
  await client.connect()
  try {
    const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname = 'banksync'")
    if (rowCount === 0) await client.query('CREATE DATABASE banksync')
  } finally {
    await client.end()
  }
  return databaseAddress(adminUrl, { database: 'banksync' })
}
