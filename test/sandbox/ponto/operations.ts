/** Ponto's operations: who may call them, with what, and which of our schemas the answer fits. */
import type { Observed } from '../../../sandbox/observe.ts'

export interface Operation {
  method: string
  path: RegExp
  /** What the header `authorization` must have. */
  access: 'basic' | 'bearer' | 'anyone'
  query: string
  body: { kind: 'json' | 'form'; schema: string } | null
  status: number
  /** Null where a page for a person is answered. */
  answer: string | null
  /** Only where the form asks for this kind of token. */
  grant?: string
  /** The call carries a key by which it is recognised when it comes again. */
  repeatable?: true
}

const base = '/ponto-connect'
const id = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const at = (path: string): RegExp => new RegExp(`^${base}${path.replaceAll(':id', id)}$`)

const read = (path: string, answer: string, query = 'query-nothing'): Operation => ({
  method: 'GET',
  path: at(path),
  access: 'bearer',
  query,
  body: null,
  status: 200,
  answer,
})

const page = (path: string, answer: string): Operation => read(path, answer, 'query-page')

const remove = (path: string, answer: string): Operation => ({
  ...read(path, answer),
  method: 'DELETE',
})

const create = (path: string, schema: string, answer: string): Operation => ({
  ...read(path, answer),
  method: 'POST',
  body: { kind: 'json', schema },
  status: 201,
})

const form = (path: string, schema: string, answer: string): Operation => ({
  ...create(path, schema, answer),
  access: 'basic',
  body: { kind: 'form', schema },
  status: 200,
})

const token = (grant: string, schema: string, answer: string): Operation => ({
  ...form('/oauth2/token', schema, answer),
  grant,
})

const authorization = (method: string): Operation => ({
  ...read('', ''),
  method,
  path: /^\/oauth2\/auth$/,
  access: 'anyone',
  query: 'query-authorization',
  answer: null,
})

const own = '/sandbox/financial-institutions/:id/financial-institution-accounts'
const ownLines = `${own}/:id/financial-institution-transactions`

const operations: readonly Operation[] = [
  authorization('GET'),
  authorization('POST'),
  token('authorization_code', 'request-code', 'answer-token'),
  token('refresh_token', 'request-refresh', 'answer-token'),
  token('client_credentials', 'request-client-token', 'answer-client-token'),
  form('/oauth2/revoke', 'request-revocation', 'answer-revoked'),
  read('/userinfo', 'answer-userinfo'),
  {
    ...read('/financial-institutions', 'answer-institutions', 'query-institutions'),
    access: 'anyone',
  },
  { ...read('/financial-institutions/:id', 'answer-institution'), access: 'anyone' },
  page('/accounts', 'answer-accounts'),
  read('/accounts/:id', 'answer-account'),
  remove('/accounts/:id', 'answer-account-removed'),
  page('/accounts/:id/transactions', 'answer-transactions'),
  read('/accounts/:id/transactions/:id', 'answer-transaction'),
  page('/accounts/:id/pending-transactions', 'answer-pending-transactions'),
  read('/accounts/:id/pending-transactions/:id', 'answer-pending-transaction'),
  create(
    '/accounts/:id/reauthorization-requests',
    'request-reauthorization',
    'answer-reauthorization',
  ),
  {
    ...create('/synchronizations', 'request-synchronization', 'answer-synchronization'),
    repeatable: true,
  },
  read('/synchronizations/:id', 'answer-synchronization'),
  page('/synchronizations/:id/updated-transactions', 'answer-updated-transactions'),
  page('/synchronizations/:id/updated-pending-transactions', 'answer-updated-pending-transactions'),
  create('/onboarding-details', 'request-onboarding', 'answer-onboarding'),
  page('/integration-accounts', 'answer-integration-accounts'),
  remove('/organizations/:id/integration', 'answer-integration-removed'),
  read('/organizations/:id/usage/\\d{4}-\\d{2}', 'answer-usage'),
  page(own, 'answer-sandbox-accounts'),
  read(`${own}/:id`, 'answer-sandbox-account'),
  page(ownLines, 'answer-sandbox-transactions'),
  read(`${ownLines}/:id`, 'answer-sandbox-transaction'),
  create(ownLines, 'request-sandbox-transaction', 'answer-sandbox-transaction'),
  {
    ...read('', 'answer-keys'),
    path: /^\/webhooks\/keys$/,
    access: 'anyone',
  },
]

/** The operation that a call means; undefined where the provider's page knows none. */
export const operationOf = ({
  method,
  path,
  requestBody,
}: Pick<Observed, 'method' | 'path' | 'requestBody'>): Operation | undefined =>
  operations.find(
    (each) =>
      each.method === method &&
      each.path.test(path) &&
      (each.grant === undefined ||
        each.grant === new URLSearchParams(requestBody).get('grant_type')),
  )

/** Name of an event after `pontoConnect.` → the schema it fits. */
export const events: ReadonlyMap<string, string> = new Map([
  ['account.transactionsCreated', 'event-entries'],
  ['account.transactionsUpdated', 'event-entries'],
  ['account.pendingTransactionsCreated', 'event-entries'],
  ['account.pendingTransactionsUpdated', 'event-entries'],
  ['synchronization.succeededWithoutChange', 'event-synchronization'],
  ['synchronization.failed', 'event-synchronization'],
  ['account.detailsUpdated', 'event-details'],
  ['account.reauthorized', 'event-account'],
  ['integration.accountAdded', 'event-account'],
  ['integration.accountRevoked', 'event-account'],
  ['integration.created', 'event-organization'],
  ['integration.revoked', 'event-organization'],
  ['organization.blocked', 'event-organization'],
  ['organization.unblocked', 'event-organization'],
])
