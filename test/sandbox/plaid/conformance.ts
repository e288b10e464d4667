/** Holds everything that goes over Plaid's wire against Plaid's own description: calls, answers and events. */
import type { Observed, Observer } from '../../../sandbox/observe.ts'
import type { Json } from '../client.ts'
import { hasReference, referenceFolder } from '../reference.ts'
import type { Validate } from './description.ts'
import { descriptionIn } from './description.ts'

/** Path → name of the schemas of its request and its answer. */
const operations: Record<string, [request: string, response: string]> = {
  '/accounts/balance/get': ['AccountsBalanceGetRequest', 'AccountsGetResponse'],
  '/sandbox/transactions/create': [
    'SandboxTransactionsCreateRequest',
    'SandboxTransactionsCreateResponse',
  ],
  ...Object.fromEntries(
    [
      '/institutions/get',
      '/institutions/search',
      '/institutions/get_by_id',
      '/link/token/create',
      '/link/token/get',
      '/item/public_token/exchange',
      '/item/get',
      '/item/remove',
      '/item/webhook/update',
      '/item/access_token/invalidate',
      '/accounts/get',
      '/transactions/sync',
      '/transactions/refresh',
      '/webhook_verification_key/get',
      '/sandbox/public_token/create',
      '/sandbox/item/reset_login',
      '/sandbox/item/fire_webhook',
    ].map((path) => {
      const name = path
        .split(/[/_]/)
        .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
        .join('')
      return [path, [`${name}Request`, `${name}Response`]]
    }),
  ),
}

const events: Record<string, string> = {
  'TRANSACTIONS SYNC_UPDATES_AVAILABLE': 'SyncUpdatesAvailableWebhook',
  'TRANSACTIONS INITIAL_UPDATE': 'InitialUpdateWebhook',
  'TRANSACTIONS HISTORICAL_UPDATE': 'HistoricalUpdateWebhook',
  'TRANSACTIONS DEFAULT_UPDATE': 'DefaultUpdateWebhook',
  'TRANSACTIONS TRANSACTIONS_REMOVED': 'TransactionsRemovedWebhook',
  'TRANSACTIONS RECURRING_TRANSACTIONS_UPDATE': 'RecurringTransactionsUpdateWebhook',
  'ITEM ERROR': 'ItemErrorWebhook',
  'ITEM LOGIN_REPAIRED': 'ItemLoginRepairedWebhook',
  'ITEM PENDING_EXPIRATION': 'PendingExpirationWebhook',
  'ITEM PENDING_DISCONNECT': 'PendingDisconnectWebhook',
  'ITEM USER_PERMISSION_REVOKED': 'UserPermissionRevokedWebhook',
  'ITEM USER_ACCOUNT_REVOKED': 'UserAccountRevokedWebhook',
  'ITEM NEW_ACCOUNTS_AVAILABLE': 'NewAccountsAvailableWebhook',
  'ITEM WEBHOOK_UPDATE_ACKNOWLEDGED': 'WebhookUpdateAcknowledgedWebhook',
  'LINK SESSION_FINISHED': 'LinkSessionFinishedWebhook',
  'LINK ITEM_ADD_RESULT': 'ItemAddResultWebhook',
  'LINK EVENTS': 'LinkEventsWebhook',
}

const problemsMax = 100

export interface Conformance {
  observe: Observer
  /** Everything that did not fit, each with the call and the place; empty when all did. */
  problems: () => string[]
  /** How many bodies were held against a schema. */
  compared: () => number
}

const parsed = (body: string): Json => {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** The bodies of an exchange, each with the schema it must fit; null where none is described. */
const bodiesOf = (seen: Observed): [schema: string | null, body: string][] => {
  if (seen.direction === 'out') {
    const { webhook_type: type, webhook_code: code } = parsed(seen.requestBody) ?? {}
    return [[events[`${type} ${code}`] ?? null, seen.requestBody]]
  }
  if (seen.status !== null && seen.status >= 400) return [['PlaidError', seen.responseBody]]
  const [request = null, response = null] = operations[seen.path] ?? []
  return [
    [request, seen.requestBody],
    [response, seen.responseBody],
  ]
}

const faultsOf = (validate: Validate, schema: string | null, body: string): string[] => {
  if (schema === null) return ['is not described']
  const check = validate(schema)
  if (check(parsed(body))) return []
  return (check.errors ?? []).map(({ instancePath, message }) =>
    `${schema}${instancePath} ${message ?? ''}`.trim(),
  )
}

/** A listener that compares; without the vendor's files it lets everything pass and says so loudly. */
export const openConformance = (): Conformance => {
  const isPossible = hasReference("everything on Plaid's wire against its description")
  // read before anything is served: it takes seconds in which nobody would be answered
  const validate = isPossible ? descriptionIn(referenceFolder) : null
  let found: string[] = []
  let compared = 0
  const observe: Observer = (seen) => {
    if (validate === null || seen.provider !== 'plaid' || seen.faulty) return
    if (seen.path.startsWith('/link/') && !seen.path.startsWith('/link/token/')) return
    for (const [schema, body] of bodiesOf(seen)) {
      compared += 1
      const faults = faultsOf(validate, schema, body)
      found = [...found, ...faults.map((fault) => `${seen.method} ${seen.path}: ${fault}`)]
    }
    found = found.slice(0, problemsMax)
  }
  return { observe, problems: () => found, compared: () => compared }
}
