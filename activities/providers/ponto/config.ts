import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { Secret } from '../../../domain/secret.ts'

const address = z.url({ protocol: /^https?$/, error: 'must be an http(s) address' })
const filled = z.string('must be set').min(1, 'must be set')
const file = z.string().optional()

const environment = z
  .object({
    PONTO_API_URL: address.default('https://api.ibanity.com/ponto-connect'),
    PONTO_AUTHORIZATION_URL: address.default('https://authorization.myponto.com/oauth2/auth'),
    PONTO_JWKS_URL: address.default('https://api.ibanity.com/webhooks/keys'),
    PONTO_WEBHOOK_ISSUER: z.string().default('https://api.ibanity.com'),
    PONTO_CLIENT_ID: filled,
    PONTO_CLIENT_SECRET: filled,
    PONTO_APPLICATION_ID: z.string().default(''),
    PONTO_SANDBOX: z.enum(['true', 'false'], 'must be true or false').default('false'),
    PONTO_TLS_CERT_FILE: file,
    PONTO_TLS_KEY_FILE: file,
    PONTO_TLS_CA_FILE: file,
  })
  .superRefine((values, context) => {
    const complain = (key: string, message: string) =>
      context.addIssue({ code: 'custom', path: [key], message })
    if (values.PONTO_TLS_CERT_FILE && !values.PONTO_TLS_KEY_FILE)
      complain('PONTO_TLS_KEY_FILE', 'must be set beside PONTO_TLS_CERT_FILE')
    if (values.PONTO_TLS_KEY_FILE && !values.PONTO_TLS_CERT_FILE)
      complain('PONTO_TLS_CERT_FILE', 'must be set beside PONTO_TLS_KEY_FILE')
    if (values.PONTO_SANDBOX === 'true') return
    // tokens of real bank accounts do not travel in the clear
    for (const key of ['PONTO_API_URL', 'PONTO_AUTHORIZATION_URL', 'PONTO_JWKS_URL'] as const)
      if (!values[key].startsWith('https:')) complain(key, 'must be an https address')
  })

export interface PontoConfig {
  /** Without a slash at its end. */
  apiUrl: string
  authorizationUrl: string
  jwksUrl: string
  webhookIssuer: string
  clientId: string
  clientSecret: Secret<string>
  /** Audience of webhooks; empty = none is accepted. */
  applicationId: string
  sandbox: boolean
  tls: { cert?: Secret<Buffer>; key?: Secret<Buffer>; ca?: Buffer } | null
}

const contentOf = (key: string, path: string): Buffer => {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new Error(`Ponto is not configured.\n${key} names a file that cannot be read.`, {
      cause: error,
    })
  }
}

const tlsOf = (values: z.infer<typeof environment>): PontoConfig['tls'] => {
  const { PONTO_TLS_CERT_FILE: cert, PONTO_TLS_KEY_FILE: key, PONTO_TLS_CA_FILE: ca } = values
  if (!cert && !key && !ca) return null
  return {
    ...(cert ? { cert: new Secret(contentOf('PONTO_TLS_CERT_FILE', cert)) } : {}),
    ...(key ? { key: new Secret(contentOf('PONTO_TLS_KEY_FILE', key)) } : {}),
    ...(ca ? { ca: contentOf('PONTO_TLS_CA_FILE', ca) } : {}),
  }
}

/** Reads Ponto's keys of the environment; throws a sentence per wrong key, never a value. */
export const readPontoConfig = (
  values: Readonly<Record<string, string | undefined>>,
): PontoConfig => {
  const set = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''))
  const parsed = environment.safeParse(set)
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path, message }) => `${String(path[0])} ${message}.`,
    )
    throw new Error(`Ponto is not configured.\n${problems.join('\n')}`)
  }
  const { data } = parsed
  return {
    apiUrl: new URL(data.PONTO_API_URL).href.replace(/\/+$/, ''),
    authorizationUrl: data.PONTO_AUTHORIZATION_URL,
    jwksUrl: data.PONTO_JWKS_URL,
    webhookIssuer: data.PONTO_WEBHOOK_ISSUER,
    clientId: data.PONTO_CLIENT_ID,
    clientSecret: new Secret(data.PONTO_CLIENT_SECRET),
    applicationId: data.PONTO_APPLICATION_ID,
    sandbox: data.PONTO_SANDBOX === 'true',
    tls: tlsOf(data),
  }
}
