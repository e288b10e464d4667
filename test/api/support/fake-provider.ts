import type { Provider, ProviderEvent } from '../../../activities/providers/provider.ts'
import { WebhookRefused } from '../../../activities/providers/provider.ts'
import { providerId } from '../../../domain/ids.ts'

const never = (): never => {
  throw new Error('the API asks a provider for nothing but the check of a webhook')
}

/** A provider whose webhooks are signed with the word `good` and whose body lists its events. */
export const fakeProvider: Provider = {
  id: providerId('ponto'),
  name: 'Ponto',
  sandbox: true,
  capabilities: {
    link: 'url',
    mfa: 'url',
    refreshesItself: true,
    refreshAttended: true,
    refreshUnattendedPerDay: 0,
    needsPsuIp: true,
    consent: 'account',
    rereadDays: 14,
    pagesProvisional: false,
    historyDaysMax: null,
    offer: { price: '€4 a month', renewalDays: 180, supportSpeed: 'fast' },
  },
  listInstitutions: never,
  beginLink: never,
  completeLink: never,
  openSession: never,
  verifyWebhook: ({ headers, body }) => {
    if (headers['x-signature'] !== 'good') throw new WebhookRefused('bad signature')
    return Promise.resolve(JSON.parse(Buffer.from(body).toString()) as ProviderEvent[])
  },
}
