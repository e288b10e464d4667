/** Connections: what Yodlee calls provider accounts, and the accounts they reach. */
import type { Bank, BankAccount } from '../bank.ts'
import type { World } from '../world.ts'
import { containerOf } from './containers.ts'
import { nextNumber } from './numbers.ts'
import type { Site } from './sites.ts'
import { siteById } from './sites.ts'
import type { YodleeAccount, YodleeConnection, YodleeConsent } from './state.ts'

export interface Beginning {
  loginName: string
  site: Site
  loginRight: boolean
  chosen: string[] | null
  consent: YodleeConsent | null
  isAutoRefreshEnabled: boolean
  isDataExtractsEnabled: boolean
  /** Days of lines that were asked for; null takes what the site has. */
  historyDays: number | null
}

const dayMs = 86_400_000

/** Makes a connection that has not been refreshed yet. */
export const openConnection = (world: World, beginning: Beginning): YodleeConnection => {
  const { site, consent, historyDays, ...given } = beginning
  const now = world.clock.now()
  const days = Math.min(historyDays ?? site.historyDays, site.historyDays)
  const connection: YodleeConnection = {
    loginName: given.loginName,
    loginRight: given.loginRight,
    chosen: given.chosen,
    isAutoRefreshEnabled: given.isAutoRefreshEnabled,
    isDataExtractsEnabled: given.isDataExtractsEnabled,
    id: nextNumber(world),
    providerId: site.providerId,
    requestId: '',
    status: 'LOGIN_IN_PROGRESS',
    additionalStatus: 'LOGIN_IN_PROGRESS',
    createdAt: world.clock.instant(),
    lastUpdatedAt: null,
    lastAttemptAt: world.clock.instant(),
    consentId: consent?.id ?? null,
    accounts: [],
    removed: [],
    hidesLines: false,
    shownFrom: new Date(now - days * dayMs).toISOString().slice(0, 10),
    broken: null,
    run: null,
  }
  if (consent !== null) consent.connectionId = connection.id
  world.yodlee.connections[connection.id] = connection
  world.changed()
  return connection
}

/** Takes a connection away, with its accounts and its consent. */
export const removeConnection = (world: World, connection: YodleeConnection): void => {
  const { connections, consents } = world.yodlee
  const consent = consents[String(connection.consentId)]
  if (consent !== undefined && consent.status !== 'EXPIRED') {
    consent.status = 'REVOKED'
    consent.revokedAt = world.clock.instant()
  }
  delete connections[connection.id]
  world.changed()
}

/** The connections of one user, oldest first. */
export const connectionsOf = (world: World, loginName: string): YodleeConnection[] =>
  Object.values(world.yodlee.connections).filter((each) => each.loginName === loginName)

/** The connection of this user with this id. */
export const findConnection = (
  world: World,
  loginName: string,
  id: number,
): YodleeConnection | null => {
  const connection = world.yodlee.connections[id]
  return connection?.loginName === loginName ? connection : null
}

/** The site of a connection, which may have left the catalogue since. */
export const siteOf = (world: World, connection: YodleeConnection): Site | null =>
  siteById(world, connection.providerId)

/** An account with everything that stands behind it. */
export interface Reached {
  connection: YodleeConnection
  linked: YodleeAccount
  bank: Bank
  account: BankAccount
  site: Site
}

/** The accounts of one connection that are still there. */
export const reachedBy = (world: World, connection: YodleeConnection): Reached[] => {
  const site = siteOf(world, connection)
  const bank = site?.bank ?? null
  if (site === null || bank === null) return []
  return connection.accounts.flatMap((linked) => {
    const account = bank.accounts.get(linked.bankAccountId)
    return account === undefined ? [] : [{ connection, linked, bank, account, site }]
  })
}

/** Every account of a user. */
export const accountsOf = (world: World, loginName: string): Reached[] =>
  connectionsOf(world, loginName).flatMap((connection) => reachedBy(world, connection))

/** Lets a connection see the accounts of the bank that it does not know yet. */
export const discoverAccounts = (world: World, connection: YodleeConnection): void => {
  const bank = siteOf(world, connection)?.bank ?? null
  const held = connection.accounts.map(({ bankAccountId }) => bankAccountId)
  const known = new Set([...held, ...connection.removed])
  for (const account of bank?.accounts.values() ?? []) {
    if (known.has(account.id) || connection.chosen?.includes(account.id) === false) continue
    const alike = connection.accounts.filter(({ bankAccountId }) => {
      const other = bank?.accounts.get(bankAccountId)
      return other !== undefined && containerOf(other) === containerOf(account)
    })
    connection.accounts.push({
      id: nextNumber(world),
      bankAccountId: account.id,
      ordinal: alike.length,
      status: 'ACTIVE',
      createdAt: world.clock.instant(),
      balanceAskedMs: null,
    })
  }
}
