import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { Secret } from '../../../domain/secret.ts'

const address = z.url({ protocol: /^https?$/, error: 'must be an http(s) address' })
const filled = z.string('must be set').min(1, 'must be set')

const environment = z
  .object({
    SALTEDGE_API_URL: address.default('https://www.saltedge.com/api/v6'),
    SALTEDGE_APP_ID: filled,
    SALTEDGE_SECRET: filled,
    SALTEDGE_PRIVATE_KEY: z.string().optional(),
    SALTEDGE_PRIVATE_KEY_FILE: z.string().optional(),
    SALTEDGE_CALLBACK_URL: address.optional(),
    SALTEDGE_CALLBACK_PUBLIC_KEY: z.string().optional(),
    SALTEDGE_CALLBACK_PUBLIC_KEY_FILE: z.string().optional(),
    SALTEDGE_SANDBOX: z.enum(['true', 'false'], 'must be true or false').default('false'),
  })
  .superRefine((values, context) => {
    const complain = (key: string, message: string) =>
      context.addIssue({ code: 'custom', path: [key], message })
    for (const key of ['SALTEDGE_PRIVATE_KEY', 'SALTEDGE_CALLBACK_PUBLIC_KEY'] as const)
      if (values[key] && values[`${key}_FILE`])
        complain(`${key}_FILE`, `must not be set beside ${key}`)
    if (values.SALTEDGE_SANDBOX === 'true') return
    // the secret of all connections does not travel in the clear
    if (!values.SALTEDGE_API_URL.startsWith('https:'))
      complain('SALTEDGE_API_URL', 'must be an https address')
  })
type Values = z.infer<typeof environment>

export interface SaltEdgeConfig {
  /** With the version, without a slash at its end. */
  apiUrl: string
  appId: string
  secret: Secret<string>
  /** Signs every call; null while the client is in its test phase. */
  privateKey: Secret<KeyObject> | null
  /** As entered in the dashboard, without the type at its end; null = no callback is accepted. */
  callbackUrl: string | null
  /** Keys that callbacks may be signed with; several while one replaces another. */
  callbackKeys: readonly KeyObject[]
  /** Shows and links the institutions that Salt Edge invents for tests. */
  sandbox: boolean
}

const callbackKeysMax = 5
const pemBlock = /-----BEGIN [A-Z ]+-----[^-]+-----END [A-Z ]+-----/g

type KeySetting = 'SALTEDGE_PRIVATE_KEY' | 'SALTEDGE_CALLBACK_PUBLIC_KEY'

/** The PEM text of a setting, in the environment or in a file; null where there is neither. */
const pemOf = (values: Values, setting: KeySetting): string | null => {
  const path = values[`${setting}_FILE`]
  // an .env file has no line breaks inside a value
  if (!path) return values[setting]?.replaceAll('\\n', '\n') ?? null
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw refused([`${setting}_FILE names a file that cannot be read.`], error)
  }
}

const refused = (problems: readonly string[], cause?: unknown): Error =>
  new Error(`Salt Edge is not configured.\n${problems.join('\n')}`, cause ? { cause } : {})

const rsa = (setting: KeySetting, read: () => KeyObject): KeyObject => {
  let key: KeyObject | null = null
  try {
    key = read()
  } catch {
    // the reason may quote the key
  }
  if (key?.asymmetricKeyType === 'rsa') return key
  throw refused([`${setting} must be an RSA key in PEM form.`])
}

const privateKeyOf = (values: Values): SaltEdgeConfig['privateKey'] => {
  const pem = pemOf(values, 'SALTEDGE_PRIVATE_KEY')
  if (pem === null) return null
  return new Secret(rsa('SALTEDGE_PRIVATE_KEY', () => createPrivateKey(pem)))
}

const callbackKeysOf = (values: Values): KeyObject[] => {
  const setting = 'SALTEDGE_CALLBACK_PUBLIC_KEY'
  const pem = pemOf(values, setting)
  if (pem === null) return []
  const blocks = (pem.match(pemBlock) ?? [pem]).slice(0, callbackKeysMax)
  return blocks.map((block) => rsa(setting, () => createPublicKey(block)))
}

const withoutSlash = (url: string): string => new URL(url).href.replace(/\/+$/, '')

/** Reads Salt Edge's keys of the environment; throws a sentence per wrong key, never a value. */
export const readSaltEdgeConfig = (
  values: Readonly<Record<string, string | undefined>>,
): SaltEdgeConfig => {
  const set = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''))
  const parsed = environment.safeParse(set)
  if (!parsed.success)
    throw refused(parsed.error.issues.map(({ path, message }) => `${String(path[0])} ${message}.`))
  const { data } = parsed
  return {
    apiUrl: withoutSlash(data.SALTEDGE_API_URL),
    appId: data.SALTEDGE_APP_ID,
    secret: new Secret(data.SALTEDGE_SECRET),
    privateKey: privateKeyOf(data),
    // signed as it was typed there, so only a slash at its end is left out
    callbackUrl: data.SALTEDGE_CALLBACK_URL?.replace(/\/+$/, '') ?? null,
    callbackKeys: callbackKeysOf(data),
    sandbox: data.SALTEDGE_SANDBOX === 'true',
  }
}
