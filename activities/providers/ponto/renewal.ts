/** The renewal of one account's consent on a page of Ponto; no code comes back, so its result is read. */
import { ProviderError } from '../provider.ts'
import type { LinkRequest, LinkResult, ProviderSession, StartedLink } from '../provider.ts'
import { instantOf } from './dates.ts'
import { startedLink } from './flow.ts'
import { toAccount } from './map.ts'
import type { Reading } from './pull-lines.ts'
import type { AccountResource, PontoFlow } from './schema.ts'
import { reauthorization } from './schema.ts'

const endOf = ({ attributes }: AccountResource): string | null =>
  instantOf(attributes.authorizationExpirationExpectedAt)

/** An account that has lost its consent comes first, then the earliest end; one without an end comes last. */
const urgency = (account: AccountResource): string => {
  const rank = toAccount(account).failure?.code === 'consent_expired' ? '0' : '1'
  return rank + (endOf(account) ?? '9')
}

/** Begins the renewal of the account that needs it first; the bank may renew its neighbours with it. */
export const beginReauthorization = async (
  { access }: Reading,
  { state, returnUrl }: LinkRequest,
  accounts: readonly AccountResource[],
): Promise<StartedLink> => {
  const [first] = accounts.toSorted((a, b) => (urgency(a) < urgency(b) ? -1 : 1))
  if (!first)
    throw new ProviderError({ code: 'connection_gone', scope: 'connection', reason: 'no_account' })
  const redirectUri = new URL(returnUrl)
  // Ponto hands nothing back by itself, so the state travels in the address
  redirectUri.searchParams.set('state', state)
  const attributes = { redirectUri: redirectUri.href }
  const { data } = await access.call(
    {
      method: 'POST',
      path: `/accounts/${encodeURIComponent(first.id)}/reauthorization-requests`,
      json: { data: { type: 'reauthorizationRequest', attributes } },
    },
    reauthorization,
  )
  const flow = { kind: 'renewal', state, accountId: first.id, endedAt: endOf(first) } as const
  return startedLink(data.links.redirect, flow)
}

/** Whether the consent was renewed: the account's end has moved, or the person took the account away. */
export const completeRenewal = async (
  { accountId, endedAt }: Extract<PontoFlow, { kind: 'renewal' }>,
  session: ProviderSession | null,
): Promise<LinkResult> => {
  if (session === null) return { state: 'expired' }
  const { accounts, consentExpiresAt } = await session.status()
  const account = accounts.find(({ providerAccountId }) => providerAccountId === accountId)
  const end = account?.consentExpiresAt
  const isUnchanged = account !== undefined && (end === undefined || end <= (endedAt ?? ''))
  if (isUnchanged) return { state: 'pending' }
  return {
    state: 'linked',
    secrets: null,
    providerConnectionId: session.providerConnectionId,
    accounts,
    consentExpiresAt,
  }
}
