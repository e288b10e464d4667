/** Where a person links or renews: the authorization page, or the page that renews one account. */
import { timingSafeEqual } from 'node:crypto'
import { Secret } from '../../../domain/secret.ts'
import type {
  CallOptions,
  LinkCallback,
  LinkRequest,
  LinkResult,
  ProviderSession,
  StartedLink,
} from '../provider.ts'
import { ProviderError } from '../provider.ts'
import { toStatus } from './map.ts'
import {
  challengeOf,
  clientToken,
  exchangeCode,
  newVerifier,
  toSecret,
  type Asking,
} from './oauth.ts'
import type { Reading } from './pull-lines.ts'
import type { AccountResource, PontoFlow } from './schema.ts'
import { accountList, flowSchema, onboarding, reauthorization, userInfo } from './schema.ts'
import type { Ponto } from './session.ts'

/** How long a person has; Ponto names no limit of its own. */
const flowMs = 1_800_000
const scope = 'offline_access ai name'

const started = (url: string, flow: PontoFlow): StartedLink => ({
  url,
  expiresAt: new Date(Date.now() + flowMs).toISOString(),
  flow: new Secret(JSON.stringify(flow)),
})

/** Hands the chosen institution over, so that the person does not choose it again; usable for five minutes. */
const onboardingOf = async (asking: Asking, institution: string): Promise<string> => {
  const bearer = await clientToken(asking)
  const attributes = { initialFinancialInstitutionId: institution }
  const { data } = await asking.client.call(
    {
      method: 'POST',
      url: '/onboarding-details',
      authorization: { bearer },
      json: { data: { type: 'onboardingDetails', attributes } },
    },
    onboarding,
    asking.options,
  )
  return data.id
}

/** Begins the OAuth flow with PKCE. */
export const beginAuthorization = async (
  asking: Asking,
  request: LinkRequest,
): Promise<StartedLink> => {
  const { providerInstitutionId, state, returnUrl, locale } = request
  const verifier = newVerifier()
  const url = new URL(asking.config.authorizationUrl)
  const parameters = {
    response_type: 'code',
    client_id: asking.config.clientId,
    redirect_uri: returnUrl,
    scope,
    state,
    code_challenge: challengeOf(verifier),
    code_challenge_method: 'S256',
    language: locale,
    ...(providerInstitutionId === undefined
      ? {}
      : { onboarding_details_id: await onboardingOf(asking, providerInstitutionId) }),
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return started(url.href, { kind: 'oauth', state, verifier })
}

const endOf = ({ attributes }: AccountResource): string =>
  attributes.authorizationExpirationExpectedAt ?? ''

/** Begins the renewal of the account whose consent ends first; the bank may renew its neighbours with it. */
export const beginReauthorization = async (
  { client, access, options }: Reading,
  { state, returnUrl }: LinkRequest,
  accounts: readonly AccountResource[],
): Promise<StartedLink> => {
  const [first] = accounts.toSorted((a, b) => endOf(a).localeCompare(endOf(b)))
  if (!first)
    throw new ProviderError({ code: 'connection_gone', scope: 'connection', reason: 'no_account' })
  const redirectUri = new URL(returnUrl)
  redirectUri.searchParams.set('state', state)
  const { data } = await access.run((token) =>
    client.call(
      {
        method: 'POST',
        url: `/accounts/${first.id}/reauthorization-requests`,
        authorization: { bearer: token },
        json: {
          data: { type: 'reauthorizationRequest', attributes: { redirectUri: redirectUri.href } },
        },
      },
      reauthorization,
      options,
    ),
  )
  const endedAt = endOf(first) || null
  return started(data.links.redirect, { kind: 'renewal', state, accountId: first.id, endedAt })
}

const same = (left: string, right: string): boolean => {
  const [a, b] = [Buffer.from(left), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}

export interface Completing {
  flow: Secret<string>
  callback: Secret<LinkCallback>
  returnUrl: string
  session: ProviderSession | null
}

/** Finishes a flow: with the code of OAuth, or by looking whether the consent was renewed. */
export const completeFlow = async (
  ponto: Ponto,
  request: Completing,
  options: CallOptions,
): Promise<LinkResult> => {
  const flow = flowSchema.parse(JSON.parse(request.flow.reveal()))
  const callback = request.callback.reveal()
  if (callback['error'] !== undefined) return { state: 'exited' }
  if (callback['state'] !== undefined && !same(callback['state'], flow.state))
    return { state: 'expired' }
  if (flow.kind === 'renewal') return renewed(flow, request.session)
  const { code } = callback
  return code === undefined
    ? { state: 'pending' }
    : linked({ ...ponto, options }, { flow, code, returnUrl: request.returnUrl })
}

const renewed = async (
  { accountId, endedAt }: Extract<PontoFlow, { kind: 'renewal' }>,
  session: ProviderSession | null,
): Promise<LinkResult> => {
  if (session === null) return { state: 'expired' }
  const { accounts, consentExpiresAt } = await session.status()
  const account = accounts.find(({ providerAccountId }) => providerAccountId === accountId)
  const isRenewed = (account?.consentExpiresAt ?? '') > (endedAt ?? '')
  if (!isRenewed) return { state: 'pending' }
  return {
    state: 'linked',
    secrets: null,
    providerConnectionId: session.providerConnectionId,
    accounts,
    consentExpiresAt,
  }
}

const linked = async (
  asking: Asking,
  {
    flow,
    code,
    returnUrl,
  }: { flow: Extract<PontoFlow, { kind: 'oauth' }>; code: string; returnUrl: string },
): Promise<LinkResult> => {
  let tokens
  try {
    tokens = await exchangeCode(asking, { code, verifier: flow.verifier, returnUrl })
  } catch (error) {
    const reason = error instanceof ProviderError ? error.failure.reason : undefined
    // a code is good once and for a short time; after a crash between exchange and storing the person starts anew
    if (reason === 'grant_lost' || reason === 'authorization_code') return { state: 'expired' }
    throw error
  }
  const call = { method: 'GET', authorization: { bearer: tokens.accessToken } } as const
  const info = await asking.client.call({ ...call, url: '/userinfo' }, userInfo, asking.options)
  if (info.onboardingComplete === false) return { state: 'pending' }
  const accounts = await asking.client.call(
    { ...call, url: '/accounts?page%5Blimit%5D=100' },
    accountList,
    asking.options,
  )
  const status = toStatus(accounts.data)
  return {
    state: 'linked',
    secrets: toSecret({ ...tokens, organizationId: info.sub }),
    providerConnectionId: info.sub,
    accounts: status.accounts,
    consentExpiresAt: status.consentExpiresAt,
  }
}
