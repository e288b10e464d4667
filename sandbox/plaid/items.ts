/** Items: made by a person, found by their token, broken and repaired. */
import type { Bank, BankAccount } from '../bank.ts'
import type { World } from '../world.ts'
import { behaviourOf } from './behaviour.ts'
import { errorBody, PlaidRefusal } from './errors.ts'
import { accountIdAt, nextOpaqueId, nextPlaidToken } from './ids.ts'
import { institutionIdOf } from './institutions.ts'
import type { Item, ItemAccount, ItemError, PublicToken } from './state.ts'

const dayMs = 86_400_000
const publicTokenLifeMs = 30 * 60 * 1000
const publicTokensMax = 500
/** Outside Europe a consent has no end. */
const endless = new Set(['US', 'CA'])

/** The bank behind an Item; throws when it was taken out of the world. */
export const bankOfItem = (world: World, { bankId }: Item): Bank => {
  const bank = world.banks.get(bankId)
  if (bank === undefined) throw new PlaidRefusal('INSTITUTION_NO_LONGER_SUPPORTED', 'no such bank')
  return bank
}

const consentEndOf = (world: World, { script }: Bank): number | null =>
  script.plaid.consent === 'none' || endless.has(script.country ?? 'BE')
    ? null
    : world.clock.now() + script.consentDays * dayMs

const emptyAccount = (): ItemAccount => ({ generation: 0, seen: {}, head: 0 })

interface Consent {
  bank: Bank
  username: string
  webhook: string | null
  products: string[]
  daysRequested: number
  /** The bank's own ids of the ticked accounts. */
  accounts: readonly string[]
}

/** A new connection with ids of its own, read for the first time by the clock. */
export const openItem = (world: World, { bank, accounts, ...consent }: Consent): Item => {
  const item: Item = {
    ...consent,
    id: nextOpaqueId(world, 'plaid-item'),
    accessToken: nextPlaidToken(world, 'access'),
    bankId: bank.id,
    createdMs: world.clock.now(),
    consentExpiresMs: consentEndOf(world, bank),
    error: null,
    gone: false,
    armed: false,
    phase: 'notReady',
    lastSuccessMs: null,
    lastFailureMs: null,
    warnedOf: null,
    endedOf: null,
    accounts: Object.fromEntries(accounts.map((id) => [id, emptyAccount()])),
    log: [],
    calls: {},
  }
  world.plaid.items[item.id] = item
  world.changed()
  return item
}

/** The person has given the consent again: what was wrong is over, all ids stay. */
export const repairItem = (world: World, item: Item, accounts: readonly string[] | null): void => {
  item.error = null
  item.consentExpiresMs = consentEndOf(world, bankOfItem(world, item))
  for (const id of accounts ?? []) item.accounts[id] ??= emptyAccount()
  world.changed()
}

/** A token that becomes the connection's own once. */
export const openPublicToken = (world: World, itemId: string, used = false): PublicToken => {
  const made: PublicToken = {
    token: nextPlaidToken(world, 'public'),
    itemId,
    expiresMs: world.clock.now() + publicTokenLifeMs,
    used,
  }
  const kept = Object.entries(world.plaid.publicTokens).slice(1 - publicTokensMax)
  world.plaid.publicTokens = { ...Object.fromEntries(kept), [made.token]: made }
  return made
}

/** What is wrong with the Item now, whether it was told already or not. */
export const errorOf = (world: World, item: Item): ItemError | null => {
  const { consentExpiresMs, error } = item
  if (error !== null) return error
  return consentExpiresMs !== null && consentExpiresMs <= world.clock.now()
    ? { code: 'ITEM_LOGIN_REQUIRED', reason: 'OAUTH_CONSENT_EXPIRED' }
    : null
}

/** The Item of an access token, broken or not; throws a refusal when there is none. */
export const itemOf = (world: World, accessToken: string): Item => {
  const item = Object.values(world.plaid.items).find((each) => each.accessToken === accessToken)
  if (item === undefined)
    throw new PlaidRefusal('INVALID_ACCESS_TOKEN', 'the access token is not of this environment')
  if (item.gone) throw new PlaidRefusal('ITEM_NOT_FOUND', 'the Item was removed')
  return item
}

/** The Item of an access token that can be read; throws its error as a refusal. */
export const healthyItemOf = (world: World, accessToken: string): Item => {
  const item = itemOf(world, accessToken)
  const error = errorOf(world, item)
  if (error !== null) throw new PlaidRefusal(error.code, 'the person must act', error.reason)
  return item
}

/** Nothing is left of the Item but that it was there. */
export const endItem = (world: World, item: Item): void => {
  item.gone = true
  item.accounts = {}
  item.log = []
  world.changed()
}

export interface HeldAccount {
  account: BankAccount
  held: ItemAccount
  /** The account's id at Plaid. */
  id: string
}

/** What an Item reads, in the order of the bank. */
export const accountsOf = (world: World, item: Item): HeldAccount[] =>
  [...bankOfItem(world, item).accounts.values()].flatMap((account) => {
    const held = item.accounts[account.id]
    if (held === undefined) return []
    return [{ account, held, id: accountIdAt(item.id, account.id, held.generation) }]
  })

const instantOf = (ms: number | null): string | null =>
  ms === null ? null : new Date(ms).toISOString()

/** The Item as Plaid shows it. */
export const itemJson = (world: World, item: Item) => {
  const error = errorOf(world, item)
  const bank = bankOfItem(world, item)
  const { name, plaid } = bank.script
  return {
    item_id: item.id,
    institution_id: institutionIdOf(item.bankId, plaid.moves),
    institution_name: name,
    webhook: item.webhook,
    error: error === null ? null : errorBody(error.code, error.reason),
    available_products: ['balance'],
    billed_products: item.products,
    products: item.products,
    consented_products: item.products,
    consent_expiration_time: instantOf(item.consentExpiresMs),
    update_type: behaviourOf(bank).updateType,
  }
}

/** When the bank was read, well or in vain. */
export const itemStatusJson = ({ lastSuccessMs, lastFailureMs }: Item) => ({
  transactions: {
    last_successful_update: instantOf(lastSuccessMs),
    last_failed_update: instantOf(lastFailureMs),
  },
  last_webhook: null,
})
