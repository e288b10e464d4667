import { randomBytes } from 'node:crypto'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterEach, expect, inject, test } from 'vitest'
import { migrate } from '../../db/migrate.ts'
import { migrationsFolder } from '../../db/migration-files.ts'
import { pendingMigrations } from '../../db/migrations.ts'
import { createDatabasePool } from '../../db/pool.ts'
import { databaseAddress } from '../../scripts/database-address.ts'
import { asAdministrator } from '../support/template-database.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) await clean()
})

const anEmptyDatabase = async (): Promise<string> => {
  const server = inject('adminUrl')
  const database = `${inject('templateDatabase')}_${randomBytes(6).toString('hex')}`
  await asAdministrator(server, (client) => client.query(`CREATE DATABASE ${database}`))
  cleanups.push(() =>
    asAdministrator(server, (client) => client.query(`DROP DATABASE ${database} WITH (FORCE)`)),
  )
  return databaseAddress(server, { database })
}

const aFolder = async (): Promise<string> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'banksync-migrations-'))
  cleanups.push(() => rm(folder, { recursive: true }))
  await cp(migrationsFolder, folder, { recursive: true })
  return folder
}

const write = (folder: string, name: string, text: string) =>
  writeFile(path.join(folder, name), text)

const nextName = async (folder: string, what: string): Promise<string> =>
  `${String((await readdir(folder)).length + 1).padStart(4, '0')}_${what}.sql`

test('migrating twice changes nothing the second time', async () => {
  const adminUrl = await anEmptyDatabase()
  const lines: string[] = []
  const names = await readdir(migrationsFolder)
  expect(await migrate({ adminUrl, log: (line) => lines.push(line) })).toEqual(names.toSorted())
  expect(lines).toContain('applying 0001_create_roles.sql')
  expect(await migrate({ adminUrl, log: (line) => lines.push(line) })).toEqual([])
  expect(lines.at(-1)).toBe('the schema is up to date')
})

test('migrators of one database and of another at the same time all succeed', async () => {
  const [one, other] = [await anEmptyDatabase(), await anEmptyDatabase()]
  const applied = await Promise.all([one, one, one, other].map((adminUrl) => migrate({ adminUrl })))
  const total = (await readdir(migrationsFolder)).length
  expect(
    applied
      .slice(0, 3)
      .map(({ length }) => length)
      .toSorted((a, b) => a - b),
  ).toEqual([0, 0, total])
  expect(applied[3]).toHaveLength(total)
})

test('a file edited after it was applied is refused with what to do', async () => {
  const [adminUrl, folder] = [await anEmptyDatabase(), await aFolder()]
  await migrate({ adminUrl, folder })
  const name = '0002_create_tenants.sql'
  await write(folder, name, `${await readFile(path.join(folder, name), 'utf8')}\n-- edited`)
  await expect(migrate({ adminUrl, folder })).rejects.toThrow(
    /0002_create_tenants.sql" was edited.*Restore the file/,
  )
})

test('a database that is ahead of this version is refused with what to do', async () => {
  const [adminUrl, folder] = [await anEmptyDatabase(), await aFolder()]
  const name = await nextName(folder, 'ahead')
  await write(folder, name, '--! breaking: no\nSELECT 1;')
  await migrate({ adminUrl, folder })
  await expect(migrate({ adminUrl })).rejects.toThrow(/which this version does not know/)
})

test('a file that fails leaves nothing of it and is tried again after it is mended', async () => {
  const [adminUrl, folder] = [await anEmptyDatabase(), await aFolder()]
  const name = await nextName(folder, 'fails')
  await write(folder, name, '--! breaking: no\nCREATE TABLE half (id uuid);\nSELECT 1 / 0;')
  await expect(migrate({ adminUrl, folder })).rejects.toThrow(/division by zero.*Nothing of it/)
  await write(folder, name, '--! breaking: no\nCREATE TABLE half (id uuid);')
  expect(await migrate({ adminUrl, folder })).toEqual([name])
})

test('a file may ask to run without an SQL transaction', async () => {
  const [adminUrl, folder] = [await anEmptyDatabase(), await aFolder()]
  const name = await nextName(folder, 'index')
  const statement = 'CREATE INDEX CONCURRENTLY later_idx ON tenant (created_at);'
  await write(folder, name, `--! breaking: no\n--! transaction: no\n${statement}`)
  expect(await migrate({ adminUrl, folder })).toContain(name)
})

test.each([
  ['0042_gap.sql', '--! breaking: no\n', /should be number/],
  ['Later.sql', '--! breaking: no\n', /is not named like/],
  ['NEXT_unmarked.sql', 'SELECT 1;', /does not say whether the version before/],
])('the file %s is refused before anything runs', async (name, text, sentence) => {
  const [adminUrl, folder] = [await anEmptyDatabase(), await aFolder()]
  await write(folder, name.replace(/^NEXT_(.*)\.sql$/, await nextName(folder, '$1')), text)
  await expect(migrate({ adminUrl, folder })).rejects.toThrow(sentence)
  expect(await tablesOf(adminUrl)).toEqual([])
})

const tablesOf = (adminUrl: string): Promise<string[]> =>
  asAdministrator(adminUrl, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
    )
    return rows.map(({ name }) => name)
  })

test('readiness names what is missing until everything is applied', async () => {
  const adminUrl = await anEmptyDatabase()
  const pool = await createDatabasePool(adminUrl)
  cleanups.push(() => pool.end())
  const names = await readdir(migrationsFolder)
  expect(await pendingMigrations(pool)).toEqual(names.toSorted())
  await migrate({ adminUrl })
  expect(await pendingMigrations(pool)).toEqual([])
})

test('the application is let in with the password of its url, which stands in no error and no catalogue', async () => {
  const adminUrl = await anEmptyDatabase()
  const password = 'pässwörd/with:signs'
  const user = `app_${randomBytes(4).toString('hex')}`
  const appUrl = databaseAddress(adminUrl, { user: 'app', password: inject('appPassword') })
  await migrate({ adminUrl, appUrl })
  const client = new pg.Client(appUrl)
  await client.connect()
  await client.end()
  const wrong = migrate({ adminUrl, appUrl: databaseAddress(adminUrl, { user, password }) })
  await expect(wrong).rejects.toThrow(/must log in as "app"/)
  await expect(wrong).rejects.not.toThrow(/pässwörd/)
})
