/** Where a person links: Plaid's hosted page, and what came of it, always asked of Plaid itself. */
import type { Failure, FailureCode } from '../../../domain/failure.ts'
import { Secret } from '../../../domain/secret.ts'
import type { CallOptions, LinkRequest, LinkResult, Provider, StartedLink } from '../provider.ts'
import { ProviderError } from '../provider.ts'
import type { Asking, Plaid } from './client.ts'
import { isRefusedWith } from './errors.ts'
import { isSame, readFlow, toFlow } from './flow.ts'
import type { Reading } from './item.ts'
import { readItem, removeItem, statusOf } from './item.ts'
import { startPage } from './link-token.ts'
import type { Outcome } from './outcome.ts'
import { outcomeOf } from './outcome.ts'
import { completeRenewal } from './renewal.ts'
import type { PlaidFlow } from './schema.ts'
import { exchangeAnswer, linkSessionsAnswer, syncAnswer } from './schema.ts'

/** Begins a new connection; the person chooses the institution on Plaid's page, no choice of ours is taken. */
export const beginLink = (asking: Asking, request: LinkRequest): Promise<StartedLink> =>
  startPage(asking, request, {
    kind: 'link',
    purpose: {
      products: ['transactions'],
      transactions: { days_requested: asking.config.historyDays },
      ...(request.webhookUrl === null ? {} : { webhook: request.webhookUrl }),
    },
  })

/** Finishes a flow; it may be asked as often as one likes while the person is on the page. */
export const completeFlow = async (
  plaid: Plaid,
  request: Parameters<Provider['completeLink']>[0],
  options: CallOptions,
): Promise<LinkResult> => {
  const flow = readFlow(request.flow)
  const asking = { ...plaid, options }
  if (flow.kind === 'exchanged') return adopt(asking, flow)
  const { state } = request.callback.reveal()
  if (state !== undefined && !isSame(state, flow.state)) return { state: 'expired' }
  const outcome = await readOutcome(asking, flow.linkToken)
  if (outcome.state === 'added' || outcome.state === 'finished') {
    if (flow.kind === 'update') return completeRenewal(request.session)
    // a session may be finished a moment before its result can be read
    return outcome.state === 'added' ? exchange(asking, outcome) : { state: 'pending' }
  }
  return outcome
}

const readOutcome = async ({ client, options }: Asking, linkToken: string): Promise<Outcome> => {
  const call = { path: '/link/token/get', body: { link_token: linkToken } }
  try {
    return outcomeOf(await client.post(call, linkSessionsAnswer, options), Date.now())
  } catch (error) {
    if (isRefusedWith(error, 'INVALID_LINK_TOKEN')) return { state: 'expired' }
    throw error
  }
}

type Exchanged = Extract<PlaidFlow, { kind: 'exchanged' }>

const exchange = async (
  asking: Asking,
  { publicToken, institution }: Extract<Outcome, { state: 'added' }>,
): Promise<LinkResult> => {
  const call = { path: '/item/public_token/exchange', body: { public_token: publicToken } }
  try {
    const { access_token: accessToken, item_id: itemId } = await asking.client.post(
      call,
      exchangeAnswer,
      asking.options,
    )
    const secrets = { v: 1, accessToken, itemId } as const
    return await adopt(asking, { kind: 'exchanged', secrets, institution })
  } catch (error) {
    // good once and for half an hour; after a crash between exchange and storing the person starts anew
    if (isRefusedWith(error, 'INVALID_PUBLIC_TOKEN')) return { state: 'expired' }
    throw error
  }
}

/** Failures after which the same access token may work a moment later. */
const passing: readonly FailureCode[] = [
  'transient',
  'provider_unavailable',
  'institution_unavailable',
  'rate_limited',
  'invalid_response',
  'operator_misconfigured',
]

const settledFailure = (error: unknown): Failure | null =>
  error instanceof ProviderError && !passing.includes(error.failure.code) ? error.failure : null

/** Reads the new connection; its token cannot be had again, so it goes back with the flow until that has worked. */
const adopt = async (asking: Asking, exchanged: Exchanged): Promise<LinkResult> => {
  const reading = { ...asking, accessToken: exchanged.secrets.accessToken }
  try {
    return await linked(reading, exchanged)
  } catch (error) {
    const failure = settledFailure(error)
    if (failure === null) return { state: 'pending', flow: toFlow(exchanged) }
    await forget(reading)
    return { state: 'exited', failure }
  }
}

const linked = async (
  reading: Reading,
  { secrets, institution }: Exchanged,
): Promise<LinkResult> => {
  const answer = await readItem(reading)
  const { accounts, consentExpiresAt } = await statusOf(reading, answer)
  await arm(reading)
  // an institution's id changes when it moves to pages of its own, so the item's counts
  const { item } = answer
  const id = item.institution_id ?? institution?.providerInstitutionId
  return {
    state: 'linked',
    secrets: new Secret(JSON.stringify(secrets)),
    providerConnectionId: item.item_id,
    accounts,
    consentExpiresAt,
    ...(id
      ? {
          institution: {
            providerInstitutionId: id,
            name: institution?.name ?? item.institution_name ?? id,
          },
        }
      : {}),
  }
}

/** Plaid announces new lines only after lines were asked for once. */
const arm = async ({ client, options, accessToken }: Reading): Promise<void> => {
  const call = { path: '/transactions/sync', body: { access_token: accessToken, count: 1 } }
  try {
    await client.post(call, syncAnswer, options)
  } catch (error) {
    // the first read asks again, and without news there are still the slots
    if (!(error instanceof ProviderError)) throw error
  }
}

/** A connection that nobody will know must not stay at Plaid, where it is paid for. */
const forget = async (reading: Reading): Promise<void> => {
  try {
    await removeItem(reading)
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error
  }
}
