/** Brings a database to the schema of this version; forward only. */
import pg from 'pg'
import { readMigrationConfig } from '../config.ts'
import type { MigrationFile } from './migration-files.ts'
import { migrationsFolder, readMigrations } from './migration-files.ts'
import { letAppLogIn } from './roles.ts'

export interface MigrateOptions {
  /** Of a role that may create roles and use the schema. */
  adminUrl: string
  /** Of the role that serves requests; its user is made able to log in with the password of this url. */
  appUrl?: string
  log?: (line: string) => void
  folder?: string
}

interface Applied {
  name: string
  checksum: string
}

/** Applies what is missing and returns the names; concurrent callers wait for each other. */
export const migrate = async (options: MigrateOptions): Promise<string[]> => {
  const { adminUrl, appUrl, log = () => undefined, folder = migrationsFolder } = options
  const files = await readMigrations(folder)
  const client = new pg.Client({
    connectionString: adminUrl,
    application_name: 'banksync migrate',
    connectionTimeoutMillis: 10_000,
  })
  client.on('notice', ({ severity, message }) => {
    if (severity === 'WARNING') log(`WARNING: ${message ?? ''}`)
  })
  await client.connect()
  try {
    // for the turn of another migrator, and for tables that a long transaction keeps
    await client.query("SET lock_timeout = '5min'")
    await client.query("SELECT pg_advisory_lock(hashtext('banksync migrations'))")
    const missing = await findMissing(client, files)
    for (const file of missing) {
      log(`applying ${file.name}${file.isBreaking ? ' (breaking)' : ''}`)
      await apply(client, file)
    }
    if (appUrl !== undefined) await letAppLogIn(client, appUrl)
    log(missing.length === 0 ? 'the schema is up to date' : `applied ${missing.length} migrations`)
    return missing.map(({ name }) => name)
  } finally {
    await client.end()
  }
}

const findMissing = async (client: pg.Client, files: MigrationFile[]): Promise<MigrationFile[]> => {
  await client.query(`
    CREATE TABLE IF NOT EXISTS public.migration (
      name text PRIMARY KEY,
      checksum text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now()
    )`)
  const { rows: applied } = await client.query<Applied>(
    'SELECT name, checksum FROM public.migration ORDER BY name',
  )
  for (const { name, checksum } of applied) {
    const file = files.find((candidate) => candidate.name === name)
    if (!file)
      throw new Error(
        `The database has migration "${name}", which this version does not know. Run a version that has it, or restore the file.`,
      )
    if (file.checksum !== checksum)
      throw new Error(
        `Migration "${name}" was edited after it was applied. Restore the file as it was and put the change into a new migration.`,
      )
  }
  const missing = files.filter(({ name }) => !applied.some((row) => row.name === name))
  const last = applied.at(-1)?.name ?? ''
  const early = missing.find(({ name }) => name < last)
  if (early)
    throw new Error(
      `Migration "${early.name}" is new but comes before "${last}", which is applied. Give it the next number.`,
    )
  return missing
}

/** The first file makes the roles; from then on everything belongs to a role that cannot log in. */
const makesRoles = (file: MigrationFile): boolean => file.name.startsWith('0001_')

const apply = async (client: pg.Client, file: MigrationFile): Promise<void> => {
  try {
    if (file.inTransaction) await client.query('BEGIN')
    if (!makesRoles(file)) await client.query('SET ROLE owner')
    await client.query(file.statements)
    await client.query('RESET ROLE')
    await client.query('INSERT INTO public.migration (name, checksum) VALUES ($1, $2)', [
      file.name,
      file.checksum,
    ])
    if (makesRoles(file)) await ownAndShow(client)
    if (file.inTransaction) await client.query('COMMIT')
  } catch (cause) {
    await client.query(file.inTransaction ? 'ROLLBACK' : 'RESET ROLE').catch(() => undefined)
    const advice = file.inTransaction
      ? 'Nothing of it was kept.'
      : 'It ran without an SQL transaction: see what of it exists before trying again.'
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`Migration "${file.name}" failed: ${reason}. ${advice}`, { cause })
  }
}

/** The list of migrations belongs to `owner` like all tables, and the application reads it for its readiness. */
const ownAndShow = async (client: pg.Client): Promise<void> => {
  await client.query(`
    ALTER TABLE public.migration OWNER TO owner;
    GRANT SELECT ON public.migration TO app, fleet, verify`)
}

const main = async (): Promise<void> => {
  await migrate({
    ...readMigrationConfig(),
    log: (line) => process.stdout.write(`${line}\n`),
  })
}

if (import.meta.main)
  await main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : 'migration failed'}\n`)
    process.exitCode = 1
  })
