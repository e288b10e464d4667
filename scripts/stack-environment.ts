/** The environment of the programs of a stack: everything local, the sandbox in the place of the provider. */
import { databaseAddress } from './database-address.ts'
import type { DevSecrets } from './dev-secrets.ts'
import type { StackPorts } from './stack-ports.ts'

interface Parts {
  ports: StackPorts
  secrets: DevSecrets
  adminUrl: string
  temporalAddress: string
  dir: string
}

/** Makes the environment handed to every program; what the caller's own environment says about it is overruled. */
export const stackEnvironment = (parts: Parts): Record<string, string> => {
  const { ports, secrets, adminUrl, temporalAddress, dir } = parts
  const ponto = `http://127.0.0.1:${ports.of('sandbox')}`
  const api = ports.of('api')
  return {
    DATABASE_URL: databaseAddress(adminUrl, { user: 'app', password: secrets.appPassword }),
    MIGRATION_DATABASE_URL: adminUrl,
    TEMPORAL_ADDRESS: temporalAddress,
    TEMPORAL_NAMESPACE: 'default',
    VAULT_KEYS: secrets.vaultKeys,
    PROVIDERS: 'ponto',
    PONTO_API_URL: `${ponto}/ponto-connect`,
    PONTO_AUTHORIZATION_URL: `${ponto}/oauth2/auth`,
    PONTO_JWKS_URL: `${ponto}/webhooks/keys`,
    PONTO_CLIENT_ID: 'sandbox-client',
    PONTO_CLIENT_SECRET: 'sandbox-secret',
    PONTO_APPLICATION_ID: 'sandbox-application',
    PONTO_SANDBOX: 'true',
    SANDBOX_HOST: '127.0.0.1',
    SANDBOX_PONTO_PORT: String(ports.of('sandbox')),
    SANDBOX_CONTROL_PORT: String(ports.of('sandboxControl')),
    SANDBOX_STATE_FILE: `${dir}/sandbox.json`,
    SANDBOX_WEBHOOK_URL: `http://127.0.0.1:${api}/hooks/ponto`,
    PUBLIC_URL: `http://localhost:${api}`,
    HOST: '127.0.0.1',
    PORT: String(api),
    NODE_ENV: 'development',
    LOG_LEVEL: 'info',
  }
}
