/** Link tokens: made for one visit of the hosted page, and asked what became of it. */
import { z } from 'zod'
import type { World } from '../world.ts'
import { errorBody, PlaidRefusal } from './errors.ts'
import type { Exchange, Route } from './exchange.ts'
import { route } from './exchange.ts'
import { accountIdAt, nextOpaqueId, nextPlaidToken } from './ids.ts'
import { institutionIdOf } from './institutions.ts'
import { itemOf } from './items.ts'
import type { Item, LinkSession, LinkToken } from './state.ts'
import { accountJson } from './transaction-json.ts'

const minuteMs = 60_000
const keptAfterEndMs = 6 * 60 * minuteMs
const linksMax = 500
const urlSecondsMax = 21 * 24 * 60 * 60

const productShape = z.array(z.string()).nullable().optional()

const createShape = {
  client_name: z.string().min(1).max(30),
  language: z.string().min(2).max(5),
  country_codes: z.array(z.string().length(2)).min(1),
  user: z.looseObject({ client_user_id: z.string().min(1) }).optional(),
  user_id: z.string().optional(),
  products: productShape,
  required_if_supported_products: productShape,
  optional_products: productShape,
  additional_consented_products: productShape,
  webhook: z.string().optional(),
  access_token: z.string().nullable().optional(),
  redirect_uri: z.string().optional(),
  transactions: z
    .strictObject({ days_requested: z.number().int().min(1).max(730).optional() })
    .optional(),
  update: z
    .strictObject({
      account_selection_enabled: z.boolean().optional(),
      reauthorization_enabled: z.boolean().optional(),
    })
    .optional(),
  account_filters: z.record(z.string(), z.unknown()).optional(),
  institution_data: z.strictObject({ routing_number: z.string().optional() }).optional(),
  hosted_link: z
    .strictObject({
      completion_redirect_uri: z.string().optional(),
      url_lifetime_seconds: z.number().int().min(1).max(urlSecondsMax).optional(),
      is_mobile_app: z.boolean().optional(),
    })
    .optional(),
}

type Wish = z.infer<z.ZodObject<typeof createShape>>

const updatedItem = (world: World, wish: Wish): Item | null => {
  const token = wish.access_token ?? null
  if (token === null) return null
  if (wish.products !== undefined || wish.transactions !== undefined)
    throw new PlaidRefusal('INVALID_FIELD', 'products cannot be named in update mode')
  return itemOf(world, token)
}

const check = (wish: Wish, item: Item | null): void => {
  if ((wish.user === undefined) === (wish.user_id === undefined))
    throw new PlaidRefusal('MISSING_FIELDS', 'exactly one of user and user_id is required')
  if (item === null && (wish.products ?? []).length === 0)
    throw new PlaidRefusal('MISSING_FIELDS', 'products is required')
  if (wish.redirect_uri?.includes('?') === true)
    throw new PlaidRefusal('INVALID_FIELD', 'redirect_uri must not have a query')
}

const lifeMs = (wish: Wish, item: Item | null): number => {
  if (wish.hosted_link !== undefined)
    return (wish.hosted_link.url_lifetime_seconds ?? 30 * 60) * 1000
  return (item === null ? 4 * 60 : 30) * minuteMs
}

/** What is kept of the wish, with its standards. */
const wished = (wish: Wish) => ({
  hosted: wish.hosted_link !== undefined,
  clientName: wish.client_name,
  language: wish.language,
  countryCodes: wish.country_codes,
  products: wish.products ?? [],
  redirectUri: wish.redirect_uri ?? null,
  completionRedirectUri: wish.hosted_link?.completion_redirect_uri ?? null,
  daysRequested: wish.transactions?.days_requested ?? 90,
  accountSelection: wish.update?.account_selection_enabled === true,
})

const openLink = (world: World, wish: Wish): LinkToken => {
  const item = updatedItem(world, wish)
  check(wish, item)
  const nowMs = world.clock.now()
  return {
    id: nextOpaqueId(world, 'plaid-link-page'),
    token: nextPlaidToken(world, 'link'),
    createdMs: nowMs,
    expiresMs: nowMs + lifeMs(wish, item),
    ...wished(wish),
    // in update mode the address of the Item stays
    webhook: item === null ? (wish.webhook ?? null) : item.webhook,
    itemId: item?.id ?? null,
    sessions: [],
  }
}

