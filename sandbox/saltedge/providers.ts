/** Countries and institutions. */
import type { Bank } from '../bank.ts'
import type { CatalogueEntry } from '../catalogue.ts'
import { catalogueOf } from '../catalogue.ts'
import { json } from '../http.ts'
import type { World } from '../world.ts'
import { behaviourOf } from './behaviour.ts'
import type { Exchange, Route } from './exchange.ts'
import { dataAnswer, forClient, fromIdOf, listAnswer, perPageOf, Refusal } from './exchange.ts'
import { codeOf, entryByCode } from './provider-codes.ts'
import type { SaltEdgeScript } from './script.ts'
import { standardSaltEdge } from './script.ts'

const sandboxCountry = 'XF'
const foundedAt = '2024-01-15T09:00:00Z'

const behaviourFor = (entry: CatalogueEntry, bank: Bank | undefined): SaltEdgeScript =>
  bank === undefined
    ? {
        ...standardSaltEdge,
        mode: entry.mfa === 'page' ? 'oauth' : 'web',
        interactive: entry.mfa === 'code',
        automaticFetch: entry.unattended,
      }
    : behaviourOf(bank)

const natures = ['account', 'card', 'credit_card', 'savings']
const scopes = ['accounts', 'balance', 'transactions', 'holder_info']

const interactiveFields = [
  {
    name: 'sms',
    english_name: 'SMS code',
    localized_name: 'SMS code',
    nature: 'number',
    position: 1,
    optional: false,
  },
]

const statusFor = (entry: CatalogueEntry, behaviour: SaltEdgeScript): SaltEdgeScript['status'] =>
  entry.status === 'maintenance' ? 'inactive' : behaviour.status

/** One institution as Salt Edge shows it; `position` is its place in the catalogue. */
const providerJson = (world: World, entry: CatalogueEntry, position: number) => {
  const behaviour = behaviourFor(entry, world.banks.get(entry.bankId))
  return {
    id: String(position + 1),
    code: codeOf(world, entry),
    name: entry.name,
    country_code: entry.country,
    bic_codes: entry.bic === null ? [] : [entry.bic],
    identification_codes: [],
    group_code: null,
    group_name: null,
    hub: null,
    status: statusFor(entry, behaviour),
    mode: behaviour.mode,
    regulated: behaviour.regulated,
    logo_url: `https://logos.example/${entry.country.toLowerCase()}.svg`,
    home_url: entry.website,
    timezone: 'Brussels',
    supported_iframe_embedding: behaviour.mode === 'web',
    optional_interactivity: behaviour.optionalInteractivity,
    customer_notified_on_sign_in: false,
    automatic_fetch: behaviour.automaticFetch,
    custom_pendings_period: behaviour.customPendingsPeriod,
    holder_info: ['names'],
    instruction_for_connections: 'Log in as username with secret.',
    interactive_for_connections: behaviour.interactive,
    max_consent_days: entry.consentDays,
    max_fetch_interval: entry.historyDays,
    max_interactive_delay: behaviour.maxInteractiveDelay,
    refresh_timeout: behaviour.refreshTimeout,
    supported_account_extra_fields: ['iban', 'holder_name'],
    supported_account_natures: natures,
    supported_account_types: ['personal', 'business'],
    supported_fetch_scopes: scopes,
    supported_transaction_extra_fields: ['payee', 'end_to_end_id'],
    interactive_fields: behaviour.interactive ? interactiveFields : [],
    created_at: foundedAt,
    updated_at: foundedAt,
  }
}

const isShown = (exchange: Exchange, entry: CatalogueEntry): boolean => {
  const { world, query } = exchange
  const country = query.get('country_code')
  const mode = query.get('mode')
  if (entry.status === 'withdrawn') return false
  if (entry.country === sandboxCountry && query.get('include_sandboxes') !== 'true') return false
  if (country !== null && entry.country !== country.toUpperCase()) return false
  const behaviour = behaviourFor(entry, world.banks.get(entry.bankId))
  return behaviour.status !== 'disabled' && (mode === null || behaviour.mode === mode)
}

/** Positions of a page and of the first row behind it; no more entries are looked at than are needed. */
const positionsOf = (exchange: Exchange, all: readonly CatalogueEntry[]): number[] => {
  const first = Number((fromIdOf(exchange.query) ?? 1n) - 1n)
  const wanted = perPageOf(exchange.query) + 1
  const found: number[] = []
  for (let position = Math.max(first, 0); position < all.length; position += 1) {
    const entry = all[position]
    if (entry !== undefined && isShown(exchange, entry)) found.push(position)
    if (found.length === wanted) break
  }
  return found
}

const listProviders = (exchange: Exchange) => {
  const { world, query } = exchange
  const all = catalogueOf(world, 'saltedge')
  const positions = positionsOf(exchange, all)
  const size = perPageOf(query)
  const rows = positions.slice(0, size).flatMap((position) => {
    const entry = all[position]
    return entry === undefined ? [] : [providerJson(world, entry, position)]
  })
  const next = positions[size]
  return listAnswer(exchange, rows, next === undefined ? null : String(next + 1))
}

const showProvider = ({ world, params }: Exchange) => {
  const entry = entryByCode(world, params['code'] ?? '')
  if (entry === undefined) throw new Refusal('ProviderNotFound', 'No such provider.')
  const position = catalogueOf(world, 'saltedge').indexOf(entry)
  return dataAnswer(providerJson(world, entry, position))
}

const nameOf = new Intl.DisplayNames('en', { type: 'region' })
const nameOfCountry = (code: string): string =>
  code === sandboxCountry ? 'Fake' : (nameOf.of(code) ?? code)

const listCountries = ({ world, query }: Exchange) => {
  const codes = new Set(catalogueOf(world, 'saltedge').map(({ country }) => country))
  if (query.get('include_sandboxes') !== 'true') codes.delete(sandboxCountry)
  const data = [...codes]
    .toSorted()
    .map((code) => ({ name: nameOfCountry(code), code, refresh_start_time: 2 }))
  return json(200, { data })
}

export const providerRoutes: Route[] = [
  forClient(['GET', '/countries', 'countries'], listCountries),
  forClient(['GET', '/providers', 'providers'], listProviders),
  forClient(['GET', '/providers/:code', 'provider'], showProvider),
]
