/** What a program needs to live with Yodlee's side: tokens, calls, a person's browser, the control port. */
import type { SandboxOptions } from '../../../sandbox/sandbox.ts'
import { startSandbox } from '../../../sandbox/sandbox.ts'
import { answerOf, type Answer, type Json } from '../client.ts'

export interface Ask {
  method?: string
  body?: unknown
  headers?: Record<string, string>
}

/** The entries of `{ id: value }` as Yodlee takes answers. */
export const fieldsOf = (answers: Record<string, string>) =>
  Object.entries(answers).map(([id, value]) => ({ id, value }))

/** A running sandbox with shortcuts for tests; time moves only when a test moves it. */
export const openYodlee = async (options: SandboxOptions = {}) => {
  const sandbox = await startSandbox({ defaultSyncMs: 3000, ...options })
  const url = sandbox.urls.yodlee
  const apiUrl = `${url}/ysl`

  const sim = async (method: string, path: string, body?: unknown): Promise<Json> => {
    const answer = await answerOf(
      await fetch(sandbox.controlUrl + path, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    )
    if (answer.status !== 200) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }

  const mint = async (
    loginName: string | null,
    form: Record<string, string> = { clientId: 'sandbox-client', secret: 'sandbox-secret' },
  ): Promise<Answer> =>
    answerOf(
      await fetch(`${apiUrl}/auth/token`, {
        method: 'POST',
        headers: { 'api-version': '1.1', ...(loginName === null ? {} : { loginName }) },
        body: new URLSearchParams(form),
      }),
    )

  const token = async (loginName: string): Promise<string> =>
    (await mint(loginName)).body.token.accessToken

  const call = async (
    accessToken: string | null,
    path: string,
    { method = 'GET', body, headers = {} }: Ask = {},
  ): Promise<Answer> => {
    const authorization = accessToken === null ? {} : { authorization: `Bearer ${accessToken}` }
    return answerOf(
      await fetch(apiUrl + path, {
        method,
        headers: { 'api-version': '1.1', ...authorization, ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    )
  }

  const advance = (ms: number): Promise<Json> => sim('POST', '/__sim/advance', { ms })

  /** The number of the site of a bank or a site by its name. */
  const siteOf = async (accessToken: string, name: string): Promise<number> => {
    const { body } = await call(accessToken, `/providers?name=${encodeURIComponent(name)}`)
    return body.provider.find((each: Json) => each.name === name).id
  }

  /** Adds a connection with a login that is right unless told otherwise. */
  const add = async (
    accessToken: string,
    name: string,
    login: { user?: string; password?: string; more?: object } = {},
  ): Promise<Json> => {
    const providerId = await siteOf(accessToken, name)
    const { body } = await call(accessToken, `/providers/${providerId}`)
    const [user, password] = body.provider[0].loginForm[0].row.map((row: Json) => row.field[0].id)
    const answers = { [user]: login.user ?? 'person', [password]: login.password ?? 'right' }
    const added = await call(accessToken, `/providerAccounts?providerId=${providerId}`, {
      method: 'POST',
      body: { field: fieldsOf(answers), ...login.more },
    })
    if (added.status !== 200) throw new Error(JSON.stringify(added.body))
    return added.body.providerAccount[0]
  }

  const show = async (accessToken: string, id: number): Promise<Json> =>
    (await call(accessToken, `/providerAccounts/${id}`)).body.providerAccount[0]

  const answer = (accessToken: string, id: number, answers: Record<string, string>) =>
    call(accessToken, `/providerAccounts?providerAccountIds=${id}`, {
      method: 'PUT',
      body: { field: fieldsOf(answers) },
    })

  const refresh = (accessToken: string, id: number) =>
    call(accessToken, `/providerAccounts?providerAccountIds=${id}`, { method: 'PUT' })

  /** Links a site without questions and waits for its end. */
  const linked = async (accessToken: string, name: string): Promise<Json> => {
    const { id } = await add(accessToken, name)
    await advance(3000)
    return show(accessToken, id)
  }

  const patch = (bank: string, yodlee: object) =>
    sim('PATCH', `/__sim/banks/${encodeURIComponent(bank)}`, { yodlee })

  return {
    sandbox,
    url,
    apiUrl,
    sim,
    mint,
    token,
    call,
    advance,
    siteOf,
    add,
    show,
    answer,
    refresh,
    linked,
    patch,
    stop: () => sandbox.stop(),
  }
}

export type YodleeClient = Awaited<ReturnType<typeof openYodlee>>
