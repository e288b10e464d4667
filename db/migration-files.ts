import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface MigrationFile {
  name: string
  checksum: string
  statements: string
  /** False for what PostgreSQL refuses inside an SQL transaction, such as CREATE INDEX CONCURRENTLY. */
  inTransaction: boolean
  /** Whether code of the version before cannot work with the new schema. */
  isBreaking: boolean
}

/** Where the migrations of this version lie. */
export const migrationsFolder = join(import.meta.dirname, 'migrations')

const namePattern = /^\d{4}_[a-z0-9_]+\.sql$/

/** Names of the migrations of this version, in order. */
export const migrationNames = async (folder = migrationsFolder): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted()

const header = (statements: string, word: string): string | undefined =>
  new RegExp(`^--! ${word}: (yes|no)$`, 'm').exec(statements)?.[1]

const parse = (name: string, statements: string): MigrationFile => {
  if (!namePattern.test(name))
    throw new Error(`Migration "${name}" is not named like 0007_add_line_key.sql. Rename it.`)
  const breaking = header(statements, 'breaking')
  if (breaking === undefined)
    throw new Error(
      `Migration "${name}" does not say whether the version before can work with it. Begin it with "--! breaking: no" or "--! breaking: yes".`,
    )
  return {
    name,
    checksum: createHash('sha256').update(statements).digest('hex'),
    statements,
    inTransaction: header(statements, 'transaction') !== 'no',
    isBreaking: breaking === 'yes',
  }
}

/** The migrations of a folder in order; throws a sentence for one that is misnamed, unmarked or numbered twice. */
export const readMigrations = async (folder = migrationsFolder): Promise<MigrationFile[]> => {
  const names = await migrationNames(folder)
  const files = await Promise.all(
    names.map(async (name) => parse(name, await readFile(join(folder, name), 'utf8'))),
  )
  for (const [index, { name }] of files.entries())
    if (Number(name.slice(0, 4)) !== index + 1)
      throw new Error(
        `Migration "${name}" should be number ${index + 1}. Numbers follow each other without gaps; renumber the newest one.`,
      )
  return files
}