const create = ({ world, origin }: Exchange, wish: Wish) => {
  const link = openLink(world, wish)
  const kept = Object.entries(world.plaid.links).slice(1 - linksMax)
  world.plaid.links = { ...Object.fromEntries(kept), [link.id]: link }
  world.changed()
  return {
    link_token: link.token,
    expiration: new Date(link.expiresMs).toISOString(),
    ...(link.hosted ? { hosted_link_url: `${origin}/link/${link.id}` } : {}),
  }
}

const instantOf = (ms: number): string => new Date(ms).toISOString()

const institutionJson = (world: World, bankId: string | null) => {
  const bank = world.banks.get(bankId ?? '')
  if (bank === undefined) return null
  const { name, plaid } = bank.script
  return { name, institution_id: institutionIdOf(bank.id, plaid.moves) }
}

const addedJson = (world: World, { publicToken, bankId, accounts }: LinkSession) => {
  if (publicToken === null) return []
  const item = world.plaid.items[world.plaid.publicTokens[publicToken]?.itemId ?? '']
  const bank = world.banks.get(bankId ?? '')
  const chosen = accounts.flatMap((accountId) => {
    const held = item?.accounts[accountId]
    const account = bank?.accounts.get(accountId)
    if (item === undefined || held === undefined || account === undefined) return []
    const id = accountIdAt(item.id, accountId, held.generation)
    const { name, mask, type, subtype } = accountJson({ account, held, id })
    return [{ id, name, mask, type, subtype, verification_status: null, class_type: null }]
  })
  const institution = institutionJson(world, bankId)
  return [{ public_token: publicToken, accounts: chosen, institution }]
}

const exitJson = (world: World, session: LinkSession) =>
  session.exitStatus === null
    ? null
    : {
        error: session.problem === null ? null : errorBody(session.problem),
        metadata: {
          institution: institutionJson(world, session.bankId),
          status: session.exitStatus,
          link_session_id: session.id,
          request_id: session.id.slice(0, 15),
        },
      }

/** A visit of the page as Plaid tells of it. */
export const eventsJson = ({ events }: LinkSession) =>
  events.map(({ id, name, atMs, metadata }) => ({
    event_id: id,
    event_name: name,
    timestamp: instantOf(atMs),
    event_metadata: metadata,
  }))

const sessionJson = (world: World, session: LinkSession) => ({
  link_session_id: session.id,
  started_at: instantOf(session.startedMs),
  finished_at: session.finishedMs === null ? null : instantOf(session.finishedMs),
  events: eventsJson(session),
  results: {
    item_add_results: addedJson(world, session),
    cra_item_add_results: [],
    cra_update_results: [],
    bank_income_results: [],
    payroll_income_results: [],
    document_income_results: null,
  },
  exit: exitJson(world, session),
})

const isKept = (world: World, { expiresMs, sessions }: LinkToken): boolean => {
  const ends = sessions.map(({ finishedMs }) => finishedMs ?? 0)
  return world.clock.now() < Math.max(expiresMs, ...ends) + keptAfterEndMs
}

const show = ({ world }: Exchange, { link_token: token }: { link_token: string }) => {
  const link = Object.values(world.plaid.links).find((each) => each.token === token)
  if (link === undefined || !isKept(world, link))
    throw new PlaidRefusal('INVALID_LINK_TOKEN', 'the link token is not known any more')
  return {
    link_token: token,
    created_at: instantOf(link.createdMs),
    expiration: instantOf(link.expiresMs),
    link_sessions: link.sessions.map((session) => sessionJson(world, session)),
    metadata: {
      initial_products: link.products,
      webhook: link.webhook,
      country_codes: link.countryCodes,
      language: link.language,
      redirect_uri: link.redirectUri,
      client_name: link.clientName,
    },
  }
}

/** The routes of link tokens. */
export const linkTokenRoutes: Route[] = [
  route('/link/token/create', createShape, create),
  route('/link/token/get', { link_token: z.string() }, show),
]
