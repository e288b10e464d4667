import { providerId } from '../../../domain/ids.ts'
import { createKeyCache } from '../jwks.ts'
import type { Provider } from '../provider.ts'
import { createPlaidClient } from './client.ts'
import type { PlaidConfig } from './config.ts'
import { readPlaidConfig } from './config.ts'
import { listInstitutions } from './institutions.ts'
import { beginLink, completeFlow } from './link.ts'
import { openPlaidSession } from './session.ts'
import { verifyPlaidWebhook } from './webhook.ts'

/** Plaid: hosted link, a cursor of its own per account, signed webhooks. */
const createPlaid = (config: PlaidConfig): Provider => {
  const plaid = { config, client: createPlaidClient(config) }
  const keys = createKeyCache(Date.now, 'one_by_one')
  return {
    id: providerId('plaid'),
    name: 'Plaid',
    sandbox: config.sandbox,
    capabilities: {
      link: 'url',
      mfa: 'url',
      refreshesItself: true,
      refreshAttended: true,
      refreshUnattendedPerDay: 0,
      needsPsuIp: false,
      consent: 'connection',
      // the cursor tells every change by itself
      rereadDays: 0,
      pagesProvisional: true,
      historyDaysMax: 730,
      offer: {
        price: 'by the contract with Plaid',
        renewalDays: null,
        supportSpeed: 'normal',
      },
    },
    listInstitutions: (page, options) => listInstitutions({ ...plaid, options }, page),
    beginLink: (request, options) => beginLink({ ...plaid, options }, request),
    completeLink: (request, options) => completeFlow(plaid, request, options),
    openSession: (secrets, options) => openPlaidSession(plaid, secrets, options),
    verifyWebhook: (raw, options) => verifyPlaidWebhook({ ...plaid, keys }, raw, options),
  }
}

/** Makes the provider from its keys in the environment. */
export const plaidFromEnvironment = (
  environment: Readonly<Record<string, string | undefined>>,
): Provider => createPlaid(readPlaidConfig(environment))
