/** The catalogue as Plaid shows it: ids of its own form, paging, and a search of at most ten. */
import { z } from 'zod'
import type { Bank } from '../bank.ts'
import { bankBehind } from '../banks/bank-behind.ts'
import type { CatalogueEntry } from '../catalogue.ts'
import { catalogueOf } from '../catalogue.ts'
import { seededUuid } from '../seeded.ts'
import type { World } from '../world.ts'
import { behaviourOf } from './behaviour.ts'
import { PlaidRefusal } from './errors.ts'
import type { Route } from './exchange.ts'
import { route } from './exchange.ts'

const searchMax = 10
const countries = new Set('US GB ES NL FR IE CA DE IT PL DK NO SE EE LT LV PT BE AT FI'.split(' '))

const known = new Map<string, string>()
const knownMax = 100_000

/** The institution's id at Plaid; a bank that has moved `moves` times has another one. */
export const institutionIdOf = (bankId: string, moves = 0): string => {
  const key = `${bankId} ${moves}`
  const made = known.get(key)
  if (made !== undefined) return made
  const digits = seededUuid('plaid-institution', key).replaceAll('-', '').slice(0, 10)
  const id = `ins_${Number.parseInt(digits, 16)}`
  if (known.size < knownMax) known.set(key, id)
  return id
}

const movesOf = (world: World, bankId: string): number =>
  world.banks.get(bankId)?.script.plaid.moves ?? 0

const wireIdOf = (world: World, { bankId }: CatalogueEntry): string =>
  institutionIdOf(bankId, movesOf(world, bankId))

/** The bank behind an institution id, or of this id or name; null when nothing of the kind is offered. */
export const bankChosen = (world: World, choice: string): Bank | null => {
  const entry = catalogueOf(world, 'plaid').find(
    (each) =>
      countries.has(each.country) &&
      [wireIdOf(world, each), each.bankId, each.name].includes(choice),
  )
  return entry === undefined ? null : bankBehind(world, 'plaid', entry.bankId)
}

/** The entries that can be chosen at Plaid, in the countries that are named. */
const offered = (world: World, wanted: readonly string[]): CatalogueEntry[] => {
  const asked = new Set(wanted.filter((country) => countries.has(country)))
  return catalogueOf(world, 'plaid').filter(
    ({ country, status }) => asked.has(country) && status !== 'withdrawn',
  )
}

/** The first institutions whose name has the text in it. */
export const search = (
  world: World,
  { text, countryCodes }: { text: string; countryCodes: readonly string[] },
): CatalogueEntry[] => {
  const wanted = text.trim().toLowerCase()
  const found: CatalogueEntry[] = []
  for (const entry of offered(world, countryCodes)) {
    if (entry.name.toLowerCase().includes(wanted)) found.push(entry)
    if (found.length === searchMax) break
  }
  return found
}

const success = { HEALTHY: 0.98, DEGRADED: 0.6, DOWN: 0 }

const statusJson = (world: World, { bankId, status, beta }: CatalogueEntry) => {
  const bank = world.banks.get(bankId)
  const told = bank === undefined ? (beta ? 'DEGRADED' : 'HEALTHY') : behaviourOf(bank).health
  const health = status === 'maintenance' ? 'DOWN' : told
  return {
    transactions_updates: {
      status: health,
      last_status_change: new Date(Math.floor(world.clock.now() / 86_400_000) * 86_400_000),
      breakdown: {
        success: success[health],
        error_plaid: 0,
        error_institution: 1 - success[health],
        refresh_interval:
          health === 'HEALTHY' ? 'NORMAL' : health === 'DOWN' ? 'STOPPED' : 'DELAYED',
      },
    },
  }
}

interface Wish {
  include_status?: boolean | undefined
  include_optional_metadata?: boolean | undefined
}

const institutionJson =
  (world: World, wish: Wish = {}) =>
  (entry: CatalogueEntry) => ({
    institution_id: wireIdOf(world, entry),
    name: entry.name,
    products: ['transactions'],
    country_codes: [entry.country],
    routing_numbers: [],
    dtc_numbers: [],
    oauth: movesOf(world, entry.bankId) > 0,
    ...(wish.include_optional_metadata === true
      ? { url: entry.website, logo: null, primary_color: null }
      : {}),
    ...(wish.include_status === true ? { status: statusJson(world, entry) } : {}),
  })

const optional = {
  oauth: z.boolean().nullable().optional(),
  include_optional_metadata: z.boolean().optional(),
  include_auth_metadata: z.boolean().nullable().optional(),
  include_payment_initiation_metadata: z.boolean().nullable().optional(),
}
const countryShape = z.array(z.string().length(2)).min(1)
const productShape = z.array(z.string()).min(1).nullable().optional()

const entryOf = (world: World, id: string, wanted: readonly string[]): CatalogueEntry => {
  const entry = offered(world, wanted).find((each) => wireIdOf(world, each) === id)
  if (entry === undefined)
    throw new PlaidRefusal('INVALID_INSTITUTION', `there is no institution ${id.slice(0, 60)}`)
  return entry
}

/** The routes of the catalogue. */
export const institutionRoutes: Route[] = [
  route(
    '/institutions/get',
    {
      count: z.number().int().min(1).max(500),
      offset: z.number().int().min(0),
      country_codes: countryShape,
      options: z
        .strictObject({
          ...optional,
          products: productShape,
          routing_numbers: z.array(z.string()).nullable().optional(),
        })
        .optional(),
    },
    ({ world }, { count, offset, country_codes, options }) => {
      const entries = offered(world, country_codes)
      const page = entries.slice(offset, offset + count)
      return { institutions: page.map(institutionJson(world, options)), total: entries.length }
    },
  ),
  route(
    '/institutions/search',
    {
      query: z.string().min(1),
      country_codes: countryShape,
      products: productShape,
      options: z.strictObject(optional).nullable().optional(),
    },
    ({ world }, { query, country_codes: countryCodes, options }) => ({
      institutions: search(world, { text: query, countryCodes }).map(
        institutionJson(world, options ?? {}),
      ),
    }),
  ),
  route(
    '/institutions/get_by_id',
    {
      institution_id: z.string().min(1),
      country_codes: countryShape,
      options: z.strictObject({ ...optional, include_status: z.boolean().optional() }).optional(),
    },
    ({ world }, { institution_id: id, country_codes: wanted, options }) => ({
      institution: institutionJson(world, options)(entryOf(world, id, wanted)),
    }),
  ),
]
