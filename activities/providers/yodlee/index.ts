import { providerId } from '../../../domain/ids.ts'
import type { Provider } from '../provider.ts'
import { createYodleeClient } from './client.ts'
import type { YodleeConfig } from './config.ts'
import { readYodleeConfig } from './config.ts'
import { listInstitutions } from './institutions.ts'
import { beginLink, completeLink } from './link.ts'
import { historyDaysMax, rereadDays } from './pull-lines.ts'
import { openYodleeSession } from './session.ts'
import { verifyYodleeWebhook } from './webhook.ts'

/** Yodlee: one user per tenant, tokens of minutes, a widget on our own page. */
const createYodlee = (config: YodleeConfig): Provider => {
  const yodlee = { config, client: createYodleeClient(config) }
  return {
    id: providerId('yodlee'),
    name: 'Yodlee',
    sandbox: config.sandbox,
    capabilities: {
      link: 'url',
      mfa: 'inline',
      refreshesItself: true,
      refreshAttended: true,
      refreshUnattendedPerDay: 0,
      needsPsuIp: false,
      consent: 'connection',
      rereadDays,
      pagesProvisional: false,
      historyDaysMax,
      offer: { price: 'by agreement with Yodlee', renewalDays: null, supportSpeed: 'normal' },
    },
    listInstitutions: (page, options) => listInstitutions(yodlee, page, options),
    beginLink: (request, options) => beginLink(yodlee, request, options),
    completeLink: (request, options) => completeLink(yodlee, request, options),
    openSession: (secrets, options) => openYodleeSession(yodlee, secrets, options),
    async verifyWebhook(raw, { nowMs }) {
      return verifyYodleeWebhook(config, raw, nowMs)
    },
  }
}

/** Makes the provider from its keys in the environment. */
export const yodleeFromEnvironment = (
  environment: Readonly<Record<string, string | undefined>>,
): Provider => createYodlee(readYodleeConfig(environment))
