import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import pg from 'pg'

const triesMax = 5
const scramIterations = 4096

/**
 * Makes the role `app` able to log in with the password of its url, unless it already is. What is sent is a SCRAM
 * verifier made here, so that the password stands in no statement, log or error of the server.
 */
export const letAppLogIn = async (client: pg.Client, appUrl: string): Promise<void> => {
  const { user, password } = partsOf(appUrl)
  if (user !== 'app')
    throw new Error(
      `DATABASE_URL logs in as "${user}". The application must log in as "app", the role that row-level security applies to.`,
    )
  if (password === '' || (await canLogIn(appUrl))) return
  await setPassword(client, scramVerifier(password))
}

const partsOf = (url: string): { user: string; password: string } => {
  if (!URL.canParse(url))
    throw new Error('DATABASE_URL is not an address like postgres://app:…@host/database.')
  const { username, password } = new URL(url)
  return { user: decodeURIComponent(username), password: decodeURIComponent(password) }
}

const canLogIn = async (url: string): Promise<boolean> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end()
  }
}

const setPassword = async (
  client: pg.Client,
  verifier: string,
  triesLeft = triesMax,
): Promise<void> => {
  try {
    await client.query(`ALTER ROLE app LOGIN PASSWORD ${client.escapeLiteral(verifier)}`)
  } catch (error) {
    // roles belong to the whole server: a migration of another database may be writing the same row ("tuple
    // concurrently updated", which has no SQLSTATE of its own)
    const isRace = error instanceof pg.DatabaseError && error.code === 'XX000'
    if (!isRace || triesLeft <= 1) throw error
    await setPassword(client, verifier, triesLeft - 1)
  }
}

/** RFC 5802 and 7677 as PostgreSQL stores it. */
const scramVerifier = (password: string): string => {
  const salt = randomBytes(16)
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, scramIterations, 32, 'sha256')
  const hmac = (text: string): Buffer => createHmac('sha256', salted).update(text).digest()
  const storedKey = createHash('sha256').update(hmac('Client Key')).digest('base64')
  const serverKey = hmac('Server Key').toString('base64')
  return `SCRAM-SHA-256$${scramIterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`
}
