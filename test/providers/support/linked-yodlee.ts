/** A Yodlee provider that speaks to the sandbox over HTTP, linked by somebody who knows every answer. */
import { createProviders } from '../../../activities/providers/registry.ts'
import type {
  CallOptions,
  LinkCallback,
  LinkRequest,
  Provider,
  OtherLinks,
  ProviderSession,
  StartedLink,
} from '../../../activities/providers/provider.ts'
import { providerId } from '../../../domain/ids.ts'
import { Secret } from '../../../domain/secret.ts'
import type { SandboxOptions } from '../../../sandbox/sandbox.ts'
import type { Client, Json } from '../../sandbox/client.ts'
import { openClient } from '../../sandbox/client.ts'
import { callOptions } from './caller.ts'
import { noOthers } from './no-others.ts'

export const webhookToken = 'a-webhook-token-of-forty-characters-0000'

export const linkFrame: LinkRequest = {
  state: 'an-opaque-state-of-32-characters',
  returnUrl: 'http://127.0.0.1:9/callbacks/yodlee',
  locale: 'en',
  customerRef: '5f6d8d7e-6a51-4a4a-9d6c-0d7e6f3b2a11',
  webhookUrl: null,
  pageUrl: 'http://127.0.0.1:9/link/yodlee/a-flow?state=an-opaque-state-of-32-characters',
}

export const yodleeEnvironment = (yodleeUrl: string): Record<string, string> => ({
  YODLEE_API_URL: `${yodleeUrl}/ysl`,
  YODLEE_FASTLINK_URL: `${yodleeUrl}/authenticate/restserver/fastlink`,
  YODLEE_FASTLINK_SCRIPT_URL: `${yodleeUrl}/fastlink/v4/initialize.js`,
  YODLEE_CLIENT_ID: 'sandbox-client',
  YODLEE_CLIENT_SECRET: 'sandbox-secret',
  YODLEE_ADMIN_LOGIN: 'sandbox-admin',
  YODLEE_WEBHOOK_TOKEN: webhookToken,
  YODLEE_SANDBOX: 'true',
})

export const yodleeAt = (environment: Record<string, string>): Provider =>
  createProviders(['yodlee'], environment).get(providerId('yodlee'))!

/** What the person types and decides in the widget. */
export interface Visit {
  password?: string
  /** Field of a question → answer; the code everywhere else. */
  answers?: Record<string, string>
  deny?: boolean
  /** Accounts of the bank to tick; nothing ticks all. */
  accounts?: string[]
}

const visitStepsMax = 12

