/** A Plaid provider that speaks to the sandbox over HTTP, linked by somebody who knows the right login. */
import { createProviders } from '../../../activities/providers/registry.ts'
import type {
  LinkCallback,
  LinkResult,
  Provider,
  ProviderSession,
  SessionOptions,
  StartedLink,
} from '../../../activities/providers/provider.ts'
import { providerId } from '../../../domain/ids.ts'
import { Secret } from '../../../domain/secret.ts'
import type { SandboxOptions } from '../../../sandbox/sandbox.ts'
import { openClient } from '../../sandbox/client.ts'
import { openConformance } from '../../sandbox/plaid/conformance.ts'
import { callOptions } from './caller.ts'
import { plaidEnvironment } from './fake-plaid.ts'
import { noOthers } from './no-others.ts'

const returnUrl = 'http://127.0.0.1:9/callbacks/plaid'
export const state = 'an-opaque-state-of-32-characters'

type Fields = [name: string, value: string][]
type Reason = Parameters<ProviderSession['beginRenewal']>[0]['reason']

export const openLinkedPlaid = async (options: SandboxOptions = {}) => {
  const conformance = openConformance()
  const client = await openClient({ ...options, observe: conformance.observe })
  const { urls, sim, submit } = client

  const providerWith = (more: Record<string, string> = {}): Provider => {
    // the sandbox's banks are in these countries
    const own = { PLAID_COUNTRIES: 'BE,NL,FR,US,CA' }
    const environment = { ...plaidEnvironment(urls.plaid), ...own, ...more }
    return createProviders(['plaid'], environment).get(providerId('plaid'))!
  }
  const provider = providerWith()

  const request = {
    state,
    returnUrl,
    locale: 'en',
    customerRef: '5f6d8d7e-6a51-4a4a-9d6c-0d7e6f3b2a11',
    webhookUrl: options.webhookUrls?.plaid ?? null,
    pageUrl: 'http://127.0.0.1:9/link',
  } as const

  const begin = (): Promise<StartedLink> => provider.beginLink(request, callOptions())

  /** Opens the page and fills it in as far as it goes; returns what comes back with the person. */
  const visit = async (
    url: string,
    bank: string | null,
    more: Fields = [],
  ): Promise<LinkCallback> => {
    await fetch(url)
    if (bank !== null) await submit(url, [['institution', bank]])
    const page = await submit(url, [['username', 'user_good'], ['password', 'pass_good'], ...more])
    const offered = [...page.text.matchAll(/name="accounts" value="([^"]+)"/g)]
    const ticked = offered.map(([, id]): [string, string] => ['accounts', id!])
    const { location } =
      page.location === null ? await submit(url, [...ticked, ['decision', 'approve']]) : page
    return location === null ? {} : Object.fromEntries(location.searchParams)
  }

  const leave = async (url: string): Promise<LinkCallback> => {
    await fetch(url)
    const { location } = await submit(url, [['decision', 'deny']])
    return location === null ? {} : Object.fromEntries(location.searchParams)
  }

  const complete = (
    flow: Secret<string>,
    callback: LinkCallback,
    session: ProviderSession | null = null,
  ): Promise<LinkResult> =>
    provider.completeLink(
      { flow, callback: new Secret(callback), returnUrl, session, others: noOthers },
      callOptions(),
    )

  /** Links a bank; returns what the caller would store. */
  const link = async (bank = 'Happy Bank', more: Fields = []) => {
    const { url, flow } = await begin()
    const result = await complete(flow, await visit(url, bank, more))
    if (result.state !== 'linked' || result.secrets === null) throw new Error(result.state)
    return { ...result, secrets: result.secrets }
  }

  const open = (secrets: Secret<string>, more: Partial<SessionOptions> = {}): ProviderSession =>
    provider.openSession(secrets, {
      ...callOptions(),
      claimRotation: () => Promise.reject(new Error('nothing rotates here')),
      onSecretsRotated: () => Promise.resolve(),
      ...more,
    })

  const renew = (session: ProviderSession, reason: Reason): Promise<StartedLink> =>
    session.beginRenewal({ ...request, reason })

  return {
    ...client,
    sim,
    conformance,
    provider,
    providerWith,
    begin,
    visit,
    leave,
    complete,
    link,
    open,
    renew,
  }
}

export type LinkedPlaid = Awaited<ReturnType<typeof openLinkedPlaid>>
