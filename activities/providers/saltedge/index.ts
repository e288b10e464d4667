import { providerId } from '../../../domain/ids.ts'
import type { Provider } from '../provider.ts'
import { createSaltEdgeClient } from './client.ts'
import type { SaltEdgeConfig } from './config.ts'
import { readSaltEdgeConfig } from './config.ts'
import { listInstitutions } from './institutions.ts'
import { beginConnect, completeFlow } from './link.ts'
import { rereadDays } from './pull-lines.ts'
import { openSaltEdgeSession } from './session.ts'
import { verifySaltEdgeWebhook } from './webhook.ts'

/** Salt Edge, account information v6: signed calls, refreshes that only we ask for. */
const createSaltEdge = (config: SaltEdgeConfig): Provider => {
  const saltEdge = { config, client: createSaltEdgeClient(config) }
  return {
    id: providerId('saltedge'),
    name: 'Salt Edge',
    sandbox: config.sandbox,
    capabilities: {
      link: 'url',
      mfa: 'url',
      refreshesItself: false,
      refreshAttended: true,
      refreshUnattendedPerDay: 4,
      needsPsuIp: false,
      consent: 'connection',
      rereadDays,
      pagesProvisional: false,
      historyDaysMax: null,
      offer: { price: 'free', renewalDays: 90, supportSpeed: 'slow' },
    },
    listInstitutions: (page, options) => listInstitutions(saltEdge, page, options),
    beginLink: (request, options) => beginConnect({ ...saltEdge, options }, request),
    completeLink: (request, options) => completeFlow({ ...saltEdge, options }, request),
    openSession: (secrets, options) => openSaltEdgeSession(saltEdge, secrets, options),
    // a refusal is a rejected promise, never thrown before there is one
    verifyWebhook: async (raw, { nowMs }) => verifySaltEdgeWebhook(config, raw, nowMs),
  }
}

/** Makes the provider from its keys in the environment. */
export const saltedgeFromEnvironment = (
  environment: Readonly<Record<string, string | undefined>>,
): Provider => createSaltEdge(readSaltEdgeConfig(environment))
