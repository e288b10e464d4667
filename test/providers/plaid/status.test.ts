import { describe, expect, test } from 'vitest'
import { account, item, refused } from '../support/fake-plaid.ts'
import { arrange, login } from '../support/plaid-flow.ts'

describe('the state of a connection', () => {
  const down = { error_type: 'INSTITUTION_ERROR', error_code: 'INSTITUTION_DOWN' }

  test('says when Plaid last read the institution and whether that goes on without a person', async () => {
    expect(await arrange().session.status()).toMatchObject({
      health: 'ok',
      unattendedAllowed: true,
      lastBankRefreshAt: '2026-11-01T06:00:00.000Z',
      consentExpiresAt: '2027-02-01T00:00:00.000Z',
    })
    const present = item({ update_type: 'user_present_required' }, { last_successful_update: null })
    expect(await arrange({ '/item/get': present }).session.status()).toMatchObject({
      unattendedAllowed: false,
      lastBankRefreshAt: null,
      consentExpiresAt: null,
    })
  })

  test('of an institution that is down still lets us read what is there', async () => {
    const status = await arrange({ '/item/get': item({ error: down }) }).session.status()
    expect(status).toMatchObject({
      health: 'ok',
      failure: { code: 'institution_unavailable' },
      accounts: [{ providerAccountId: 'a1' }],
    })
  })

  test('that waits for a person is failing, also where the accounts are hidden', async () => {
    for (const accounts of [
      { accounts: [account('a1')] },
      refused('ITEM_ERROR', 'ITEM_LOGIN_REQUIRED'),
    ]) {
      const { session } = arrange({
        '/item/get': item({ error: login }),
        '/accounts/get': accounts,
      })
      expect(await session.status()).toMatchObject({
        health: 'failing',
        failure: { code: 'credentials_invalid' },
      })
    }
  })

  test('without its accounts is never taken for one whose accounts are gone', async () => {
    const hidden = refused('ITEM_ERROR', 'ITEM_LOGIN_REQUIRED')
    for (const error of [null, down]) {
      const { session } = arrange({ '/item/get': item({ error }), '/accounts/get': hidden })
      await expect(session.status()).rejects.toMatchObject({
        failure: { code: 'credentials_invalid' },
      })
    }
  })
})

describe('the end of a connection', () => {
  test.each(['ITEM_NOT_FOUND', 'INVALID_ACCESS_TOKEN', 'USER_PERMISSION_REVOKED'])(
    'that has ended already (%s) is an end',
    async (code) => {
      const { session } = arrange({ '/item/remove': refused('ITEM_ERROR', code) })
      await session.revoke()
    },
  )

  test('that does not get through is a failure', async () => {
    const { session } = arrange({ '/item/remove': refused('API_ERROR', 'INTERNAL_SERVER_ERROR') })
    await expect(session.revoke()).rejects.toMatchObject({
      failure: { code: 'provider_unavailable' },
    })
  })
})
