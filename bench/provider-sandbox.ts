/** The providers of the sandbox, and the keys under which it knows its clients. */
import type { Sandbox } from '../sandbox/sandbox.ts'
import { simulate } from './provider-link.ts'

export const providerNames = ['ponto', 'plaid', 'saltedge', 'yodlee'] as const
export type ProviderName = (typeof providerNames)[number]

const keysOf = async (sandbox: Sandbox): Promise<Record<string, string>> => {
  // oxlint-disable-next-line no-unsafe-type-assertion -- the sandbox is ours
  return (await simulate(sandbox, 'GET /__sim/saltedge/keys')) as Record<string, string>
}

/** The environment of all four providers at a sandbox. */
export const environmentAt = async (sandbox: Sandbox): Promise<Record<string, string>> => {
  const { pontoUrl, urls } = sandbox
  const keys = await keysOf(sandbox)
  return {
    PONTO_API_URL: `${pontoUrl}/ponto-connect`,
    PONTO_AUTHORIZATION_URL: `${pontoUrl}/oauth2/auth`,
    PONTO_JWKS_URL: `${pontoUrl}/webhooks/keys`,
    PONTO_CLIENT_ID: 'sandbox-client',
    PONTO_CLIENT_SECRET: 'sandbox-secret',
    PONTO_APPLICATION_ID: 'sandbox-application',
    PONTO_SANDBOX: 'true',
    PLAID_API_URL: urls.plaid,
    PLAID_CLIENT_ID: 'sandbox-client',
    PLAID_SECRET: 'sandbox-secret',
    PLAID_COUNTRIES: 'BE,NL,FR,US,CA',
    PLAID_SANDBOX: 'true',
    YODLEE_API_URL: `${urls.yodlee}/ysl`,
    YODLEE_FASTLINK_URL: `${urls.yodlee}/authenticate/restserver/fastlink`,
    YODLEE_FASTLINK_SCRIPT_URL: `${urls.yodlee}/fastlink/v4/initialize.js`,
    YODLEE_CLIENT_ID: 'sandbox-client',
    YODLEE_CLIENT_SECRET: 'sandbox-secret',
    YODLEE_ADMIN_LOGIN: 'sandbox-admin',
    YODLEE_SANDBOX: 'true',
    SALTEDGE_API_URL: `${urls.saltedge}/api/v6`,
    SALTEDGE_APP_ID: keys['appId'] ?? '',
    SALTEDGE_SECRET: keys['secret'] ?? '',
    SALTEDGE_PRIVATE_KEY: keys['clientPrivateKey'] ?? '',
    SALTEDGE_SANDBOX: 'true',
  }
}
