/** A provider of one bank that asks for a code: it says what it is told to, and remembers what it was asked. */
import type {
  Challenged,
  MfaAnswer,
  Provider,
  ProviderSession,
  ProviderStatus,
  RefreshProgress,
  RefreshStart,
  StartedLink,
} from '../../../activities/providers/provider.ts'
import type { ProviderAccount } from '../../../domain/account.ts'
import { providerId } from '../../../domain/ids.ts'
import { Secret } from '../../../domain/secret.ts'

export const hourMs = 3_600_000

/** A bank that asks for the code it sent. */
export const aChallenge = (rest: Partial<Challenged> = {}): Challenged => ({
  state: 'challenge',
  ref: 'refresh-1',
  challenge: {
    kind: 'fields',
    fields: [{ name: 'code', label: 'Code from the message', type: 'code', maxLength: 8 }],
    expiresAt: new Date(Date.now() + hourMs).toISOString(),
    keep: 'kept by the adapter',
  },
  ...rest,
})

export const account: ProviderAccount = {
  providerAccountId: 'account-1',
  name: 'Current account',
  type: 'current',
  currency: 'EUR',
  balances: [],
}

const healthy: ProviderStatus = {
  health: 'ok',
  consentExpiresAt: null,
  unattendedAllowed: true,
  lastBankRefreshAt: null,
  accounts: [account],
}

type Capabilities = Provider['capabilities']

export const createChallengingProvider = (own: Partial<Capabilities> = {}) => {
  const script = {
    refresh: (): RefreshStart => aChallenge(),
    progress: (): RefreshProgress => ({ state: 'done' }),
    status: (): ProviderStatus => healthy,
    answer: (): { ref: string } => ({ ref: 'refresh-2' }),
    asked: [] as string[],
    answers: [] as { ref: string; kept: string; answers: Record<string, string> }[],
    polled: [] as string[],
  }
  const never = (): never => {
    throw new Error('nobody asks this provider for that')
  }
  const started = (): Promise<StartedLink> =>
    Promise.resolve({
      url: 'https://bank.test/confirm',
      expiresAt: new Date(Date.now() + hourMs).toISOString(),
      flow: new Secret('flow'),
    })
  const session: ProviderSession = {
    providerConnectionId: 'connection-1',
    status: () => Promise.resolve(script.status()),
    pullLines: ({ cursor }) =>
      Promise.resolve({
        lines: [],
        removedLineKeys: [],
        nextCursor: cursor ?? 'end',
        hasMore: false,
        readiness: 'full',
        pendingCount: 0,
      }),
    requestRefresh: async (mode, { providerAccountIds }) => {
      script.asked.push(`${mode} ${providerAccountIds.join()}`)
      return script.refresh()
    },
    refreshProgress: async (ref) => {
      script.polled.push(ref)
      return script.progress()
    },
    answerMfa: async ({ ref, kept, answers }: MfaAnswer) => {
      script.answers.push({ ref, kept: kept.reveal(), answers: answers.reveal() })
      return script.answer()
    },
    beginRenewal: started,
    revoke: () => Promise.resolve(),
  }
  const provider: Provider = {
    id: providerId('ponto'),
    name: 'Challenge',
    sandbox: true,
    capabilities: {
      link: 'url',
      mfa: 'inline',
      refreshesItself: true,
      refreshAttended: true,
      refreshUnattendedPerDay: 0,
      needsPsuIp: false,
      consent: 'connection',
      rereadDays: 14,
      pagesProvisional: false,
      historyDaysMax: null,
      offer: { price: '', renewalDays: null, supportSpeed: 'fast' },
      ...own,
    },
    listInstitutions: never,
    beginLink: started,
    completeLink: () =>
      Promise.resolve({
        state: 'linked',
        secrets: null,
        providerConnectionId: 'connection-1',
        accounts: [account],
        consentExpiresAt: null,
      }),
    openSession: () => session,
    verifyWebhook: never,
  }
  return { provider, script }
}
