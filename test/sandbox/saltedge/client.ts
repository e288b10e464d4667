/** What a program needs to live with Salt Edge's side: signed calls, a person's browser, the control port. */
import { randomUUID, sign } from 'node:crypto'
import { expect } from 'vitest'
import type { SandboxOptions } from '../../../sandbox/sandbox.ts'
import type { Json } from '../client.ts'
import { openClient } from '../client.ts'
import { openConformance } from './conformance.ts'

export interface Reply {
  status: number
  body: Json
  /** Class of the refusal, or nothing. */
  refused: string | undefined
}

export interface Linked {
  id: string
  customerId: string
  accounts: Json[]
}

const returnTo = 'http://127.0.0.1:9/return?state=opaque'
const inAnHour = () => String(Math.floor(Date.now() / 1000) + 60)

/** A sandbox with Salt Edge's client in front of it; everything on the wire is held against the schemas. */
export const openSaltEdge = async (options: SandboxOptions = {}) => {
  const conformance = openConformance()
  const client = await openClient({ observe: conformance.observe, ...options })
  const { sim, submit, urls } = client
  const keys = await sim('GET', '/__sim/saltedge/keys')

  const signed = (method: string, url: string, body: string): Record<string, string> => {
    const expiresAt = inAnHour()
    const text = Buffer.from(`${expiresAt}|${method}|${url}|${body}`)
    const signature = sign('RSA-SHA256', text, keys.clientPrivateKey).toString('base64')
    return { 'expires-at': expiresAt, signature }
  }

  const call = async (
    method: string,
    path: string,
    { data, headers = {} }: { data?: Json; headers?: Record<string, string> } = {},
  ): Promise<Reply> => {
    const url = `${urls.saltedge}/api/v6${path}`
    const body = data === undefined ? '' : JSON.stringify({ data })
    const response = await fetch(url, {
      method,
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        'app-id': keys.appId,
        secret: keys.secret,
        ...signed(method, url, body),
        ...headers,
      },
      ...(body === '' ? {} : { body }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') ?? false
    const answer: Json = isJson ? JSON.parse(text) : text
    return { status: response.status, body: answer, refused: answer?.error?.class }
  }

  const ok = async (method: string, path: string, data?: Json): Promise<Json> => {
    const reply = await call(method, path, { data })
    expect(reply.body.error).toBeUndefined()
    return reply.body.data
  }

  const codeOf = async (bank: string): Promise<string> =>
    (await sim('GET', `/__sim/saltedge/banks/${encodeURIComponent(bank)}`)).code

  const behave = (bank: string, saltedge: object, more: object = {}): Promise<Json> =>
    sim('PATCH', `/__sim/banks/${encodeURIComponent(bank)}`, { ...more, saltedge })

  /** A bank of its own for one test, with a few lines on each account; returns its id. */
  const newBank = async (saltedge: object = {}, more: object = {}): Promise<string> => {
    const id = randomUUID()
    const history = { count: 6, days: 6 }
    const bank = { name: `Bank ${id.slice(0, 8)}`, accounts: [{ history }, { subtype: 'savings' }] }
    await sim('PUT', `/__sim/banks/${id}`, { ...bank, ...more, saltedge })
    return id
  }

  const day = async (daysAgo = 0): Promise<string> => {
    const { now } = await sim('GET', '/__sim/clock')
    return new Date(Date.parse(now) - daysAgo * 86_400_000).toISOString().slice(0, 10)
  }

  const customer = async (identifier: string = randomUUID()): Promise<string> => {
    const [known] = await ok('GET', `/customers?identifier=${encodeURIComponent(identifier)}`)
    return (known ?? (await ok('POST', '/customers', { identifier }))).customer_id
  }

  const consent = async () => ({ scopes: ['accounts', 'transactions'], from_date: await day(400) })

  const wish = async (attempt: object = {}) => ({
    consent: await consent(),
    attempt: { return_to: returnTo, custom_fields: { ref: 'a' }, ...attempt },
    return_connection_id: true,
    return_error_class: true,
  })

  const invite = async (
    bank: string | null,
    more: { identifier?: string; attempt?: object } = {},
  ) =>
    ok('POST', '/connections/connect', {
      ...(await wish(more.attempt)),
      customer_id: await customer(more.identifier),
      provider: bank === null ? { include_sandboxes: true } : { code: await codeOf(bank) },
    })

  /** Presses buttons on the hosted page, one after the other; returns where the person is sent at last. */
  const press = async (url: string, ...decisions: string[]): Promise<URL | null> => {
    let sent: URL | null = null
    for (const decision of decisions) sent = (await submit(url, [['decision', decision]])).location
    return sent
  }

  const accounts = (connectionId: string): Promise<Json[]> =>
    ok('GET', `/accounts?connection_id=${connectionId}`)

  /** Links everything a bank has. */
  const link = async (bank = 'Happy Bank', more: Parameters<typeof invite>[1] = {}) => {
    const { connect_url: url, customer_id: customerId } = await invite(bank, more)
    const sent = (await press(url, 'ok')) ?? (await press(url, 'ok'))
    const id = sent?.searchParams.get('connection_id') ?? ''
    const linked: Linked = { id, customerId, accounts: id === '' ? [] : await accounts(id) }
    return linked
  }

  const connection = (id: string): Promise<Json> => ok('GET', `/connections/${id}`)

  const background = (id: string): Promise<Reply> =>
    call('POST', `/connections/${id}/background_refresh`, { data: { attempt: {} } })

  /** Every row of a list, page by page as a client reads them. */
  const rows = async (path: string): Promise<Json[]> => {
    const found: Json[] = []
    let next: string | null = path
    for (let pages = 0; next !== null && pages < 500; pages += 1) {
      const { body }: Reply = await call('GET', next)
      found.push(...body.data)
      next = body.meta.next_page?.replace('/api/v6', '') ?? null
    }
    return found
  }

  const transactions = (linked: Linked, more = ''): Promise<Json[]> =>
    rows(`/transactions?connection_id=${linked.id}&account_id=${linked.accounts[0].id}${more}`)

  const advance = (minutes: number): Promise<Json> =>
    sim('POST', '/__sim/advance', { ms: minutes * 60_000 })

  return {
    ...client,
    conformance,
    keys,
    call,
    ok,
    codeOf,
    behave,
    newBank,
    day,
    customer,
    consent,
    wish,
    invite,
    press,
    accounts,
    link,
    connection,
    background,
    rows,
    transactions,
    advance,
  }
}

export type SaltEdge = Awaited<ReturnType<typeof openSaltEdge>>
