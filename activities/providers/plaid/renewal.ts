/** The repair of a connection on Plaid's page (update mode): its token stays, so nothing is exchanged. */
import type { LinkRequest, LinkResult, ProviderSession, StartedLink } from '../provider.ts'
import type { Reading } from './item.ts'
import { readItem } from './item.ts'
import { startPage } from './link-token.ts'
import type { ItemAnswer } from './schema.ts'
import { anyAnswer } from './schema.ts'

type Reason = Parameters<ProviderSession['beginRenewal']>[0]['reason']

/** Only institutions of these countries let a person choose the accounts again. */
const choosingCountries = ['US', 'CA']

const mayChoose = ({ config }: Reading): boolean =>
  config.countryCodes.every((code) => choosingCountries.includes(code))

const wantsChoice = ({ error }: ItemAnswer['item'], reason: Reason): boolean =>
  reason === 'requested' || error?.error_code === 'NO_ACCOUNTS'

const lacksConsent = ({ error, consented_products: consented }: ItemAnswer['item']): boolean =>
  error?.error_code === 'ADDITIONAL_CONSENT_REQUIRED' ||
  (consented ? consented.length > 0 && !consented.includes('transactions') : false)

/** Begins the repair; what the page asks for depends on what Plaid says is wrong. */
export const beginRenewal = async (
  reading: Reading,
  request: LinkRequest & { reason: Reason },
): Promise<StartedLink> => {
  const { item } = await readItem(reading)
  await moveWebhook(reading, item, request.webhookUrl)
  const chooses = wantsChoice(item, request.reason) && mayChoose(reading)
  return startPage(reading, request, {
    kind: 'update',
    purpose: {
      access_token: reading.accessToken,
      ...(chooses ? { update: { account_selection_enabled: true } } : {}),
      ...(lacksConsent(item) ? { additional_consented_products: ['transactions'] } : {}),
    },
  })
}

/** In update mode Plaid takes no new address for events, so one that changed since is told apart. */
const moveWebhook = async (
  { client, options, accessToken }: Reading,
  { webhook }: ItemAnswer['item'],
  wanted: string | null,
): Promise<void> => {
  if (wanted === null || wanted === webhook) return
  const body = { access_token: accessToken, webhook: wanted }
  await client.post({ path: '/item/webhook/update', body }, anyAnswer, options)
}

/** What the repair led to, as the connection itself shows it. */
export const completeRenewal = async (session: ProviderSession | null): Promise<LinkResult> => {
  if (session === null) return { state: 'expired' }
  const { health, failure, accounts, consentExpiresAt } = await session.status()
  if (health === 'failing') return { state: 'exited', ...(failure ? { failure } : {}) }
  return {
    state: 'linked',
    secrets: null,
    providerConnectionId: session.providerConnectionId,
    accounts,
    consentExpiresAt,
  }
}
