/** The widget on an existing connection: new credentials, a new consent, or an answer that only it can take. */
import type { LinkCallback, LinkResult, ProviderSession, StartedLink } from '../provider.ts'
import { attemptAtOf, outcomeOf } from './attempt.ts'
import type { Yodlee } from './client.ts'
import { startedLink } from './flow.ts'
import { unfinished } from './exit.ts'
import type { Opened } from './own.ts'
import { ownEntry } from './own.ts'
import type { YodleeFlow } from './schema.ts'
import { statusOf } from './status.ts'

type Renewal = Extract<YodleeFlow, { kind: 'renewal' }>
type RenewalRequest = Parameters<ProviderSession['beginRenewal']>[0]

/** Opens the widget, and remembers the last attempt, so that a new one is recognised. */
export const beginRenewal = async (
  yodlee: Yodlee,
  { opened, loginName }: { opened: Opened; loginName: string },
  request: RenewalRequest,
): Promise<StartedLink> => {
  const { entry, nowMs } = await ownEntry(opened)
  const { providerAccountId } = opened
  const { kind } = outcomeOf(entry, nowMs)
  // the widget joins an attempt that waits or runs, so that one's end is the one to look for
  const isJoined = kind === 'running' || kind === 'challenge'
  return startedLink(yodlee, request, {
    task: { flow: request.reason === 'challenge' ? 'refresh' : 'edit', providerAccountId },
    token: await opened.access.token(),
    flow: {
      kind: 'renewal',
      state: request.state,
      loginName,
      providerAccountId,
      requestId: isJoined ? null : (entry.requestId ?? null),
      attemptAt: isJoined ? null : attemptAtOf(entry),
    },
  })
}

/** Whether the widget brought a new attempt, and what it came to. */
export const completeRenewal = async (
  opened: Opened,
  { requestId, attemptAt }: Renewal,
  callback: LinkCallback,
): Promise<LinkResult> => {
  const { entry, nowMs } = await ownEntry(opened)
  const isUnchanged = (entry.requestId ?? null) === requestId && attemptAtOf(entry) === attemptAt
  const notRenewed = unfinished(isUnchanged ? null : outcomeOf(entry, nowMs), callback)
  if (notRenewed !== null) return notRenewed
  const { accounts, consentExpiresAt } = await statusOf(opened)
  return {
    state: 'linked',
    secrets: null,
    providerConnectionId: opened.providerAccountId,
    accounts,
    consentExpiresAt,
  }
}
