/** What Plaid does by the clock: first reading, its own updates, consents that end. */
import type { BankAccount } from '../bank.ts'
import { publishStaged } from '../bank.ts'
import type { World } from '../world.ts'
import { errorBody, PlaidRefusal } from './errors.ts'
import { accountsOf, bankOfItem, errorOf } from './items.ts'
import { catchUp, echoAll } from './log.ts'
import type { Item } from './state.ts'
import { fireOfItem } from './webhooks.ts'

const ownRunEveryMs = 6 * 60 * 60 * 1000
const warningMs = 7 * 24 * 60 * 60 * 1000

const america = new Set(['US', 'CA'])

/** Says that there is news, once the client has read for the first time. */
export const announceNews = (world: World, item: Item, count: number): void => {
  if (!item.armed) return
  fireOfItem(world, item, [
    'TRANSACTIONS',
    'SYNC_UPDATES_AVAILABLE',
    {
      initial_update_complete: item.phase !== 'notReady',
      historical_update_complete: item.phase === 'historical',
    },
  ])
  if (count > 0)
    fireOfItem(world, item, [
      'TRANSACTIONS',
      'DEFAULT_UPDATE',
      { error: null, new_transactions: count },
    ])
}

/** The Item cannot be read until the person acts. */
export const breakItem = (
  world: World,
  item: Item,
  { code, reason = null }: { code: string; reason?: string | null },
): void => {
  item.error = { code, reason }
  item.lastFailureMs = world.clock.now()
  fireOfItem(world, item, ['ITEM', 'ERROR', { error: { ...errorBody(code, reason), status: 400 } }])
  world.changed()
}

/** Error code with which reading the bank ends now; null when it can be read. */
export const failureOf = (world: World, item: Item): string | null => {
  const { script } = bankOfItem(world, item)
  return script.availability === 'readonly' ? 'INSTITUTION_DOWN' : script.plaid.updateError
}

/** Reads the bank; throws the refusal of a bank that cannot be read. */
export const updateItem = (world: World, item: Item): void => {
  const failure = failureOf(world, item)
  if (failure !== null) {
    item.lastFailureMs = world.clock.now()
    const refusal = new PlaidRefusal(failure, 'the bank could not be read')
    if (failure === 'ITEM_LOGIN_REQUIRED') breakItem(world, item, { code: failure })
    throw refusal
  }
  for (const { account } of accountsOf(world, item)) publishStaged(account, world.clock.now())
  const before = item.log.length
  catchUp(world, item)
  const count = item.log.length - before
  if (bankOfItem(world, item).script.plaid.echoesModified) echoAll(world, item)
  item.lastSuccessMs = world.clock.now()
  if (item.log.length > before) announceNews(world, item, count)
  world.changed()
}

/** Reads the bank if it can be read; a failure shows at the Item only. */
export const tryUpdate = (world: World, item: Item): void => {
  try {
    updateItem(world, item)
  } catch (error) {
    // a bank that is down is read again with the next run
    if (!(error instanceof PlaidRefusal)) throw error
  }
}

/** Reads the bank once the time it takes has passed. */
export const updateLater = (world: World, item: Item, takesMs: number): void =>
  world.clock.at(world.clock.now() + takesMs, () => {
    if (!item.gone && errorOf(world, item) === null) tryUpdate(world, item)
  })

/** The bank has made news known to Plaid by itself: whoever reads the account hears of it. */
export const announceAccount = (world: World, account: BankAccount): void => {
  publishStaged(account, world.clock.now())
  for (const item of Object.values(world.plaid.items)) {
    if (item.accounts[account.id] === undefined || errorOf(world, item) !== null) continue
    const before = item.log.length
    catchUp(world, item)
    item.lastSuccessMs = world.clock.now()
    if (item.log.length > before) announceNews(world, item, item.log.length - before)
  }
}

const tellPhase = (world: World, item: Item): void => {
  const before = item.phase
  const count = item.log.length
  if (item.gone) return
  catchUp(world, item)
  if (item.phase === before) return
  item.lastSuccessMs = world.clock.now()
  const made = { error: null, new_transactions: item.log.length - count }
  const code = item.phase === 'initial' ? 'INITIAL_UPDATE' : 'HISTORICAL_UPDATE'
  fireOfItem(world, item, ['TRANSACTIONS', code, made])
  announceNews(world, item, 0)
}

const warn = (world: World, item: Item, expiresMs: number): void => {
  if (item.gone || item.consentExpiresMs !== expiresMs || item.warnedOf === expiresMs) return
  item.warnedOf = expiresMs
  const until = new Date(expiresMs).toISOString()
  const isAmerican = america.has(bankOfItem(world, item).script.country ?? 'BE')
  fireOfItem(
    world,
    item,
    isAmerican
      ? [
          'ITEM',
          'PENDING_DISCONNECT',
          { reason: 'INSTITUTION_TOKEN_EXPIRATION', disconnect_time: until },
        ]
      : ['ITEM', 'PENDING_EXPIRATION', { consent_expiration_time: until }],
  )
}

const end = (world: World, item: Item, expiresMs: number): void => {
  if (item.gone || item.consentExpiresMs !== expiresMs || item.endedOf === expiresMs) return
  item.endedOf = expiresMs
  const reason = 'OAUTH_CONSENT_EXPIRED'
  if (item.error === null) breakItem(world, item, { code: 'ITEM_LOGIN_REQUIRED', reason })
}

/** Lets what is due for an Item happen when its time has come. */
export const watchConsent = (world: World, item: Item): void => {
  const { consentExpiresMs } = item
  if (consentExpiresMs === null) return
  world.clock.at(consentExpiresMs - warningMs, () => warn(world, item, consentExpiresMs))
  world.clock.at(consentExpiresMs, () => end(world, item, consentExpiresMs))
}

/** Lets an Item be read for the first time: at once, or as slowly as its bank is scripted. */
export const watchItem = (world: World, item: Item): void => {
  const { initialAfterMs, historicalAfterMs } = bankOfItem(world, item).script.plaid
  for (const afterMs of [initialAfterMs, historicalAfterMs])
    if (item.createdMs + afterMs <= world.clock.now()) tellPhase(world, item)
    else world.clock.at(item.createdMs + afterMs, () => tellPhase(world, item))
  watchConsent(world, item)
}

const updateAll = (world: World): void => {
  for (const item of Object.values(world.plaid.items))
    if (!item.gone && errorOf(world, item) === null) tryUpdate(world, item)
}

const keepSchedule = (world: World): void => {
  const dueMs = (world.plaid.nextOwnRunMs ??= world.clock.now() + ownRunEveryMs)
  world.clock.at(dueMs, () => {
    // of the runs that a moved clock has passed over only the last is done
    const missed = Math.max(0, Math.floor((world.clock.targetMs() - dueMs) / ownRunEveryMs))
    world.plaid.nextOwnRunMs = dueMs + Math.max(1, missed) * ownRunEveryMs
    if (missed === 0) updateAll(world)
    keepSchedule(world)
  })
}

/** Lets everything that Plaid does by itself go on: after the start, a restart or a reset. */
export const resumeUpdates = (world: World): void => {
  keepSchedule(world)
  for (const item of Object.values(world.plaid.items)) if (!item.gone) watchItem(world, item)
}
