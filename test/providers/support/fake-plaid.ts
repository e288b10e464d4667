/** A Plaid in memory: answers by path, as JSON text, and a record of what was asked. */
import type { Plaid } from '../../../activities/providers/plaid/client.ts'
import { readPlaidConfig } from '../../../activities/providers/plaid/config.ts'
import { failureOf } from '../../../activities/providers/plaid/errors.ts'
import type { Reading } from '../../../activities/providers/plaid/item.ts'
import { parseBody } from '../../../activities/providers/transport.ts'
import { ProviderError } from '../../../activities/providers/provider.ts'
import { callOptions } from './caller.ts'

type Body = Record<string, unknown>

/** Text or an object is an answer, `refused` a refusal; a function is asked each time. */
export type Reply = string | object | ((body: Body) => string | object)

class Refused {
  readonly error: object
  constructor(error: object) {
    this.error = error
  }
}

/** A refusal with a type and a code of Plaid's. */
export const refused = (type: string, code: string, more: object = {}): Refused =>
  new Refused({ error_type: type, error_code: code, error_code_reason: null, ...more })

export const plaidEnvironment = (url: string): Record<string, string> => ({
  PLAID_API_URL: url,
  PLAID_CLIENT_ID: 'sandbox-client',
  PLAID_SECRET: 'sandbox-secret',
  PLAID_SANDBOX: 'true',
})

export const openFake = (replies: Record<string, Reply>, environment: object = {}) => {
  const asked: { path: string; body: Body }[] = []
  const answer = (path: string, body: Body): string => {
    const reply = replies[path] ?? refused('INVALID_REQUEST', 'NOT_FOUND')
    const said = typeof reply === 'function' ? reply(body) : reply
    if (said instanceof Refused)
      throw new ProviderError(
        failureOf({ status: 400, body: said.error, nowMs: Date.now(), requestId: 'r-1' }),
      )
    return typeof said === 'string' ? said : JSON.stringify(said)
  }
  const plaid: Plaid = {
    config: readPlaidConfig({ ...plaidEnvironment('http://127.0.0.1:1'), ...environment }),
    client: {
      post: ({ path, body }, schema) => {
        asked.push({ path, body })
        return Promise.resolve().then(() => parseBody(answer(path, body), schema))
      },
    },
  }
  const reading: Reading = { ...plaid, options: callOptions(), accessToken: 'access-sandbox-1' }
  return { plaid, reading, asked, replies, paths: () => asked.map(({ path }) => path) }
}

export const item = (more: object = {}, transactions: object = {}) => ({
  item: {
    item_id: 'item-1',
    institution_id: 'ins_1',
    webhook: 'https://sync.example/hooks/plaid',
    error: null,
    update_type: 'background',
    consent_expiration_time: null,
    ...more,
  },
  status: {
    transactions: {
      last_successful_update: '2026-11-01T06:00:00Z',
      last_failed_update: null,
      ...transactions,
    },
  },
  request_id: 'r-2',
})

export const account = (id: string, more: object = {}) => ({
  account_id: id,
  balances: {
    available: 90.5,
    current: 100.25,
    limit: null,
    iso_currency_code: 'USD',
    unofficial_currency_code: null,
  },
  mask: '0000',
  name: 'Checking',
  official_name: null,
  type: 'depository',
  subtype: 'checking',
  ...more,
})
