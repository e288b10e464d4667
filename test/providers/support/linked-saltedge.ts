/** A Salt Edge provider that speaks to the sandbox over HTTP with signed calls, and a person at Salt Edge's page. */
import { randomUUID } from 'node:crypto'
import { saltedgeFromEnvironment } from '../../../activities/providers/saltedge/index.ts'
import type {
  CallOptions,
  LinkCallback,
  LinkRequest,
  Provider,
  ProviderSession,
  StartedLink,
} from '../../../activities/providers/provider.ts'
import { Secret } from '../../../domain/secret.ts'
import type { SandboxOptions } from '../../../sandbox/sandbox.ts'
import type { Json } from '../../sandbox/client.ts'
import { openClient } from '../../sandbox/client.ts'
import { openConformance } from '../../sandbox/saltedge/conformance.ts'
import { callOptions } from './caller.ts'
import { noOthers } from './no-others.ts'

const returnUrl = 'http://127.0.0.1:9/callbacks/saltedge'
export const state = 'an-opaque-state-of-32-characters'
export const callbackUrl = 'http://127.0.0.1:9/hooks/saltedge'

/** What the caller says of itself with every flow. */
export const flowFrame = {
  state,
  returnUrl,
  locale: 'en',
  customerRef: '5f6d8d7e-6a51-4a4a-9d6c-0d7e6f3b2a11',
  webhookUrl: null,
  pageUrl: 'http://127.0.0.1:9/link',
} as const satisfies LinkRequest

type Decision = 'approve' | 'deny' | 'wrong-password' | 'wrong-code' | 'timeout' | 'close'

/** What a person presses, page by page; the code is asked for on a second page. */
const presses: Record<Decision, readonly string[]> = {
  approve: ['ok', 'ok'],
  deny: ['deny'],
  'wrong-password': ['wrong-password'],
  'wrong-code': ['ok', 'wrong-code'],
  timeout: ['timeout'],
  close: ['close'],
}

export const openLinkedSaltEdge = async (options: SandboxOptions = {}) => {
  const conformance = openConformance()
  const client = await openClient({ observe: conformance.observe, ...options })
  const { sim } = client
  const keys = await sim('GET', '/__sim/saltedge/keys')
  const environment: Record<string, string> = {
    SALTEDGE_API_URL: `${client.urls.saltedge}/api/v6`,
    SALTEDGE_APP_ID: keys.appId,
    SALTEDGE_SECRET: keys.secret,
    SALTEDGE_PRIVATE_KEY: keys.clientPrivateKey,
    SALTEDGE_CALLBACK_URL: callbackUrl,
    SALTEDGE_CALLBACK_PUBLIC_KEY: keys.callbackPublicKey,
    SALTEDGE_SANDBOX: 'true',
  }
  const providerWith = (more: Record<string, string>): Provider =>
    saltedgeFromEnvironment({ ...environment, ...more })
  const provider = providerWith({})

  const codeOf = async (bank: string): Promise<string> =>
    (await sim('GET', `/__sim/saltedge/banks/${encodeURIComponent(bank)}`)).code

  const begin = async (
    bank: string | null,
    more: Partial<LinkRequest> = {},
  ): Promise<StartedLink> =>
    provider.beginLink(
      {
        ...flowFrame,
        ...(bank === null ? {} : { providerInstitutionId: await codeOf(bank) }),
        ...more,
      },
      callOptions(),
    )

  /** Opens the page, presses its buttons, and returns what comes back. */
  const decide = async (url: string, decision: Decision): Promise<LinkCallback> => {
    let location: URL | null = null
    for (const press of presses[decision])
      if (location === null) ({ location } = await client.submit(url, [['decision', press]]))
    return Object.fromEntries(location?.searchParams ?? [])
  }

  const complete = (
    flow: Secret<string>,
    callback: LinkCallback,
    session: ProviderSession | null = null,
  ) =>
    provider.completeLink(
      { flow, callback: new Secret(callback), returnUrl, session, others: noOthers },
      callOptions(),
    )

  /** Links a bank; returns what the caller would store. */
  const link = async (bank = 'Happy Bank') => {
    const { url, flow } = await begin(bank)
    const result = await complete(flow, await decide(url, 'approve'))
    if (result.state !== 'linked' || result.secrets === null) throw new Error(result.state)
    return { ...result, secrets: result.secrets }
  }

  const open = (secrets: Secret<string>, more: Partial<CallOptions> = {}): ProviderSession =>
    provider.openSession(secrets, {
      ...callOptions(),
      ...more,
      claimRotation: () => Promise.resolve(secrets),
      onSecretsRotated: () => Promise.resolve(),
    })

  /** Changes how a bank behaves at Salt Edge. */
  const behave = (bank: string, saltedge: object, more: object = {}): Promise<Json> =>
    sim('PATCH', `/__sim/banks/${encodeURIComponent(bank)}`, { ...more, saltedge })

  /** Makes a bank that behaves so at Salt Edge, with a few lines; returns its name. */
  const newBank = async (saltedge: object = {}, more: object = {}): Promise<string> => {
    const id = randomUUID()
    const name = `Bank ${id.slice(0, 8)}`
    const accounts = [{ history: { count: 6, days: 6 } }]
    await sim('PUT', `/__sim/banks/${id}`, { name, accounts, ...more, saltedge })
    return name
  }

  /** How often the sandbox was asked for an endpoint since the last reset. */
  const callsTo = async (endpoint: string): Promise<number> => {
    const { requests } = await sim('GET', '/__sim/requests')
    return requests.filter((request: Json) => request.endpoint === `saltedge/${endpoint}`).length
  }

  /** Ends the sandbox; throws when anything on the wire was not as described. */
  const stop = async (): Promise<void> => {
    await client.stop()
    const problems = conformance.problems()
    if (problems.length > 0) throw new Error(problems.join('\n'))
  }

  return {
    ...client,
    stop,
    provider,
    providerWith,
    begin,
    decide,
    problems: () => conformance.problems(),
    complete,
    link,
    open,
    behave,
    newBank,
    callsTo,
  }
}

export type LinkedSaltEdge = Awaited<ReturnType<typeof openLinkedSaltEdge>>
