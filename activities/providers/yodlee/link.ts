/** Where a person links: the widget on a page of ours. What it says on its way out is never believed, only looked up. */
import { Secret } from '../../../domain/secret.ts'
import type {
  CallOptions,
  LinkCallback,
  LinkRequest,
  LinkResult,
  Provider,
  StartedLink,
} from '../provider.ts'
import { openAccess } from './access.ts'
import { outcomeOf } from './attempt.ts'
import type { Yodlee } from './client.ts'
import { unfinished } from './exit.ts'
import { isSame, readFlow, startedLink } from './flow.ts'
import { firstOf } from './text.ts'
import type { Opened } from './own.ts'
import { listAccounts, listProviderAccounts } from './own.ts'
import { completeRenewal } from './renewal.ts'
import type { ProviderAccountEntry, YodleeFlow, YodleeSecrets } from './schema.ts'
import { statusOf } from './status.ts'

/** One user of Yodlee per tenant; in a sandbox that registers none, the one that is there. */
const loginNameOf = ({ config }: Yodlee, { customerRef }: LinkRequest): string =>
  config.sandboxLogin ?? customerRef

/** Opens a new link, and remembers what the person has already. */
export const beginLink = async (
  yodlee: Yodlee,
  request: LinkRequest,
  options: CallOptions,
): Promise<StartedLink> => {
  const loginName = loginNameOf(yodlee, request)
  const access = openAccess(yodlee, loginName, options)
  const before = (await listProviderAccounts(access)).map(({ id }) => id)
  const { providerInstitutionId: providerId, state } = request
  return startedLink(yodlee, request, {
    task: { flow: 'add', ...(providerId === undefined ? {} : { providerId }) },
    token: await access.token(),
    flow: { kind: 'link', state, loginName, providerId: providerId ?? null, before },
  })
}

export type Completing = Pick<
  Parameters<Provider['completeLink']>[0],
  'flow' | 'callback' | 'others'
>

/** Finishes a flow by looking what became of it; what came back from the page only helps to find it. */
export const completeLink = async (
  yodlee: Yodlee,
  request: Completing,
  options: CallOptions,
): Promise<LinkResult> => {
  const flow = readFlow(request.flow)
  const callback = request.callback.reveal()
  const { state } = callback
  // a person who came back without the state that went out may be somebody else
  const isOurs =
    state === undefined ? Object.keys(callback).length === 0 : isSame(state, flow.state)
  if (!isOurs) return { state: 'expired' }
  const access = openAccess(yodlee, flow.loginName, options)
  return flow.kind === 'renewal'
    ? completeRenewal({ access, providerAccountId: flow.providerAccountId }, flow, callback)
    : completeNew(access, flow, { callback, others: request.others })
}

type NewLink = Extract<YodleeFlow, { kind: 'link' }>

const isNewest = (a: ProviderAccountEntry, b: ProviderAccountEntry): number =>
  (a.createdDate ?? '') < (b.createdDate ?? '') ? 1 : -1

type Seen = Pick<Completing, 'others'> & { callback: LinkCallback }

/**
 * The connection that came of the flow: the one that came back with the person, else the newest that is new and nobody's.
 * While another flow to the same institution is open, a new one without a name may be of either.
 */
const madeIn = (
  entries: readonly ProviderAccountEntry[],
  { before, providerId }: NewLink,
  { callback, others }: Seen,
): ProviderAccountEntry | undefined => {
  const own = entries.filter(({ isManual }) => isManual !== true)
  const { providerAccountId, requestId } = callback
  const named = own.find(
    (entry) =>
      (providerAccountId !== undefined && entry.id === providerAccountId) ||
      (requestId !== undefined && entry.requestId === requestId),
  )
  const isChosen = (entry: ProviderAccountEntry): boolean =>
    providerId === null || entry.providerId === providerId
  if (named !== undefined || others.isLinking) return named
  const taken = [...before, ...others.held]
  return own.filter((entry) => !taken.includes(entry.id) && isChosen(entry)).toSorted(isNewest)[0]
}

const completeNew = async (
  access: Opened['access'],
  flow: NewLink,
  seen: Seen,
): Promise<LinkResult> => {
  const { callback } = seen
  const entry = madeIn(await listProviderAccounts(access), flow, seen)
  if (entry === undefined) return unfinished(null, callback) ?? { state: 'pending' }
  const notLinked = unfinished(outcomeOf(entry, Date.now()), callback)
  return notLinked ?? linked({ access, providerAccountId: entry.id }, flow, entry)
}

const linked = async (
  opened: Opened,
  { loginName, providerId: asked }: NewLink,
  { providerId }: ProviderAccountEntry,
): Promise<LinkResult> => {
  const { accounts, consentExpiresAt } = await statusOf(opened)
  const { providerAccountId } = opened
  const secrets: YodleeSecrets = { v: 1, loginName, providerAccountId }
  return {
    state: 'linked',
    secrets: new Secret(JSON.stringify(secrets)),
    providerConnectionId: providerAccountId,
    accounts,
    consentExpiresAt,
    ...(providerId && providerId !== asked
      ? { institution: await institutionOf(opened, providerId) }
      : {}),
  }
}

/** The institution chosen in the widget, by the name that its accounts carry. */
const institutionOf = async (opened: Opened, providerInstitutionId: string) => {
  const names = (await listAccounts(opened)).map(({ providerName }) => providerName)
  return { providerInstitutionId, name: firstOf(names, 200) || providerInstitutionId }
}
