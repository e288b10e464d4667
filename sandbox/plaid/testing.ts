/** The routes of Plaid's own sandbox: Items without a page, broken logins, events and lines on demand. */
import { z } from 'zod'
import type { Bank, BankAccount } from '../bank.ts'
import { lineOf, publish } from '../bank.ts'
import { isJsonNumber, negated } from '../decimal.ts'
import type { World } from '../world.ts'
import { behaviourOf } from './behaviour.ts'
import { errorBody, PlaidRefusal } from './errors.ts'
import type { Route } from './exchange.ts'
import { ofItem, route } from './exchange.ts'
import { bankChosen } from './institutions.ts'
import { accountsOf, healthyItemOf, itemOf, openItem, openPublicToken } from './items.ts'
import { dynamicUser, logIn } from './login.ts'
import { countCall } from './rates.ts'
import type { Item } from './state.ts'
import { announceAccount, breakItem, watchItem } from './updates.ts'
import { fireOfItem } from './webhooks.ts'

const dayMs = 86_400_000

const publicTokenShape = {
  institution_id: z.string(),
  initial_products: z.array(z.string()).min(1),
  options: z
    .strictObject({
      webhook: z.string().optional(),
      override_username: z.string().optional(),
      override_password: z.string().optional(),
      transactions: z
        .strictObject({ days_requested: z.number().int().min(1).max(730).optional() })
        .optional(),
    })
    .optional(),
}

const checkLogin = (bank: Bank, username: string, password: string): void => {
  const login = logIn(behaviourOf(bank), { username, password })
  if (login.outcome === 'refused') throw new PlaidRefusal(login.code, 'the login was refused')
}

const createPublicToken = route(
  '/sandbox/public_token/create',
  publicTokenShape,
  ({ world }, { institution_id: id, initial_products: products, options = {} }) => {
    const bank = id.startsWith('ins_') ? bankChosen(world, id) : null
    if (bank === null) throw new PlaidRefusal('INVALID_INSTITUTION', 'no such institution')
    const username = options.override_username ?? 'user_good'
    checkLogin(bank, username, options.override_password ?? 'pass_good')
    const item = openItem(world, {
      bank,
      username,
      products,
      accounts: [...bank.accounts.keys()],
      webhook: options.webhook ?? null,
      daysRequested: options.transactions?.days_requested ?? 90,
    })
    watchItem(world, item)
    return { public_token: openPublicToken(world, item.id).token }
  },
)

type Fields = Record<string, unknown>

const itemError = (_world: World, { error }: Item): Fields => ({
  error: { ...errorBody(error?.code ?? 'ITEM_LOGIN_REQUIRED', error?.reason), status: 400 },
})

const inAWeek = (world: World): string => new Date(world.clock.now() + 7 * dayMs).toISOString()

const firstAccount = (world: World, item: Item): Fields => ({
  account_id: accountsOf(world, item)[0]?.id ?? '',
})

/** What can be fired: the type and the fields of each code. */
const firings: Record<string, [type: string, fields: (world: World, item: Item) => Fields]> = {
  DEFAULT_UPDATE: ['TRANSACTIONS', () => ({ error: null, new_transactions: 0 })],
  NEW_ACCOUNTS_AVAILABLE: ['ITEM', () => ({ error: null })],
  USER_PERMISSION_REVOKED: [
    'ITEM',
    () => ({ error: { ...errorBody('USER_PERMISSION_REVOKED'), status: 400 } }),
  ],
  USER_ACCOUNT_REVOKED: ['ITEM', firstAccount],
  PENDING_DISCONNECT: [
    'ITEM',
    (world) => ({ reason: 'INSTITUTION_MIGRATION', disconnect_time: inAWeek(world) }),
  ],
  RECURRING_TRANSACTIONS_UPDATE: [
    'TRANSACTIONS',
    (world, item) => ({ account_ids: accountsOf(world, item).map(({ id }) => id) }),
  ],
  LOGIN_REPAIRED: ['ITEM', () => ({})],
  SYNC_UPDATES_AVAILABLE: [
    'TRANSACTIONS',
    () => ({ initial_update_complete: true, historical_update_complete: true }),
  ],
  ERROR: ['ITEM', itemError],
}

const fireWebhook = route(
  '/sandbox/item/fire_webhook',
  { ...ofItem, webhook_type: z.string().optional(), webhook_code: z.string() },
  ({ world }, { access_token: token, webhook_code: code }) => {
    const item = itemOf(world, token)
    const [type, fields] = firings[code] ?? []
    if (type === undefined || fields === undefined)
      throw new PlaidRefusal('SANDBOX_WEBHOOK_INVALID', `${code.slice(0, 60)} cannot be fired`)
    fireOfItem(world, item, [type, code, fields(world, item)])
    return { webhook_fired: true }
  },
)

const resetLogin = route(
  '/sandbox/item/reset_login',
  ofItem,
  ({ world }, { access_token: token }) => {
    breakItem(world, itemOf(world, token), { code: 'ITEM_LOGIN_REQUIRED' })
    return { reset_login: true }
  },
)

const createdShape = z.strictObject({
  date_transacted: z.iso.date(),
  date_posted: z.iso.date(),
  // amounts arrive as the text they were written with
  amount: z.string().refine(isJsonNumber, 'not a number'),
  description: z.string().max(500),
  iso_currency_code: z.string().length(3).optional(),
})

const depositoryOf = (world: World, item: Item): BankAccount => {
  const held = accountsOf(world, item).find(({ account }) => account.subtype === 'checking')
  if (held === undefined || item.username !== dynamicUser)
    throw new PlaidRefusal('INVALID_FIELD', `only for a depository account of ${dynamicUser}`)
  return held.account
}

const checkDates = (world: World, days: readonly string[]): void => {
  const now = world.clock.now()
  const isNear = (day: string) => Date.parse(day) <= now && Date.parse(day) > now - 15 * dayMs
  if (!days.every(isNear)) throw new PlaidRefusal('INVALID_FIELD', 'dates lie at most 14 days back')
}

const createTransactions = route(
  '/sandbox/transactions/create',
  { ...ofItem, transactions: z.array(createdShape).min(1).max(10) },
  ({ world }, { access_token: token, transactions }) => {
    const item = healthyItemOf(world, token)
    countCall(world, item, '/sandbox/transactions/create')
    checkDates(
      world,
      transactions.flatMap((each) => [each.date_transacted, each.date_posted]),
    )
    const account = depositoryOf(world, item)
    for (const each of transactions) {
      const line = lineOf(account, {
        bookedOn: each.date_posted,
        valueOn: each.date_transacted,
        amount: negated(each.amount),
        text: each.description,
        ...(each.iso_currency_code === undefined ? {} : { currency: each.iso_currency_code }),
      })
      publish(account, { op: 'put', line }, world.clock.now())
    }
    announceAccount(world, account)
    return {}
  },
)

/** The routes that only a sandbox has. */
export const testingRoutes: Route[] = [
  createPublicToken,
  fireWebhook,
  resetLogin,
  createTransactions,
]
