/** A client of Plaid's side, and a person at its hosted page. */
import type { SandboxOptions } from '../../../sandbox/sandbox.ts'
import type { Answer, Json } from '../client.ts'
import { openClient } from '../client.ts'
import { openConformance } from './conformance.ts'

export interface Linked {
  access: string
  itemId: string
}

type Fields = [name: string, value: string][]

/** A running sandbox whose every word is held against the description. */
export const openPlaid = async (options: SandboxOptions = {}) => {
  const conformance = openConformance()
  const client = await openClient({ ...options, observe: conformance.observe })
  const { urls, sim } = client

  const call = async (
    path: string,
    body: Json = {},
    headers: Record<string, string> = {
      'plaid-client-id': 'sandbox-client',
      'plaid-secret': 'sandbox-secret',
    },
  ): Promise<Answer> => {
    const response = await fetch(urls.plaid + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    const text = await response.text()
    return { status: response.status, body: JSON.parse(text), headers: response.headers }
  }

  /** The answer to a call that must work. */
  const ask = async (path: string, body: Json = {}): Promise<Json> => {
    const answer = await call(path, body)
    if (answer.status !== 200) throw new Error(`${path} ${JSON.stringify(answer.body)}`)
    return answer.body
  }

  const linkToken = (more: object = {}): Promise<Json> =>
    ask('/link/token/create', {
      client_name: 'Bank Sync',
      language: 'en',
      country_codes: ['BE', 'NL', 'FR'],
      user: { client_user_id: 'tenant-1' },
      hosted_link: { completion_redirect_uri: 'http://127.0.0.1:9/done?state=s' },
      ...more,
    })

  const newLink = (more: object = {}): Promise<Json> =>
    linkToken({ products: ['transactions'], transactions: { days_requested: 730 }, ...more })

  const submit = async (url: string, fields: Fields) => {
    const form = new URLSearchParams(fields)
    const answer = await fetch(url, { method: 'POST', body: form, redirect: 'manual' })
    const text = await answer.text()
    return { status: answer.status, location: answer.headers.get('location'), text }
  }

  /** Ids of the accounts that a page lets one tick. */
  const offered = (text: string): string[] =>
    [...text.matchAll(/name="accounts" value="([^"]+)"/g)].map(([, id]) => id!)

  const logIn = async (url: string, bank: string, password = 'pass_good') => {
    await submit(url, [['institution', bank]])
    return submit(url, [
      ['username', 'user_good'],
      ['password', password],
    ])
  }

  const approve = (url: string, { text }: { text: string }) =>
    submit(url, [
      ...offered(text).map((id): [string, string] => ['accounts', id]),
      ['decision', 'approve'],
    ])

  /** What the visits of a page came to. */
  const sessions = async (token: string): Promise<Json[]> =>
    (await ask('/link/token/get', { link_token: token })).link_sessions

  const exchange = async (publicToken: string): Promise<Linked> => {
    const body = await ask('/item/public_token/exchange', { public_token: publicToken })
    return { access: body.access_token, itemId: body.item_id }
  }

  /** Links everything a bank has, through the page. */
  const link = async (bank = 'Happy Bank', more: object = {}): Promise<Linked> => {
    const { link_token: token, hosted_link_url: url } = await newLink(more)
    await approve(url, await logIn(url, bank))
    const [session] = await sessions(token)
    return exchange(session.results.item_add_results[0].public_token)
  }

  const accounts = async ({ access }: Linked): Promise<Json[]> =>
    (await ask('/accounts/get', { access_token: access })).accounts

  const sync = (linked: Linked, more: object = {}): Promise<Json> =>
    ask('/transactions/sync', { access_token: linked.access, count: 500, ...more })

  /** Every page from a cursor on. */
  const pages = async (linked: Linked, { cursor, ...more }: Json = {}): Promise<Json[]> => {
    const all: Json[] = []
    let next = cursor
    for (let count = 0; count < 300; count += 1) {
      const page = await sync(linked, { ...more, ...(next === undefined ? {} : { cursor: next }) })
      all.push(page)
      next = page.next_cursor
      if (!page.has_more) return all
    }
    throw new Error('no last page')
  }

  /** A bank of one account with a name of its own. */
  const bank = async (name: string, script: Json = {}): Promise<Json> => {
    const { accounts: own = [{ opening: '0.00' }], ...rest } = script
    const id = crypto.randomUUID()
    return sim('PUT', `/__sim/banks/${id}`, { name, accounts: own, ...rest })
  }

  return {
    ...client,
    conformance,
    call,
    ask,
    linkToken,
    newLink,
    submit,
    offered,
    logIn,
    approve,
    sessions,
    exchange,
    link,
    accounts,
    sync,
    pages,
    bank,
  }
}

export type PlaidClient = Awaited<ReturnType<typeof openPlaid>>
