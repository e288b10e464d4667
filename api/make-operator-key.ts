/** Process entry: makes a key of the scope `operator`, which adds tenants; the first one cannot be asked for over HTTP. */
import { ConfigError, readConfig } from '../config.ts'
import { createDatabasePool } from '../db/pool.ts'
import * as apiKeys from '../db/queries/api-keys.ts'
import { mintApiKey } from './api-key.ts'

/** Stores a new operator's key and returns its text, which is kept nowhere else. */
export const makeOperatorKey = async (databaseUrl: string, label: string): Promise<string> => {
  const pool = await createDatabasePool(databaseUrl)
  try {
    const { id, key, keyHash } = mintApiKey()
    await apiKeys.create(pool, { id, keyHash, tenantId: null, scope: 'operator', label })
    return key
  } finally {
    await pool.end()
  }
}

if (import.meta.main) {
  const [label = 'operator'] = process.argv.slice(2)
  try {
    const key = await makeOperatorKey(readConfig().databaseUrl, label)
    process.stderr.write('A new operator key; it is shown this once:\n')
    process.stdout.write(`${key}\n`)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\nRun it where the API runs, with its environment.\n`)
    process.exitCode = 1
  }
}
