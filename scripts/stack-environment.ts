/** The environment of the programs of a stack: everything local, the sandbox in the place of the provider. */
import { databaseAddress } from './database-address.ts'
import type { DevSecrets } from './dev-secrets.ts'
import type { StackPorts } from './stack-ports.ts'
import { stackProviders } from './stack-providers.ts'

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
  const api = ports.of('api')
  return {
    DATABASE_URL: databaseAddress(adminUrl, { user: 'app', password: secrets.appPassword }),
    MIGRATION_DATABASE_URL: adminUrl,
    TEMPORAL_ADDRESS: temporalAddress,
    TEMPORAL_NAMESPACE: 'default',
    VAULT_KEYS: secrets.vaultKeys,
    ...stackProviders({ ports, secrets, hooks: `http://127.0.0.1:${api}/hooks` }),
    SANDBOX_STATE_FILE: `${dir}/sandbox.json`,
    PUBLIC_URL: `http://localhost:${api}`,
    HOST: '127.0.0.1',
    PORT: String(api),
    NODE_ENV: 'development',
    LOG_LEVEL: 'info',
  }
}
