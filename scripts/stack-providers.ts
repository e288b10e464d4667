/** The providers of a stack: the product's keys at the sandbox, and what the sandbox must know of the product. */
import type { SideName } from '../sandbox/sides.ts'
import type { DevSecrets } from './dev-secrets.ts'
import { sideNames, type StackPorts } from './stack-ports.ts'

interface Parts {
  ports: StackPorts
  secrets: DevSecrets
  /** Where providers send their events, without the provider's name. */
  hooks: string
}

/** The environment of the providers that the sandbox plays. */
export const stackProviders = (parts: Parts): Record<string, string> =>
  Object.assign(
    {
      PROVIDERS: ['ponto', ...sideNames].join(','),
      SANDBOX_HOST: '127.0.0.1',
      SANDBOX_CONTROL_PORT: String(parts.ports.of('sandboxControl')),
    },
    ponto(parts),
    ...sideNames.map((name) => besides(name, parts)),
  )

const besides = (name: SideName, parts: Parts): Record<string, string> => {
  const { ports, hooks } = parts
  const side = `SANDBOX_${name.toUpperCase()}`
  return {
    [`${side}_PORT`]: String(ports.of(name)),
    [`${side}_WEBHOOK_URL`]: `${hooks}/${name}`,
    ...settings[name](`http://127.0.0.1:${ports.of(name)}`, parts),
  }
}

const ponto = ({ ports, hooks }: Parts): Record<string, string> => {
  const address = `http://127.0.0.1:${ports.of('sandbox')}`
  return {
    PONTO_API_URL: `${address}/ponto-connect`,
    PONTO_AUTHORIZATION_URL: `${address}/oauth2/auth`,
    PONTO_JWKS_URL: `${address}/webhooks/keys`,
    PONTO_CLIENT_ID: 'sandbox-client',
    PONTO_CLIENT_SECRET: 'sandbox-secret',
    PONTO_APPLICATION_ID: 'sandbox-application',
    PONTO_SANDBOX: 'true',
    SANDBOX_PONTO_PORT: String(ports.of('sandbox')),
    SANDBOX_WEBHOOK_URL: `${hooks}/ponto`,
  }
}

type Settings = (address: string, parts: Parts) => Record<string, string>

const plaid: Settings = (address) => ({
  PLAID_API_URL: address,
  PLAID_CLIENT_ID: 'sandbox-client',
  PLAID_SECRET: 'sandbox-secret',
  // the banks of the sandbox are in these countries
  PLAID_COUNTRIES: 'US,CA,BE,NL,FR',
  PLAID_SANDBOX: 'true',
})

const yodlee: Settings = (address, { secrets, hooks }) => {
  const { yodleeWebhookToken } = secrets
  return {
    YODLEE_API_URL: `${address}/ysl`,
    YODLEE_FASTLINK_URL: `${address}/authenticate/restserver/fastlink`,
    YODLEE_FASTLINK_SCRIPT_URL: `${address}/fastlink/v4/initialize.js`,
    YODLEE_CLIENT_ID: 'sandbox-client',
    YODLEE_CLIENT_SECRET: 'sandbox-secret',
    YODLEE_ADMIN_LOGIN: 'sandbox-admin',
    YODLEE_WEBHOOK_TOKEN: yodleeWebhookToken,
    YODLEE_SANDBOX: 'true',
    SANDBOX_YODLEE_WEBHOOK_URL: `${hooks}/yodlee/${yodleeWebhookToken}`,
  }
}

const saltedge: Settings = (address, { secrets, hooks }) => {
  const { saltEdgeKeys } = secrets
  return {
    SALTEDGE_API_URL: `${address}/api/v6`,
    SALTEDGE_APP_ID: 'sandbox-app-id',
    SALTEDGE_SECRET: 'sandbox-secret',
    SALTEDGE_PRIVATE_KEY: saltEdgeKeys.clientPrivateKey,
    SALTEDGE_CALLBACK_URL: `${hooks}/saltedge`,
    SALTEDGE_CALLBACK_PUBLIC_KEY: saltEdgeKeys.callbackPublicKey,
    SALTEDGE_SANDBOX: 'true',
    // both halves of both pairs: the sandbox plays the vendor's dashboard as well
    SANDBOX_SALTEDGE_KEYS: JSON.stringify(saltEdgeKeys),
  }
}

/** How the product finds each side, and what the side must know of the product beyond that. */
const settings: Record<SideName, Settings> = { plaid, yodlee, saltedge }
