/** A Ponto provider that speaks to the sandbox over HTTP, linked by somebody who approves everything. */
import { createProviders } from '../../../activities/providers/registry.ts'
import type {
  CallOptions,
  LinkCallback,
  Provider,
  ProviderSession,
  StartedLink,
} from '../../../activities/providers/provider.ts'
import { providerId } from '../../../domain/ids.ts'
import { Secret } from '../../../domain/secret.ts'
import type { SandboxOptions } from '../../../sandbox/sandbox.ts'
import type { Client } from '../../sandbox/client.ts'
import { openClient } from '../../sandbox/client.ts'
import { openConformance } from '../../sandbox/ponto/conformance.ts'
import { callOptions } from './caller.ts'
import { noOthers } from './no-others.ts'

export const returnUrl = 'http://127.0.0.1:9/callbacks/ponto'
export const state = 'an-opaque-state-of-32-characters'

/** What the caller says of itself with every flow. */
export const flowFrame = {
  customerRef: '5f6d8d7e-6a51-4a4a-9d6c-0d7e6f3b2a11',
  webhookUrl: null,
  pageUrl: 'http://127.0.0.1:9/link',
} as const

export const pontoEnvironment = (pontoUrl: string): Record<string, string> => ({
  PONTO_API_URL: `${pontoUrl}/ponto-connect`,
  PONTO_AUTHORIZATION_URL: `${pontoUrl}/oauth2/auth`,
  PONTO_JWKS_URL: `${pontoUrl}/webhooks/keys`,
  PONTO_CLIENT_ID: 'sandbox-client',
  PONTO_CLIENT_SECRET: 'sandbox-secret',
  PONTO_APPLICATION_ID: 'sandbox-application',
  PONTO_SANDBOX: 'true',
})

export const pontoAt = (environment: Record<string, string>): Provider =>
  createProviders(['ponto'], environment).get(providerId('ponto'))!

/** What a caller keeps of a connection: its secrets, replaced when they rotate. */
export interface Kept {
  secrets: Secret<string>
  rotations: number
}

export const openLinked = async (options: SandboxOptions = {}) => {
  const conformance = openConformance()
  const client: Client = await openClient({
    ...options,
    observe(seen) {
      conformance.observe(seen)
      options.observe?.(seen)
    },
  })
  const provider = pontoAt(pontoEnvironment(client.pontoUrl))

  const begin = async (bank: string): Promise<StartedLink> => {
    const { id } = await client.sim('GET', `/__sim/banks/${encodeURIComponent(bank)}`)
    return provider.beginLink(
      { state, returnUrl, providerInstitutionId: id, locale: 'en', ...flowFrame },
      callOptions(),
    )
  }

  /** Opens a page, presses a button with the boxes left as they are, and returns what comes back. */
  const decide = async (url: string, decision: 'approve' | 'deny'): Promise<LinkCallback> => {
    const fields = client.fieldsOf(await (await fetch(url)).text())
    const { location } = await client.submit(url, [...fields, ['decision', decision]])
    return Object.fromEntries(location!.searchParams)
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
    const kept: Kept = { secrets: result.secrets, rotations: 0 }
    return { ...result, kept }
  }

  const open = (kept: Kept, more: Partial<CallOptions> = {}): ProviderSession =>
    provider.openSession(kept.secrets, {
      ...callOptions(),
      ...more,
      claimRotation: () => Promise.resolve(kept.secrets),
      onSecretsRotated: (secrets) => {
        kept.secrets = secrets
        kept.rotations += 1
        return Promise.resolve()
      },
    })

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
    begin,
    decide,
    complete,
    link,
    open,
    problems: () => conformance.problems(),
    takeProblems: () => conformance.takeProblems(),
  }
}

export type Linked = Awaited<ReturnType<typeof openLinked>>
