import { readFileSync } from 'node:fs'
import { z } from 'zod'

const address = z.url({ protocol: /^https?$/, error: 'must be an http(s) address' })
const filled = z.string('must be set').min(1, 'must be set')
const file = z.string().optional()

const environment = z.object({
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

export interface PontoConfig {
  /** Without a slash at its end. */
  apiUrl: string
  authorizationUrl: string
  jwksUrl: string
  webhookIssuer: string
  clientId: string
  clientSecret: string
  applicationId: string
  sandbox: boolean
  tls: { cert: Buffer; key: Buffer; ca?: Buffer } | null
}

const tlsOf = (values: z.infer<typeof environment>): PontoConfig['tls'] => {
  const { PONTO_TLS_CERT_FILE: cert, PONTO_TLS_KEY_FILE: key, PONTO_TLS_CA_FILE: ca } = values
  if (cert === undefined || key === undefined) return null
  return {
    cert: readFileSync(cert),
    key: readFileSync(key),
    ...(ca === undefined ? {} : { ca: readFileSync(ca) }),
  }
}

/** Reads Ponto's keys of the environment; throws a sentence per wrong key, never a value. */
export const readPontoConfig = (
  values: Readonly<Record<string, string | undefined>>,
): PontoConfig => {
  const filledValues = Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== ''),
  )
  const parsed = environment.safeParse(filledValues)
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path, message }) => `${String(path[0])} ${message}.`,
    )
    throw new Error(`Ponto is not configured.\n${problems.join('\n')}`)
  }
  const { data } = parsed
  return {
    apiUrl: data.PONTO_API_URL.replace(/\/+$/, ''),
    authorizationUrl: data.PONTO_AUTHORIZATION_URL,
    jwksUrl: data.PONTO_JWKS_URL,
    webhookIssuer: data.PONTO_WEBHOOK_ISSUER,
    clientId: data.PONTO_CLIENT_ID,
    clientSecret: data.PONTO_CLIENT_SECRET,
    applicationId: data.PONTO_APPLICATION_ID,
    sandbox: data.PONTO_SANDBOX === 'true',
    tls: tlsOf(data),
  }
}
