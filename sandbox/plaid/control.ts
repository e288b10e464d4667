/** Control routes of Plaid's side: connections, what is changed of them and what is taken away. */
import { z } from 'zod'
import type { ControlCall, ControlRoute } from '../control/control-route.ts'
import { bodyOf, ControlRefusal } from '../control/control-route.ts'
import { nextId } from '../world.ts'
import type { World } from '../world.ts'
import { eventControl } from './control-events.ts'
import type { Struck } from './control-items.ts'
import { named, struckBy } from './control-items.ts'
import { errorBody } from './errors.ts'
import { accountsOf, endItem, errorOf, itemJson, itemStatusJson, repairItem } from './items.ts'
import { renameAccount, tellRemoved } from './log.ts'
import type { Item } from './state.ts'
import { announceNews, breakItem, tryUpdate, watchConsent } from './updates.ts'
import { fireOfItem } from './webhooks.ts'

const showItem = (world: World) => (item: Item) => ({
  id: item.id,
  bank: item.bankId,
  gone: item.gone,
  error: errorOf(world, item),
  phase: item.phase,
  createdAt: new Date(item.createdMs).toISOString(),
  rows: item.log.length,
  accounts: item.gone
    ? []
    : accountsOf(world, item).map(({ id, account }) => ({
        id,
        account: account.id,
        reference: account.reference,
      })),
  ...(item.gone ? {} : { item: itemJson(world, item), status: itemStatusJson(item) }),
})

const itemBy = (world: World, id: string): Item => {
  const item = world.plaid.items[id]
  if (item === undefined || item.gone) throw new ControlRefusal(404, `no Item ${id}`)
  return item
}

const dropShape = z.strictObject({ what: z.enum(['consent', 'connection', 'account']), ...named })

const dropAccounts = (world: World, { item, accounts }: Struck): void => {
  for (const held of accountsOf(world, item)) {
    if (!accounts.includes(held.account.id)) continue
    Reflect.deleteProperty(item.accounts, held.account.id)
    fireOfItem(world, item, ['ITEM', 'USER_ACCOUNT_REVOKED', { account_id: held.id }])
  }
}

const revoke = (world: World, item: Item): void => {
  const error = { ...errorBody('USER_PERMISSION_REVOKED'), status: 400 }
  fireOfItem(world, item, ['ITEM', 'USER_PERMISSION_REVOKED', { error }])
  endItem(world, item)
}

const drop = (call: ControlCall) => {
  const { world } = call
  const { what, ...wish } = bodyOf(call, dropShape)
  if (what === 'account' && wish.account === undefined)
    throw new ControlRefusal(400, 'name an account')
  const struck = struckBy(world, wish)
  for (const each of struck) {
    if (what === 'connection') revoke(world, each.item)
    if (what === 'account') dropAccounts(world, each)
    if (what === 'consent')
      breakItem(world, each.item, { code: 'ITEM_LOGIN_REQUIRED', reason: 'OAUTH_CONSENT_EXPIRED' })
  }
  world.changed()
  return { dropped: struck.length }
}

const changeShape = z.strictObject({
  /** The Item breaks with this code, and with the reason behind a slash. */
  error: z.string().min(1).max(100).optional(),
  /** The person repaired the login in another application. */
  repaired: z.literal(true).optional(),
  /** When the consent ends; null never. */
  consentExpiresAt: z.iso.datetime({ offset: true }).nullable().optional(),
  /** The account gets new ids, as after it was renamed. */
  renamedAccount: z.string().optional(),
  /** A line that was never told of is told to be removed. */
  strayRemovalOf: z.string().optional(),
  /** Plaid reads the bank by itself now. */
  updated: z.literal(true).optional(),
})

type Change = z.infer<typeof changeShape>

const ownAccounts = (world: World, item: Item, account: string): string[] =>
  struckBy(world, { connection: item.id, account }).flatMap(({ accounts }) => accounts)

const changeHealth = (world: World, item: Item, wish: Change): void => {
  if (wish.error !== undefined) {
    const [code = '', reason = null] = wish.error.split('/', 2)
    breakItem(world, item, { code, reason })
  }
  if (wish.repaired === true) {
    repairItem(world, item, null)
    fireOfItem(world, item, ['ITEM', 'LOGIN_REPAIRED'])
  }
  if (wish.consentExpiresAt !== undefined) {
    const at = wish.consentExpiresAt
    item.consentExpiresMs = at === null ? null : Date.parse(at)
    watchConsent(world, item)
  }
}

const changeRows = (world: World, item: Item, wish: Change): void => {
  const before = item.log.length
  if (wish.renamedAccount !== undefined)
    for (const id of ownAccounts(world, item, wish.renamedAccount)) renameAccount(item, id)
  if (wish.strayRemovalOf !== undefined)
    for (const id of ownAccounts(world, item, wish.strayRemovalOf))
      tellRemoved(item, id, nextId(world, 'plaid-stray'))
  if (item.log.length > before) announceNews(world, item, 0)
  if (wish.updated === true) tryUpdate(world, item)
}

const change = (call: ControlCall) => {
  const { world } = call
  const item = itemBy(world, call.params['id'] ?? '')
  const wish = bodyOf(call, changeShape)
  changeHealth(world, item, wish)
  changeRows(world, item, wish)
  world.changed()
  return showItem(world)(item)
}

const settingsShape = z.strictObject({ webhookUrl: z.url().nullable().optional() })

const changeSettings = (call: ControlCall) => {
  const { webhookUrl } = bodyOf(call, settingsShape)
  if (webhookUrl !== undefined) call.world.plaid.webhookUrl = webhookUrl
  call.world.changed()
  return { webhookUrl: call.world.plaid.webhookUrl }
}

/** The control routes below `/__sim/plaid/`. */
export const plaidControl: ControlRoute[] = [
  {
    method: 'GET',
    path: '/__sim/plaid/connections',
    run: ({ world }) => ({ connections: Object.values(world.plaid.items).map(showItem(world)) }),
  },
  { method: 'PATCH', path: '/__sim/plaid/connections/:id', run: change },
  { method: 'POST', path: '/__sim/plaid/drop', run: drop },
  { method: 'PATCH', path: '/__sim/plaid/settings', run: changeSettings },
  ...eventControl,
]
