/** Secrets of one development stack: random, made once, readable by their owner only. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { readJson } from './read-json.ts'

const shape = z.object({
  /** Key ring of the vault, in the form of VAULT_KEYS. */
  vaultKeys: z.string(),
  /** Password of the database role `app`. */
  appPassword: z.string(),
  /** Unguessable part of the address that Yodlee's events are sent to. */
  yodleeWebhookToken: z.string(),
  /** PEM texts: the pair with which we sign requests, and the one with which Salt Edge signs its callbacks. */
  saltEdgeKeys: z.object({
    callbackPrivateKey: z.string(),
    callbackPublicKey: z.string(),
    clientPrivateKey: z.string(),
    clientPublicKey: z.string(),
  }),
})

export type DevSecrets = z.infer<typeof shape>

/** Reads the secrets kept in `dir`, making them at the first start, and those that a newer version needs at the next. */
export const devSecrets = async (dir: string): Promise<DevSecrets> => {
  const file = path.join(dir, 'secrets.json')
  const isThere = (await stat(file).catch(() => null)) !== null
  const found = isThere ? keptIn(await readJson(file), file) : {}
  const whole = shape.safeParse(found)
  if (whole.success) return whole.data
  const secrets = shape.parse({ ...madeNow(), ...found })
  await writeFile(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 })
  return secrets
}

const madeNow = (): DevSecrets => {
  const [callback, client] = [newPair(), newPair()]
  return {
    vaultKeys: `k1:${randomBytes(32).toString('base64')}`,
    appPassword: randomBytes(24).toString('base64url'),
    yodleeWebhookToken: randomBytes(24).toString('base64url'),
    saltEdgeKeys: {
      callbackPrivateKey: callback.privateKey,
      callbackPublicKey: callback.publicKey,
      clientPrivateKey: client.privateKey,
      clientPublicKey: client.publicKey,
    },
  }
}

const newPair = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })

const kept = shape.partial().required({ vaultKeys: true, appPassword: true })

const keptIn = (value: unknown, file: string): z.infer<typeof kept> => {
  const parsed = kept.safeParse(value)
  if (parsed.success) return parsed.data
  throw new Error(
    `${file} is damaged. Start with "npm start -- --fresh" to begin anew without the demo's rows.`,
  )
}
