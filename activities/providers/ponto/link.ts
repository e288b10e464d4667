/** Where a person links: the authorization page of OAuth with PKCE, and what comes back from it. */
import type { Failure } from '../../../domain/failure.ts'
import type { Secret } from '../../../domain/secret.ts'
import type {
  CallOptions,
  LinkCallback,
  LinkRequest,
  LinkResult,
  ProviderSession,
  StartedLink,
} from '../provider.ts'
import { ProviderError } from '../provider.ts'
import type { AuthorizedCall } from './accounts.ts'
import { listAccounts } from './accounts.ts'
import type { Ponto } from './client.ts'
import { isSame, readFlow, startedLink, toFlow } from './flow.ts'
import { toStatus } from './map.ts'
import type { Asking } from './oauth.ts'
import {
  challengeOf,
  clientToken,
  exchangeCode,
  isFresh,
  newVerifier,
  refreshTokens,
  toSecret,
} from './oauth.ts'
import { completeRenewal } from './renewal.ts'
import type { PontoFlow, PontoSecrets } from './schema.ts'
import { onboarding, userInfo } from './schema.ts'

const scope = 'offline_access ai name'

/** Hands the chosen institution over, so that the person does not choose it again; usable for five minutes. */
const onboardingOf = async (asking: Asking, institution: string): Promise<string> => {
  const bearer = await clientToken(asking)
  const attributes = { initialFinancialInstitutionId: institution }
  const { data } = await asking.client.call(
    {
      method: 'POST',
      path: '/onboarding-details',
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
  { providerInstitutionId, state, returnUrl }: LinkRequest,
): Promise<StartedLink> => {
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
    ...(providerInstitutionId === undefined
      ? {}
      : { onboarding_details_id: await onboardingOf(asking, providerInstitutionId) }),
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return startedLink(url.href, { kind: 'oauth', state, verifier })
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
  const flow = readFlow(request.flow)
  const asking = { ...ponto, options }
  if (flow.kind === 'onboarding') return onboarded(asking, flow.secrets)
  const { state, error, code } = request.callback.reveal()
  if (state !== undefined && !isSame(state, flow.state)) return { state: 'expired' }
  if (error !== undefined) return refused(error)
  if (flow.kind === 'renewal') return completeRenewal(flow, request.session)
  if (code === undefined) return { state: 'pending' }
  // a code without the state that went out may be somebody else's
  if (state === undefined) return { state: 'expired' }
  return linked(asking, flow, { code, returnUrl: request.returnUrl })
}

/** Errors of OAuth that the person did not cause; every other one means that the page was left. */
const oauthFailures: Readonly<Record<string, Failure>> = {
  invalid_client: { code: 'operator_misconfigured', scope: 'provider' },
  unauthorized_client: { code: 'operator_misconfigured', scope: 'provider' },
  invalid_scope: { code: 'operator_misconfigured', scope: 'provider' },
  invalid_request: { code: 'defect', scope: 'connection' },
  server_error: { code: 'provider_unavailable', scope: 'provider' },
  temporarily_unavailable: { code: 'provider_unavailable', scope: 'provider' },
}

const refused = (error: string): LinkResult => {
  const failure = Object.hasOwn(oauthFailures, error) ? oauthFailures[error] : undefined
  return { state: 'exited', ...(failure ? { failure: { ...failure, providerCode: error } } : {}) }
}

const deadCode = ['grant_lost', 'authorization_code']

const linked = async (
  asking: Asking,
  { verifier }: Extract<PontoFlow, { kind: 'oauth' }>,
  { code, returnUrl }: { code: string; returnUrl: string },
): Promise<LinkResult> => {
  let tokens
  try {
    tokens = await exchangeCode(asking, { code, verifier, returnUrl })
  } catch (error) {
    const reason = error instanceof ProviderError ? error.failure.reason : undefined
    // a code is good once and for a short time; after a crash between exchange and storing the person starts anew
    if (reason !== undefined && deadCode.includes(reason)) return { state: 'expired' }
    throw error
  }
  return adopt(asking, { ...tokens, organizationId: '' })
}

/** Looks whether Ponto has accepted the organization meanwhile; the tokens were kept with the flow. */
const onboarded = async (asking: Asking, kept: PontoSecrets): Promise<LinkResult> =>
  adopt(asking, isFresh(kept) ? kept : await refreshTokens(asking, kept))

const adopt = async (asking: Asking, tokens: PontoSecrets): Promise<LinkResult> => {
  const call: AuthorizedCall = (what, schema) =>
    asking.client.call(
      { ...what, authorization: { bearer: tokens.accessToken } },
      schema,
      asking.options,
    )
  const { sub, onboardingComplete } = await call({ method: 'GET', path: '/userinfo' }, userInfo)
  const secrets = { ...tokens, organizationId: sub }
  // Ponto deletes an organization that does not finish its onboarding within 72 hours
  if (onboardingComplete === false)
    return { state: 'pending', flow: toFlow({ kind: 'onboarding', secrets }) }
  const { accounts, consentExpiresAt } = toStatus(await listAccounts(asking.client, call))
  return {
    state: 'linked',
    secrets: toSecret(secrets),
    providerConnectionId: sub,
    accounts,
    consentExpiresAt,
  }
}
