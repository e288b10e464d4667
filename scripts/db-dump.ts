/** Writes db/schema.sql from the migrations; `--check` only tells whether it is up to date. */
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Client } from 'pg'
import { describeSchema } from '../db/describe-schema.ts'
import { migrate } from '../db/migrate.ts'
import { databaseAddress } from './database-address.ts'
import { startPostgres } from './postgres.ts'

const file = new URL('../db/schema.sql', import.meta.url)

const withClient = async <Value>(
  address: string,
  work: (client: Client) => Promise<Value>,
): Promise<Value> => {
  const client = new Client({ connectionString: address })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** Migrates an empty database of its own on a server and describes it. */
const describeMigrated = async (server: string): Promise<string> => {
  const database = `banksync_dump_${randomBytes(6).toString('hex')}`
  const adminUrl = databaseAddress(server, { database })
  await withClient(server, (client) => client.query(`CREATE DATABASE ${database}`))
  try {
    await migrate({ adminUrl })
    return await withClient(adminUrl, describeSchema)
  } finally {
    await withClient(server, (client) => client.query(`DROP DATABASE ${database} WITH (FORCE)`))
  }
}

const dir = await mkdtemp(path.join(tmpdir(), 'banksync-dump-'))
// where we are root, PostgreSQL runs as another user and has to pass through
await chmod(dir, 0o711)
const databaseUrl = process.env['DATABASE_URL']
const postgres = await startPostgres({ dir, databaseUrl, durable: false, log: () => undefined })
try {
  const schema = await describeMigrated(postgres.adminUrl)
  if (!process.argv.includes('--check')) {
    await writeFile(file, schema)
    console.log('db/schema.sql written')
  } else if ((await readFile(file, 'utf8').catch(() => '')) !== schema) {
    console.error('db/schema.sql differs from the migrations. Run: npm run db:dump')
    process.exitCode = 1
  }
} finally {
  await postgres.stop()
  await rm(dir, { recursive: true, force: true })
}
