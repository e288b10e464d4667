/** Fresh balances: asked for, waited for and told by an event. */
import type { Answer } from '../http.ts'
import { listed } from './exchange.ts'
import type { World } from '../world.ts'
import { balancesJson, demandOwn, filteredAccounts } from './accounts.ts'
import { isRealTimeMfa } from './connection-json.ts'
import type { Reached } from './connections.ts'
import { containerOf } from './containers.ts'
import { senderOf } from './events.ts'
import type { Caller, Exchange, Route } from './exchange.ts'
import { forUser, idsOf, instantOf, Refusal } from './exchange.ts'
import { latestBalanceEvent } from './notices.ts'

const accountsMax = 10
const freshMs = 15 * 60 * 1000

const takesMs = (world: World, { bank }: Reached): number =>
  bank.script.yodlee.refreshMs ?? bank.script.syncMs ?? world.settings.defaultSyncMs

const begin = (world: World, reached: Reached): void => {
  const now = world.clock.now()
  const { linked, connection } = reached
  linked.balanceAskedMs = now
  world.clock.at(now + takesMs(world, reached), () =>
    senderOf(world).tell('LATEST_BALANCE_UPDATES', latestBalanceEvent(connection, linked.id)),
  )
  world.changed()
}

const stateOf = (world: World, reached: Reached) => {
  if (isRealTimeMfa(world, reached.connection))
    return { refreshStatus: 'FAILED', failedReason: 'USER_INPUT_REQUIRED' }
  const now = world.clock.now()
  const { balanceAskedMs } = reached.linked
  if (balanceAskedMs === null || now - balanceAskedMs > freshMs) begin(world, reached)
  const readyMs = (reached.linked.balanceAskedMs ?? now) + takesMs(world, reached)
  if (now < readyMs) return { refreshStatus: 'IN_PROGRESS' }
  return { refreshStatus: 'SUCCESS', lastUpdated: instantOf(readyMs), ...balancesJson(reached) }
}

const demandBalances = (exchange: Exchange, found: readonly Reached[]): void => {
  const { world, query } = exchange
  if (!world.yodlee.settings.latestBalances) throw new Refusal('Y901', 'Service not supported')
  for (const name of ['accountId', 'providerAccountId'])
    if (!query.get(name)) throw new Refusal('Y803', `${name} required`)
  if (found.some(({ account }) => containerOf(account) === 'creditCard'))
    throw new Refusal('Y820', 'The supported containers are bank and investment')
}

const show = (exchange: Exchange, caller: Caller): Answer => {
  demandOwn(exchange, caller)
  idsOf(exchange, 'accountId', accountsMax)
  idsOf(exchange, 'providerAccountId', 1)
  const found = filteredAccounts(exchange, caller)
  demandBalances(exchange, found)
  return listed(
    'accountBalance',
    found.map((reached) => ({
      CONTAINER: containerOf(reached.account),
      accountId: reached.linked.id,
      accountName: reached.account.description,
      providerAccountId: reached.connection.id,
      providerId: String(reached.site.providerId),
      providerName: reached.site.name,
      ...stateOf(exchange.world, reached),
    })),
  )
}

export const latestBalanceRoutes: Route[] = [
  forUser(['GET', '/accounts/latestBalances', 'latest-balances'], show),
]
