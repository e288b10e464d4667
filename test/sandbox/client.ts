/** What a program needs to live with the sandbox: a person's browser, a client's tokens, and the control port. */
import { createHash, randomBytes } from 'node:crypto'
import type { Sandbox, SandboxOptions } from '../../sandbox/sandbox.ts'
import { startSandbox } from '../../sandbox/sandbox.ts'

export type Json = any

export interface Answer {
  status: number
  body: Json
  headers: Headers
}

export interface Tokens {
  access: string
  refresh: string
}

export const redirectUri = 'http://127.0.0.1:9/callback'

const basic = `Basic ${Buffer.from('sandbox-client:sandbox-secret').toString('base64')}`

/** An answer with its body read, as JSON where it is JSON. */
export const answerOf = async (response: Response): Promise<Answer> => {
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') ?? false
  return {
    status: response.status,
    body: isJson ? JSON.parse(text) : text,
    headers: response.headers,
  }
}

export interface Person {
  verifier: string
  url: string
}

/** A running sandbox with shortcuts for tests. */
export const openClient = async (options: SandboxOptions = {}) => {
  const sandbox: Sandbox = await startSandbox({ defaultSyncMs: 0, ...options })
  const { pontoUrl, controlUrl } = sandbox

  const sim = async (method: string, path: string, body?: unknown): Promise<Json> => {
    const response = await fetch(controlUrl + path, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const answer = await answerOf(response)
    if (answer.status !== 200) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }

  const call = async (
    token: string | null,
    path: string,
    {
      method = 'GET',
      body,
      headers = {},
    }: { method?: string; body?: unknown; headers?: object } = {},
  ): Promise<Answer> => {
    const url = path.startsWith('http') ? path : `${pontoUrl}${path}`
    const authorization = token === null ? {} : { authorization: `Bearer ${token}` }
    return answerOf(
      await fetch(url, {
        method,
        headers: { ...authorization, ...headers },
        redirect: 'manual',
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    )
  }

  const token = async (
    form: Record<string, string>,
    url = `${pontoUrl}/ponto-connect/oauth2/token`,
    authorization = basic,
  ): Promise<Answer> =>
    answerOf(
      await fetch(url, {
        method: 'POST',
        headers: { authorization },
        body: new URLSearchParams(form),
      }),
    )

  const clientToken = async (): Promise<string> =>
    (await token({ grant_type: 'client_credentials' })).body.access_token

  /** The address a person is sent to, with the bank chosen before. */
  const invite = async (bank: string, more: Record<string, string> = {}): Promise<Person> => {
    const { id } = await sim('GET', `/__sim/banks/${encodeURIComponent(bank)}`)
    const attributes = { initialFinancialInstitutionId: id, ...more }
    const details = await call(await clientToken(), '/ponto-connect/onboarding-details', {
      method: 'POST',
      body: { data: { type: 'onboardingDetails', attributes } },
    })
    const verifier = randomBytes(32).toString('base64url')
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: 'sandbox-client',
      redirect_uri: redirectUri,
      scope: 'offline_access ai name',
      state: 'a-state-nobody-guesses',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      onboarding_details_id: details.body.data.id,
    })
    return { verifier, url: `${pontoUrl}/oauth2/auth?${query.toString()}` }
  }

  /** Sends the form of a page; returns where the browser is sent, or the page it stays on. */
  const submit = async (
    url: string,
    fields: [string, string][],
  ): Promise<{ status: number; location: URL | null; text: string }> => {
    const response = await fetch(url, {
      method: 'POST',
      body: new URLSearchParams(fields),
      redirect: 'manual',
    })
    const location = response.headers.get('location')
    return {
      status: response.status,
      location: location === null ? null : new URL(location),
      text: await response.text(),
    }
  }

  const fieldsOf = (html: string): [string, string][] =>
    [...html.matchAll(/<input\b[^>]*\bname="([^"]*)"[^>]*\bvalue="([^"]*)"/g)].map(
      ([, name, value]) => [name!, value!],
    )

  const approve = async ({
    url,
    verifier,
  }: Person): Promise<{ code: string; verifier: string }> => {
    const page = await (await fetch(url)).text()
    const { location } = await submit(url, [...fieldsOf(page), ['decision', 'approve']])
    return { code: location!.searchParams.get('code')!, verifier }
  }

  const exchange = ({ code, verifier }: { code: string; verifier: string }): Promise<Answer> =>
    token({
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      client_id: 'sandbox-client',
      code_verifier: verifier,
    })

  /** Links everything a bank has; returns the tokens. */
  const link = async (bank = 'Happy Bank', more: Record<string, string> = {}): Promise<Tokens> => {
    const { body } = await exchange(await approve(await invite(bank, more)))
    return { access: body.access_token, refresh: body.refresh_token }
  }

  const refresh = (refreshToken: string): Promise<Answer> =>
    token({ grant_type: 'refresh_token', refresh_token: refreshToken, client_id: 'sandbox-client' })

  const accounts = async (access: string): Promise<Json[]> =>
    (await call(access, '/ponto-connect/accounts?limit=100')).body.data

  const synchronize = (
    access: string,
    resourceId: string,
    { subtype = 'accountTransactions', ip = '192.0.2.7', key = '' } = {},
  ): Promise<Answer> =>
    call(access, '/ponto-connect/synchronizations', {
      method: 'POST',
      headers: key === '' ? {} : { 'ibanity-idempotency-key': key },
      body: {
        data: {
          type: 'synchronization',
          attributes: {
            resourceType: 'account',
            resourceId,
            subtype,
            ...(ip === '' ? {} : { customerIpAddress: ip }),
          },
        },
      },
    })

  /** Every entry of a list, page by page as a client reads them. */
  const readAll = async (access: string | null, first: string): Promise<Json[]> => {
    const lines: Json[] = []
    let next: string | undefined = first
    for (let pages = 0; next !== undefined && pages < 1000; pages += 1) {
      const { status, body }: Answer = await call(access, next)
      if (status !== 200) throw new Error(`page ${pages} answered ${status}`)
      lines.push(...body.data)
      next = body.links.next
    }
    return lines
  }

  return {
    ...sandbox,
    sim,
    call,
    token,
    clientToken,
    invite,
    submit,
    fieldsOf,
    approve,
    exchange,
    link,
    refresh,
    accounts,
    synchronize,
    readAll,
  }
}

export type Client = Awaited<ReturnType<typeof openClient>>
