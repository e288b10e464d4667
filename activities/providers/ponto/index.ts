import { providerId } from '../../../domain/ids.ts'
import { createKeyCache } from '../jwks.ts'
import type { Provider } from '../provider.ts'
import { createPontoClient } from './client.ts'
import type { PontoConfig } from './config.ts'
import { readPontoConfig } from './config.ts'
import { listInstitutions } from './institutions.ts'
import { beginAuthorization, completeFlow } from './link.ts'
import { rereadDays } from './pull-lines.ts'
import { openPontoSession } from './session.ts'
import { verifyPontoWebhook } from './webhook.ts'

/** Ponto Connect: many organizations, OAuth with rotating tokens. */
const createPonto = (config: PontoConfig): Provider => {
  const ponto = { config, client: createPontoClient(config) }
  const keys = createKeyCache()
  return {
    id: providerId('ponto'),
    name: 'Ponto',
    sandbox: config.sandbox,
    capabilities: {
      link: 'url',
      mfa: 'url',
      refreshesItself: true,
      refreshAttended: true,
      refreshUnattendedPerDay: 0,
      needsPsuIp: true,
      consent: 'account',
      rereadDays,
      pagesProvisional: false,
      historyDaysMax: null,
      offer: { price: '€4 a month per account', renewalDays: 90, supportSpeed: 'fast' },
    },
    listInstitutions: (page, options) => listInstitutions(ponto, page, options),
    beginLink: (request, options) => beginAuthorization({ ...ponto, options }, request),
    completeLink: (request, options) => completeFlow(ponto, request, options),
    openSession: (secrets, options) => openPontoSession(ponto, secrets, options),
    verifyWebhook: (raw, options) => verifyPontoWebhook({ ...ponto, keys }, raw, options),
  }
}

/** Makes the provider from its keys in the environment. */
export const pontoFromEnvironment = (
  environment: Readonly<Record<string, string | undefined>>,
): Provider => createPonto(readPontoConfig(environment))
