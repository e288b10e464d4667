/** Accounts and their balances. */
import { balanceOf } from '../bank.ts'
import { negated, plainDecimal } from '../decimal.ts'
import { exactNumber } from '../exact-json.ts'
import { json } from '../http.ts'
import type { World } from '../world.ts'
import { autoRefreshJson } from './auto-refresh.ts'
import { datasetsOf } from './connection-json.ts'
import type { Reached } from './connections.ts'
import { accountsOf, findConnection } from './connections.ts'
import { containerOf } from './containers.ts'
import type { Caller, Exchange, Route } from './exchange.ts'
import { forUser, idIn, idsOf, instantOf, invalidValue, listed, noContent } from './exchange.ts'

const accountTypes = {
  checking: 'CHECKING',
  savings: 'SAVINGS',
  psp: 'PREPAID',
  card: 'CREDIT',
  securities: 'BROKERAGE_CASH',
} as const

const masked = (reference: string): string => `xxxx${reference.slice(-4)}`

/** An amount of money whose digits are those of the text. */
export const moneyJson = (amount: string, currency: string) => ({
  amount: exactNumber(plainDecimal(amount)),
  currency,
})

/** The balances that an account of its kind has. */
export const balancesJson = ({ account }: Reached) => {
  const { currency } = account
  const balance = balanceOf(account)
  if (containerOf(account) === 'creditCard') {
    // a card tells what is owed
    const owed = moneyJson(negated(balance), currency)
    return { balance: owed, runningBalance: owed }
  }
  const money = moneyJson(balance, currency)
  return { balance: money, currentBalance: money, availableBalance: money }
}

const accountJson = (world: World, reached: Reached, include: readonly string[]) => {
  const { connection, linked, account, site } = reached
  const name = account.product ?? account.description
  return {
    CONTAINER: containerOf(account),
    id: linked.id,
    providerAccountId: connection.id,
    // a text here and a number everywhere else
    providerId: String(site.providerId),
    providerName: site.name,
    accountName: name,
    displayedName: account.holderName,
    accountNumber: masked(account.reference),
    accountType: accountTypes[account.subtype],
    accountStatus: linked.status,
    aggregationSource: 'USER',
    isManual: false,
    isAsset: containerOf(account) !== 'creditCard',
    includeInNetWorth: true,
    classification: 'PERSONAL',
    createdDate: instantOf(linked.createdAt),
    ...(connection.lastUpdatedAt === null
      ? {}
      : { lastUpdated: instantOf(connection.lastUpdatedAt) }),
    ...balancesJson(reached),
    ...(include.includes('fullAccountNumberList')
      ? { fullAccountNumberList: { paymentAccountNumber: account.reference } }
      : {}),
    ...(include.includes('autoRefresh') ? { autoRefresh: autoRefreshJson(world, connection) } : {}),
    dataset: datasetsOf(connection),
  }
}

/** Throws Y800 unless every connection and account that a call names is the caller's. */
export const demandOwn = (exchange: Exchange, { loginName }: Caller): void => {
  const { world } = exchange
  const connectionIds = idsOf(exchange, 'providerAccountId') ?? []
  if (connectionIds.some((id) => findConnection(world, loginName, id) === null))
    throw invalidValue('providerAccountId')
  const own = new Set(accountsOf(world, loginName).map(({ linked }) => linked.id))
  if (idsOf(exchange, 'accountId')?.some((id) => !own.has(id)) ?? false)
    throw invalidValue('accountId')
}

/** The accounts that a call's filters let through. */
export const filteredAccounts = (exchange: Exchange, { loginName }: Caller): Reached[] => {
  const { world, query } = exchange
  const connectionIds = idsOf(exchange, 'providerAccountId')
  const accountIds = idsOf(exchange, 'accountId')
  const container = query.get('container')
  return accountsOf(world, loginName)
    .filter(({ connection }) => connectionIds?.includes(connection.id) ?? true)
    .filter(({ linked }) => accountIds?.includes(linked.id) ?? true)
    .filter(({ account }) => container === null || containerOf(account) === container)
}

const includeIn = ({ query }: Exchange): string[] => query.get('include')?.split(',') ?? []

const list = (exchange: Exchange, caller: Caller) => {
  demandOwn(exchange, caller)
  const { world, query } = exchange
  const statuses = (query.get('status') ?? 'ACTIVE,TO_BE_CLOSED').split(',')
  const requestId = query.get('requestId')
  const found = filteredAccounts(exchange, caller)
    .filter(({ linked }) => statuses.includes(linked.status))
    .filter(({ connection }) => requestId === null || connection.requestId === requestId)
  return listed(
    'account',
    found.map((reached) => accountJson(world, reached, includeIn(exchange))),
  )
}

/** The account of the caller that the path names; throws Y800. */
const accountInPath = (exchange: Exchange, { loginName }: Caller): Reached => {
  const id = idIn(exchange, 'id')
  const found = accountsOf(exchange.world, loginName).find(({ linked }) => linked.id === id)
  if (found === undefined) throw invalidValue('accountId')
  return found
}

const show = (exchange: Exchange, caller: Caller) => {
  const reached = accountInPath(exchange, caller)
  return json(200, { account: [accountJson(exchange.world, reached, includeIn(exchange))] })
}

/** Takes an account out of its connection for good. */
export const removeAccount = (world: World, { connection, linked }: Reached): void => {
  connection.accounts = connection.accounts.filter(({ id }) => id !== linked.id)
  connection.removed.push(linked.bankAccountId)
  world.changed()
}

const remove = (exchange: Exchange, caller: Caller) => {
  removeAccount(exchange.world, accountInPath(exchange, caller))
  return noContent()
}

export const accountRoutes: Route[] = [
  forUser(['GET', '/accounts', 'accounts'], list),
  forUser(['GET', '/accounts/:id', 'account'], show),
  forUser(['DELETE', '/accounts/:id', 'account-remove'], remove),
]
