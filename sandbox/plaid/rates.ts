/** How often one Item may be called within a minute. */
import type { World } from '../world.ts'
import { PlaidRefusal } from './errors.ts'
import { bankOfItem } from './items.ts'
import type { Item } from './state.ts'

const windowMs = 60_000

const limits = {
  '/accounts/get': [100, 'ACCOUNTS_LIMIT'],
  '/accounts/balance/get': [5, 'BALANCE_LIMIT'],
  '/item/get': [40, 'ITEM_GET_LIMIT'],
  '/item/remove': [30, 'RATE_LIMIT'],
  '/transactions/sync': [50, 'TRANSACTIONS_SYNC_LIMIT'],
  '/transactions/refresh': [2, 'TRANSACTIONS_REFRESH_LIMIT'],
  '/sandbox/transactions/create': [2, 'RATE_LIMIT'],
} as const

const limitOf = (world: World, item: Item, path: keyof typeof limits): number | null =>
  path === '/transactions/sync'
    ? bankOfItem(world, item).script.plaid.syncsPerMinute
    : limits[path][0]

/** Counts a call of an Item; throws a refusal when there were too many within a minute. */
export const countCall = (world: World, item: Item, path: keyof typeof limits): void => {
  const limit = limitOf(world, item, path)
  if (limit === null) return
  const now = world.clock.now()
  const recent = (item.calls[path] ?? []).filter((atMs) => atMs > now - windowMs)
  if (recent.length >= limit)
    throw new PlaidRefusal(limits[path][1], `at most ${limit} calls of ${path} a minute`)
  item.calls[path] = [...recent, now]
}
