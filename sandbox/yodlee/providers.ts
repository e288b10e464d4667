/** The catalogue of sites, and of the institutions that have them. */
import type { Answer } from '../http.ts'
import { json } from '../http.ts'
import type { Exchange, Route } from './exchange.ts'
import {
  countOf,
  forEither,
  idIn,
  idsOf,
  instantOf,
  invalidValue,
  listed,
  Refusal,
} from './exchange.ts'
import { loginForm } from './login-forms.ts'
import type { Site } from './sites.ts'
import { siteById, siteCount, sitesFrom, sitesNamed } from './sites.ts'

const pageMax = 500
const idsMax = 5
const attributeNames = ['BASIC_ACCOUNT_INFO', 'TRANSACTIONS', 'ACCOUNT_DETAILS'] as const

const attributeJson = (name: string, { historyDays }: Site) => ({
  name,
  container: ['bank', 'creditCard'],
  ...(name === 'TRANSACTIONS'
    ? { containerAttributes: { BANK: { numberOfTransactionDays: historyDays } } }
    : {}),
})

const siteJson = ({ world }: Exchange, site: Site) => ({
  id: site.providerId,
  name: site.name,
  ...(site.website === null ? {} : { loginUrl: site.website, baseUrl: site.website }),
  status: site.status,
  PRIORITY: 'COBRAND',
  countryISOCode: site.country,
  languageISOCode: 'EN',
  primaryLanguageISOCode: 'EN',
  authType: site.authType,
  isAutoRefreshEnabled: site.isAutoRefreshEnabled,
  isConsentRequired: site.script.consent !== null,
  isAddedByUser: 'false',
  ...(site.authType === 'OAUTH' ? { authParameter: ['authorizationCode', 'state'] } : {}),
  ...(site.status === 'Beta' ? { betaContainers: ['bank'] } : {}),
  lastModified: instantOf(Math.floor(world.clock.now() / 86_400_000) * 86_400_000),
  dataset: [
    {
      name: 'BASIC_AGG_DATA',
      attribute: attributeNames.map((name) => attributeJson(name, site)),
    },
  ],
})

/** The sites that a call asks for; throws Y800, Y802, Y804 and Y824. */
const wantedSites = (exchange: Exchange): Site[] => {
  const { world, query } = exchange
  const ids = idsOf(exchange, 'providerId', idsMax)
  if (ids !== null) return ids.flatMap((id) => siteById(world, id) ?? [])
  const top = countOf(exchange, 'top', { standard: pageMax, max: pageMax })
  const skip = countOf(exchange, 'skip', { standard: 0, max: 10_000_000 })
  const name = query.get('name')
  if (name === null) return sitesFrom(world, { skip, top })
  if (name.trim() === '') throw invalidValue('name')
  if (query.has('skip') || query.has('top'))
    throw new Refusal('Y802', 'skip and top are not allowed along with name')
  return sitesNamed(world, name, pageMax)
}

const list = (exchange: Exchange): Answer =>
  listed(
    'provider',
    wantedSites(exchange).map((site) => siteJson(exchange, site)),
  )

const show = (exchange: Exchange): Answer => {
  const site = siteById(exchange.world, idIn(exchange, 'id'))
  if (site === null) throw invalidValue('providerId')
  const form = site.authType === 'OAUTH' ? {} : { loginForm: [loginForm(site)] }
  return json(200, { provider: [{ ...siteJson(exchange, site), ...form }] })
}

const count = (exchange: Exchange): Answer => {
  const { world, query } = exchange
  const name = query.get('name')
  const found = name === null ? siteCount(world) : sitesNamed(world, name, siteCount(world)).length
  return json(200, { provider: { TOTAL: { count: found } } })
}

const institutions = (exchange: Exchange): Answer =>
  listed(
    'institution',
    wantedSites(exchange).map((site) => ({
      id: site.providerId,
      name: site.name,
      providerId: [site.providerId],
      countryISOCode: site.country,
      ...(site.website === null ? {} : { loginUrl: site.website, baseUrl: site.website }),
      primaryLanguageISOCode: 'EN',
      languageISOCode: 'EN',
      isAddedByUser: 'false',
      PRIORITY: 'SEARCH',
    })),
  )

export const providerRoutes: Route[] = [
  forEither(['GET', '/providers', 'providers'], list),
  forEither(['GET', '/providers/count', 'providers-count'], count),
  forEither(['GET', '/providers/:id', 'provider'], show),
  forEither(['GET', '/institutions', 'institutions'], institutions),
]
