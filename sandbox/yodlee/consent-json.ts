/** A consent as Yodlee writes it. */
import type { World } from '../world.ts'
import { instantOf } from './exchange.ts'
import type { Site } from './sites.ts'
import { siteById } from './sites.ts'
import type { YodleeConsent } from './state.ts'

const titles: Record<string, string> = {
  ACCOUNT_DETAILS: 'Your accounts and balances',
  TRANSACTION_DETAILS: 'Your transactions',
  STATEMENT_DETAILS: 'Your statements',
  CONTACT_DETAILS: 'Your name and address',
}

const scopeJson = (scopeId: string) => ({
  scopeId,
  title: titles[scopeId] ?? scopeId,
  titleBody: [],
})

/** What an instant is called on a consent, as a day and as a time. */
const moment = (name: 'start' | 'expiration' | 'revoke', at: string | null) => ({
  [`${name}Date`]: at?.slice(0, 10) ?? '',
  [`${name}DateTime`]: at === null ? '' : instantOf(at),
})

const renewalJson = (site: Site | null) => ({
  defaultRenewalDuration: site?.bank?.script.consentDays ?? 90,
  isReauthorizationRequired: site?.script.consent === 'AU',
})

/** A consent with everything that is known of it. */
export const consentJson = (world: World, consent: YodleeConsent) => {
  const site = siteById(world, consent.providerId)
  return {
    consentId: consent.id,
    providerId: consent.providerId,
    ...(consent.connectionId === null ? {} : { providerAccountId: consent.connectionId }),
    consentStatus: consent.status,
    title: 'Permission to read your accounts',
    titleBody: `An application asks to read your accounts at ${site?.name ?? 'the bank'}.`,
    applicationDisplayName: 'Sandbox',
    clientADR: '',
    dataAccessFrequency: site?.script.dataAccessFrequency ?? 'RECURRING',
    ...moment('start', consent.startedAt),
    ...moment('expiration', consent.expiresAt),
    ...moment('revoke', consent.revokedAt),
    ...(consent.renewedAt === null ? {} : { renewedDateTime: instantOf(consent.renewedAt) }),
    scope: consent.scopes.map(scopeJson),
    links: [],
    preferences: [],
    renewal: renewalJson(site),
  }
}
