/** Secrets of one development stack: random, made once, readable by their owner only. */
import { randomBytes } from 'node:crypto'
import { stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { readJson } from './read-json.ts'

export interface DevSecrets {
  /** Key ring of the vault, in the form of VAULT_KEYS. */
  vaultKeys: string
  /** Password of the database role `app`. */
  appPassword: string
}

/** Reads the secrets kept in `dir`, making them at the first start. */
export const devSecrets = async (dir: string): Promise<DevSecrets> => {
  const file = path.join(dir, 'secrets.json')
  if ((await stat(file).catch(() => null)) !== null) return parsed(await readJson(file), file)
  const made: DevSecrets = {
    vaultKeys: `k1:${randomBytes(32).toString('base64')}`,
    appPassword: randomBytes(24).toString('base64url'),
  }
  await writeFile(file, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 })
  return made
}

const parsed = (value: unknown, file: string): DevSecrets => {
  if (
    typeof value === 'object' &&
    value !== null &&
    'vaultKeys' in value &&
    'appPassword' in value
  ) {
    const { vaultKeys, appPassword } = value
    if (typeof vaultKeys === 'string' && typeof appPassword === 'string')
      return { vaultKeys, appPassword }
  }
  throw new Error(
    `${file} is damaged. Start with "npm start -- --fresh" to begin anew without the demo's rows.`,
  )
}
