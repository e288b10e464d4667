/** PostgreSQL refuses to run as root, so a root checkout runs it as a system user that exists already. */
import { createHash } from 'node:crypto'
import { chown, lstat, mkdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'

export interface SystemUser {
  name: string
  uid: number
  gid: number
}

/** The user to run PostgreSQL as: null where we are an ordinary user, else `postgres` or `nobody`. Creates nobody new. */
export const databaseUser = async (): Promise<SystemUser | null> => {
  if (process.getuid?.() !== 0) return null
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '')
  const entries = passwd.split('\n').map((line) => line.split(':'))
  for (const wanted of ['postgres', 'nobody']) {
    const entry = entries.find(([name]) => name === wanted)
    if (entry !== undefined) return { name: wanted, uid: Number(entry[2]), gid: Number(entry[3]) }
  }
  throw new Error(
    'PostgreSQL does not run as root, and there is neither a user "postgres" nor "nobody" to run it as. ' +
      'Start as an ordinary user, or set DATABASE_URL to a PostgreSQL server that is already running.',
  )
}

/** Tells whether the user may walk down to the folder; folders that do not exist yet are not in the way. */
export const canReach = async (user: SystemUser | null, folder: string): Promise<boolean> => {
  if (user === null) return true
  for (let step = path.resolve(folder); ; step = path.dirname(step)) {
    const facts = await stat(step).catch(() => null)
    if (facts !== null && !mayEnter(user, facts)) return false
    if (step === path.dirname(step)) return true
  }
}

const mayEnter = (user: SystemUser, facts: { mode: number; uid: number; gid: number }): boolean => {
  if (facts.uid === user.uid) return (facts.mode & 0o100) !== 0
  if (facts.gid === user.gid) return (facts.mode & 0o010) !== 0
  return (facts.mode & 0o001) !== 0
}

/** Makes a folder that belongs to the user alone. */
export const makeOwnFolder = async (user: SystemUser | null, folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if (user !== null) await chown(folder, user.uid, user.gid)
}

/**
 * The folder to use instead of one the user cannot reach, such as a checkout below /root: stable per
 * original path, below /var/tmp, and refused where somebody else made it first.
 */
export const reachableTwin = async (folder: string): Promise<string> => {
  const hash = createHash('sha256').update(path.resolve(folder)).digest('hex').slice(0, 12)
  const twin = `/var/tmp/banksync-${hash}`
  await mkdir(twin, { mode: 0o711 }).catch(() => {})
  const facts = await lstat(twin)
  if (!facts.isDirectory() || facts.uid !== process.getuid?.()) {
    throw new Error(`${twin} belongs to somebody else; remove it, then start again.`)
  }
  return twin
}
