/** A person's way through Plaid's page, against a Plaid in memory. */
import { beginLink, completeFlow } from '../../../activities/providers/plaid/link.ts'
import { beginRenewal } from '../../../activities/providers/plaid/renewal.ts'
import { openPlaidSession } from '../../../activities/providers/plaid/session.ts'
import type { LinkCallback } from '../../../activities/providers/provider.ts'
import { Secret } from '../../../domain/secret.ts'
import { callOptions } from './caller.ts'
import type { Reply } from './fake-plaid.ts'
import { account, item, openFake } from './fake-plaid.ts'
import { noOthers } from './no-others.ts'

export const state = 'an-opaque-state-of-32-characters'
export const returnUrl = 'https://sync.example/callbacks/plaid'
export const request = {
  state,
  returnUrl,
  locale: 'fr',
  customerRef: 'tenant-1',
  webhookUrl: 'https://sync.example/hooks/plaid',
  pageUrl: 'https://sync.example/link',
} as const

export const page = {
  link_token: 'link-sandbox-1',
  expiration: '2099-01-01T00:00:00Z',
  hosted_link_url: 'https://secure.plaid.example/link/1',
}
export const added = {
  started_at: '2026-11-01T12:00:00Z',
  finished_at: '2026-11-01T12:01:00Z',
  results: {
    item_add_results: [
      { public_token: 'public-1', institution: { institution_id: 'ins_old', name: 'First Bank' } },
    ],
  },
}
export const left = (error: object | null = null, more: object = {}) => ({
  started_at: '2026-11-01T11:00:00Z',
  finished_at: '2026-11-01T11:01:00Z',
  exit: { error, metadata: { status: 'requires_credentials' } },
  ...more,
})
export const sessions = (...all: object[]) => ({
  expiration: '2099-01-01T00:00:00Z',
  link_sessions: all,
})
export const login = { error_type: 'ITEM_ERROR', error_code: 'ITEM_LOGIN_REQUIRED' }

/** A Plaid that links and renews without trouble, but for the replies given. */
export const arrange = (replies: Record<string, Reply> = {}, environment: object = {}) => {
  const fake = openFake(
    {
      '/link/token/create': page,
      '/link/token/get': sessions(added),
      '/item/public_token/exchange': { access_token: 'access-sandbox-1', item_id: 'item-1' },
      '/item/get': item({ consent_expiration_time: '2027-02-01T00:00:00Z' }),
      '/item/remove': { request_id: 'r' },
      '/item/webhook/update': { request_id: 'r' },
      '/accounts/get': { accounts: [account('a1')] },
      '/transactions/sync': {
        added: [],
        modified: [],
        removed: [],
        next_cursor: '',
        has_more: false,
      },
      ...replies,
    },
    environment,
  )
  const session = openPlaidSession(
    fake.plaid,
    new Secret(JSON.stringify({ v: 1, accessToken: 'access-sandbox-1', itemId: 'item-1' })),
    {
      ...callOptions(),
      claimRotation: () => Promise.reject(new Error('nothing rotates here')),
      onSecretsRotated: () => Promise.resolve(),
    },
  )
  const asking = { ...fake.plaid, options: callOptions() }
  const complete = (flow: Secret<string>, callback: LinkCallback = { state }, isRenewal = false) =>
    completeFlow(
      fake.plaid,
      {
        flow,
        callback: new Secret(callback),
        returnUrl,
        session: isRenewal ? session : null,
        others: noOthers,
      },
      callOptions(),
    )
  const begun = async () => (await beginLink(asking, request)).flow
  const link = async (callback?: LinkCallback) => complete(await begun(), callback)
  const renew = (reason: Parameters<typeof beginRenewal>[1]['reason'] = 'expired') =>
    beginRenewal(fake.reading, { ...request, reason })
  const bodyOf = (path: string) => fake.asked.find((call) => call.path === path)?.body
  return { ...fake, asking, session, complete, begun, link, renew, bodyOf }
}
