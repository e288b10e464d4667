import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { beginLink } from '../../../activities/providers/plaid/link.ts'
import { Secret } from '../../../domain/secret.ts'
import { account, refused } from '../support/fake-plaid.ts'
import {
  added,
  arrange,
  left,
  page,
  request,
  returnUrl,
  sessions,
  state,
} from '../support/plaid-flow.ts'

describe('a person who links', () => {
  test('is sent to the page of Plaid and comes back with our state', async () => {
    const { asking, bodyOf } = arrange()
    const started = await beginLink(asking, request)
    expect(started).toMatchObject({
      url: page.hosted_link_url,
      expiresAt: '2099-01-01T00:00:00.000Z',
      eventRef: createHash('sha256').update('link-sandbox-1').digest('hex'),
    })
    expect(bodyOf('/link/token/create')).toEqual({
      client_name: 'Bank Sync',
      language: 'fr',
      country_codes: ['US', 'CA'],
      user: { client_user_id: 'tenant-1' },
      products: ['transactions'],
      transactions: { days_requested: 730 },
      webhook: 'https://sync.example/hooks/plaid',
      hosted_link: {
        completion_redirect_uri: `${returnUrl}?state=${state}`,
        url_lifetime_seconds: 1_800,
      },
    })
  })

  test('gets a page as the operator set it up', async () => {
    const { begun, bodyOf } = arrange(
      {},
      {
        PLAID_CLIENT_NAME: 'Our ERP',
        PLAID_COUNTRIES: 'GB,FR',
        PLAID_HISTORY_DAYS: '90',
        PLAID_REDIRECT_URL: 'https://sync.example/oauth',
      },
    )
    await begun()
    expect(bodyOf('/link/token/create')).toMatchObject({
      client_name: 'Our ERP',
      country_codes: ['GB', 'FR'],
      transactions: { days_requested: 90 },
      redirect_uri: 'https://sync.example/oauth',
    })
  })

  test('is linked with what Plaid itself says of the connection', async () => {
    const { link, paths } = arrange()
    const result = await link()
    expect(result).toMatchObject({
      state: 'linked',
      providerConnectionId: 'item-1',
      consentExpiresAt: '2027-02-01T00:00:00.000Z',
      // the id that counts is the item's: the one of the page may have been replaced
      institution: { providerInstitutionId: 'ins_1', name: 'First Bank' },
      accounts: [{ providerAccountId: 'a1' }],
    })
    expect(result.state === 'linked' && result.secrets?.reveal()).toContain('access-sandbox-1')
    expect(paths().slice(1)).toEqual([
      '/link/token/get',
      '/item/public_token/exchange',
      '/item/get',
      '/accounts/get',
      '/transactions/sync',
    ])
  })

  test('is linked also where only an event says that the page was finished', async () => {
    expect((await arrange().link({})).state).toBe('linked')
  })

  test('with the state of somebody else gets nothing, and Plaid is not asked', async () => {
    const { link, paths } = arrange()
    expect(await link({ state: 'another-state-of-32-characters-xx' })).toEqual({ state: 'expired' })
    expect(paths()).toEqual(['/link/token/create'])
  })

  test('is waited for while the page is open', async () => {
    for (const seen of [
      sessions(),
      { expiration: '2099-01-01T00:00:00Z' },
      sessions({ started_at: 'x' }),
    ])
      expect(await arrange({ '/link/token/get': seen }).link()).toEqual({ state: 'pending' })
    const finished = sessions({ finished_at: '2026-11-01T12:01:00Z' })
    expect(await arrange({ '/link/token/get': finished }).link()).toEqual({ state: 'pending' })
  })

  test('who never came is too late', async () => {
    for (const seen of [
      { expiration: '2020-01-01T00:00:00Z', link_sessions: [] },
      refused('INVALID_INPUT', 'INVALID_LINK_TOKEN'),
    ])
      expect(await arrange({ '/link/token/get': seen }).link()).toEqual({ state: 'expired' })
  })

  test('who left the page has left, with the reason where there is one', async () => {
    const exited = (error: object | null) =>
      arrange({ '/link/token/get': sessions(left(error)) }).link()
    expect(await exited(null)).toEqual({ state: 'exited' })
    expect(await exited({ error_type: '', error_code: '' })).toEqual({ state: 'exited' })
    expect(await exited({ error_type: 'ITEM_ERROR', error_code: 'INVALID_MFA' })).toMatchObject({
      state: 'exited',
      failure: { code: 'mfa_required', reason: 'wrong_answer' },
    })
    for (const [type, code] of [
      ['RECAPTCHA_ERROR', 'RECAPTCHA_BAD'],
      ['OAUTH_ERROR', 'INCORRECT_OAUTH_NONCE'],
      ['OAUTH_ERROR', 'SOMETHING_NEW'],
    ] as const)
      expect(await exited({ error_type: type, error_code: code })).toEqual({ state: 'exited' })
    expect(await exited({ error_type: 'INVALID_INPUT', error_code: 'INVALID_LINK_TOKEN' })).toEqual(
      {
        state: 'expired',
      },
    )
  })

  test('who left once and linked later is linked; one who opened the page again is waited for', async () => {
    const again = arrange({ '/link/token/get': sessions(added, left()) })
    expect((await again.link()).state).toBe('linked')
    const open = { started_at: '2026-11-01T11:30:00Z', finished_at: null }
    const anew = arrange({ '/link/token/get': sessions(open, left()) })
    expect(await anew.link()).toEqual({ state: 'pending' })
  })
})

describe('an access token, which is handed out once', () => {
  test('goes back with the flow when the next call does not get through, and is used then', async () => {
    const { link, complete, replies, paths } = arrange({
      '/accounts/get': refused('API_ERROR', 'INTERNAL_SERVER_ERROR'),
    })
    const pending = await link()
    if (pending.state !== 'pending' || !pending.flow) throw new Error(pending.state)
    replies['/accounts/get'] = { accounts: [account('a1')] }
    expect(await complete(pending.flow)).toMatchObject({
      state: 'linked',
      institution: { name: 'First Bank' },
    })
    expect(paths().filter((path) => path === '/item/public_token/exchange')).toHaveLength(1)
    expect(paths()).not.toContain('/item/remove')
  })

  test('that can never be used is given back, because the connection would be paid for', async () => {
    const { link, paths } = arrange({ '/accounts/get': refused('ITEM_ERROR', 'NO_ACCOUNTS') })
    expect(await link()).toMatchObject({ state: 'exited', failure: { reason: 'no_accounts' } })
    expect(paths().at(-1)).toBe('/item/remove')
  })

  test('that was taken by an attempt nobody remembers means a new start', async () => {
    const { link } = arrange({
      '/item/public_token/exchange': refused('INVALID_INPUT', 'INVALID_PUBLIC_TOKEN'),
    })
    expect(await link()).toEqual({ state: 'expired' })
  })

  test('is good even if news could not be asked for', async () => {
    const { link } = arrange({
      '/transactions/sync': refused('API_ERROR', 'INTERNAL_SERVER_ERROR'),
    })
    expect((await link()).state).toBe('linked')
  })

  test('of a flow that cannot be read is a defect told without its words', async () => {
    const { complete } = arrange()
    const broken = complete(new Secret('{"kind":"link","linkToken":"link-7"'))
    await expect(broken).rejects.toMatchObject({ failure: { reason: 'flow_not_readable' } })
    await expect(broken).rejects.not.toThrow('link-7')
  })
})