export const openLinkedYodlee = async (options: SandboxOptions = {}) => {
  const client: Client = await openClient(options)
  const yodleeUrl = client.urls.yodlee
  const provider = yodleeAt(yodleeEnvironment(yodleeUrl))
  const { sim, submit } = client
  const advance = (ms: number): Promise<Json> => sim('POST', '/__sim/advance', { ms })

  /** Yodlee's number of a bank, as the catalogue tells it. */
  const numberOf = async (bank: string): Promise<string> => {
    let page: string | null = null
    for (let pages = 0; pages < 100; pages += 1) {
      const shown = await provider.listInstitutions(page, callOptions())
      const found = shown.institutions.find(({ name }) => name === bank)
      if (found) return found.providerInstitutionId
      if (shown.nextPage === null) break
      page = shown.nextPage
    }
    throw new Error(`no bank ${bank}`)
  }

  const begin = async (bank: string): Promise<StartedLink> => {
    const providerInstitutionId = await numberOf(bank)
    return provider.beginLink({ ...linkFrame, providerInstitutionId }, callOptions())
  }

  const post = async (path: string, fields: [string, string][]): Promise<Json> => {
    const response = await fetch(new URL(path, yodleeUrl), {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams(fields),
      redirect: 'manual',
    })
    const location = response.headers.get('location')
    return location === null ? response.json() : { step: 'elsewhere', location }
  }
  const look = async (path: string): Promise<Json> =>
    (await fetch(new URL(path, yodleeUrl), { headers: { accept: 'application/json' } })).json()

  const boxes = ({ accounts }: Visit): [string, string][] =>
    (accounts ?? []).map((account): [string, string] => ['accounts', account])

  /** What the person does about what the widget shows. */
  const react = async (view: Json, visit: Visit): Promise<void> => {
    if (visit.deny) return post(view.action, [['decision', 'deny']])
    switch (view.step) {
      case 'login': {
        const typed: [string, string][] = [
          ['user', 'person'],
          ['password', visit.password ?? 'right'],
        ]
        return post(view.action, [...typed, ...boxes(visit)])
      }
      case 'bank': {
        const { location } = await post(view.action, [['decision', 'approve']])
        const page = new URL(location, yodleeUrl).href
        const fields: [string, string][] = [
          ['user', 'person'],
          ['password', 'right'],
          ['decision', 'approve'],
        ]
        await submit(page, [...fields, ...boxes(visit)]).catch(() => undefined)
        return
      }
      case 'question': {
        const rows: Json[] = view.loginForm[0].row
        const typed = rows.map(({ field: [{ id }] }): [string, string] => [
          id,
          visit.answers?.[id] ?? '123456',
        ])
        return post(view.action, typed)
      }
      default:
        return advance(10_000)
    }
  }

  /** Opens the widget as our page does, goes through it, and returns what comes back with the person. */
  const visit = async (started: StartedLink, how: Visit = {}): Promise<LinkCallback> => {
    const { fastLinkURL, accessToken, params } = started.page!.reveal().parameters as Json
    let view = await post(fastLinkURL, [
      ['accessToken', accessToken],
      ['extraParams', new URLSearchParams(params).toString()],
    ])
    const { state } = linkFrame
    for (let steps = 0; steps < visitStepsMax; steps += 1) {
      if (view.code !== undefined) return { state, code: view.code }
      if (view.step === 'left') return { state, action: 'exit' }
      if (view.step === 'done')
        return {
          state,
          ...Object.fromEntries(Object.entries(view.result).map(([k, v]) => [k, String(v)])),
        }
      await react(view, how)
      view = await look(view.action)
    }
    throw new Error(`the widget stays at ${view.step}`)
  }

  type Rest = Pick<Parameters<Provider['completeLink']>[0], 'session' | 'others'>

  const finish = (flow: Secret<string>, callback: LinkCallback, rest: Rest) =>
    provider.completeLink(
      { flow, callback: new Secret(callback), returnUrl: linkFrame.returnUrl, ...rest },
      callOptions(),
    )

  const complete = (
    { flow }: Pick<StartedLink, 'flow'>,
    callback: LinkCallback,
    session: ProviderSession | null = null,
  ) => finish(flow, callback, { session, others: noOthers })

  /** The same for a tenant that links or has linked something else. */
  const completeBeside = (
    others: OtherLinks,
    { flow }: Pick<StartedLink, 'flow'>,
    callback: LinkCallback,
  ) => finish(flow, callback, { session: null, others })

  /** Links a bank; returns what the caller would store. */
  const link = async (bank = 'Happy Bank', how: Visit = {}) => {
    const started = await begin(bank)
    const result = await complete(started, await visit(started, how))
    if (result.state !== 'linked' || result.secrets === null)
      throw new Error(JSON.stringify(result))
    return { ...result, kept: result.secrets }
  }

  const open = (kept: Secret<string>, more: Partial<CallOptions> = {}): ProviderSession =>
    provider.openSession(kept, {
      ...callOptions(),
      ...more,
      claimRotation: () => Promise.reject(new Error('nothing rotates here')),
      onSecretsRotated: () => Promise.reject(new Error('nothing rotates here')),
    })

  /** Changes how a bank behaves at Yodlee. */
  const script = async (bank: string, yodlee: Json): Promise<void> => {
    await sim('PATCH', `/__sim/banks/${encodeURIComponent(bank)}`, { yodlee })
  }

  return {
    ...client,
    provider,
    yodleeUrl,
    advance,
    numberOf,
    begin,
    visit,
    complete,
    completeBeside,
    linkBank: link,
    open,
    script,
  }
}

export type LinkedYodlee = Awaited<ReturnType<typeof openLinkedYodlee>>
