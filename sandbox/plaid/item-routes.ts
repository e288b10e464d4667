/** Items and accounts over the wire. */
import { z } from 'zod'
import type { World } from '../world.ts'
import { PlaidRefusal } from './errors.ts'
import type { Route } from './exchange.ts'
import { ofItem, route } from './exchange.ts'
import { nextPlaidToken } from './ids.ts'
import type { HeldAccount } from './items.ts'
import { accountsOf, endItem, healthyItemOf, itemJson, itemOf, itemStatusJson } from './items.ts'
import { countCall } from './rates.ts'
import type { Item } from './state.ts'
import { accountJson } from './transaction-json.ts'
import { fireOfItem } from './webhooks.ts'

const exchangeRoute = route(
  '/item/public_token/exchange',
  { public_token: z.string() },
  ({ world }, { public_token: token }) => {
    const kept = world.plaid.publicTokens[token]
    const item = world.plaid.items[kept?.itemId ?? '']
    if (kept === undefined || item === undefined || kept.used || item.gone)
      throw new PlaidRefusal('INVALID_PUBLIC_TOKEN', 'the public token cannot be exchanged')
    if (kept.expiresMs <= world.clock.now())
      throw new PlaidRefusal('INVALID_PUBLIC_TOKEN', 'the public token has expired')
    kept.used = true
    world.changed()
    return { access_token: item.accessToken, item_id: item.id }
  },
)

const webhookRoute = route(
  '/item/webhook/update',
  { ...ofItem, webhook: z.string().nullable().optional() },
  ({ world }, { access_token: token, webhook }) => {
    const item = itemOf(world, token)
    item.webhook = webhook ?? null
    const told = { new_webhook_url: item.webhook ?? '', error: null }
    fireOfItem(world, item, ['ITEM', 'WEBHOOK_UPDATE_ACKNOWLEDGED', told])
    world.changed()
    return { item: itemJson(world, item) }
  },
)

const removeShape = {
  ...ofItem,
  reason_code: z.string().optional(),
  reason_note: z.string().max(512).optional(),
}

const chosenOf = (world: World, item: Item, ids: readonly string[] | undefined): HeldAccount[] => {
  const held = accountsOf(world, item)
  if (ids === undefined) return held
  const chosen = held.filter(({ id }) => ids.includes(id))
  if (chosen.length < new Set(ids).size)
    throw new PlaidRefusal('INVALID_ACCOUNT_ID', 'an account is not on this Item')
  return chosen
}

const accountsJson = (world: World, item: Item, ids: readonly string[] | undefined) => ({
  accounts: chosenOf(world, item, ids).map(accountJson),
  item: itemJson(world, item),
})

const accountIds = z.array(z.string()).optional()

/** The routes of Items and their accounts. */
export const itemRoutes: Route[] = [
  exchangeRoute,
  webhookRoute,
  route('/item/get', ofItem, ({ world }, { access_token: token }) => {
    const item = itemOf(world, token)
    countCall(world, item, '/item/get')
    return { item: itemJson(world, item), status: itemStatusJson(item) }
  }),
  route('/item/remove', removeShape, ({ world }, { access_token: token }) => {
    const item = itemOf(world, token)
    countCall(world, item, '/item/remove')
    endItem(world, item)
    return {}
  }),
  route('/item/access_token/invalidate', ofItem, ({ world }, { access_token: token }) => {
    const item = itemOf(world, token)
    item.accessToken = nextPlaidToken(world, 'access')
    world.changed()
    return { new_access_token: item.accessToken }
  }),
  route(
    '/accounts/get',
    { ...ofItem, options: z.strictObject({ account_ids: accountIds }).optional() },
    ({ world }, { access_token: token, options }) => {
      const item = healthyItemOf(world, token)
      countCall(world, item, '/accounts/get')
      return accountsJson(world, item, options?.account_ids)
    },
  ),
  route(
    '/accounts/balance/get',
    {
      ...ofItem,
      options: z
        .strictObject({ account_ids: accountIds, min_last_updated_datetime: z.string().optional() })
        .optional(),
    },
    ({ world }, { access_token: token, options }) => {
      const item = healthyItemOf(world, token)
      countCall(world, item, '/accounts/balance/get')
      return accountsJson(world, item, options?.account_ids)
    },
  ),
]
