import { describe, expect, test } from 'vitest'
import type { Reply } from '../support/fake-plaid.ts'
import { item } from '../support/fake-plaid.ts'
import {
  added,
  arrange,
  left,
  login,
  page,
  request,
  sessions,
  state,
} from '../support/plaid-flow.ts'

describe('a person who renews', () => {
  test('repairs the connection that is there: nothing is asked of it but its token', async () => {
    const { renew, bodyOf, paths } = arrange()
    expect(await renew()).toMatchObject({ url: page.hosted_link_url })
    const body = bodyOf('/link/token/create')
    expect(body).toMatchObject({ access_token: 'access-sandbox-1' })
    for (const key of [
      'products',
      'transactions',
      'webhook',
      'update',
      'additional_consented_products',
    ])
      expect(body).not.toHaveProperty(key)
    expect(paths()).not.toContain('/item/webhook/update')
  })

  test('may choose the accounts anew on request, where the country allows it', async () => {
    const chooses = async (environment: object, reason: 'requested' | 'challenge') => {
      const { renew, bodyOf } = arrange({}, environment)
      await renew(reason)
      return bodyOf('/link/token/create')?.['update']
    }
    expect(await chooses({}, 'requested')).toEqual({ account_selection_enabled: true })
    expect(await chooses({}, 'challenge')).toBeUndefined()
    expect(await chooses({ PLAID_COUNTRIES: 'US,GB' }, 'requested')).toBeUndefined()
  })

  test('is asked for what Plaid misses', async () => {
    const purposeOf = async (more: object) => {
      const { renew, bodyOf } = arrange({ '/item/get': item(more) })
      await renew()
      return bodyOf('/link/token/create')
    }
    const missing = { error_type: 'INVALID_INPUT', error_code: 'ADDITIONAL_CONSENT_REQUIRED' }
    for (const more of [{ error: missing }, { consented_products: ['auth'] }])
      expect(await purposeOf(more)).toMatchObject({
        additional_consented_products: ['transactions'],
      })
    const nothing = { error_type: 'ITEM_ERROR', error_code: 'NO_ACCOUNTS' }
    expect(await purposeOf({ error: nothing })).toMatchObject({
      update: { account_selection_enabled: true },
    })
  })

  test('brings the address of events along when it has moved', async () => {
    const { renew, bodyOf } = arrange({ '/item/get': item({ webhook: 'https://old.example' }) })
    await renew()
    expect(bodyOf('/item/webhook/update')).toEqual({
      access_token: 'access-sandbox-1',
      webhook: request.webhookUrl,
    })
  })

  const renewed = async (replies: Record<string, Reply>) => {
    const arranged = arrange(replies)
    const { flow } = await arranged.renew()
    return { ...arranged, result: await arranged.complete(flow, { state }, true) }
  }
  const finished = sessions({ finished_at: '2026-11-01T12:01:00Z' })

  test.each([
    ['with a result that is not to be exchanged', sessions(added)],
    ['without a result', finished],
  ])('keeps the token and the ids, %s', async (_how, seen) => {
    const { result, paths } = await renewed({ '/link/token/get': seen })
    expect(result).toMatchObject({
      state: 'linked',
      secrets: null,
      providerConnectionId: 'item-1',
      consentExpiresAt: '2027-02-01T00:00:00.000Z',
    })
    expect(paths()).not.toContain('/item/public_token/exchange')
  })

  test('and does not succeed has changed nothing', async () => {
    expect((await renewed({ '/link/token/get': sessions() })).result).toEqual({ state: 'pending' })
    expect((await renewed({ '/link/token/get': sessions(left()) })).result).toEqual({
      state: 'exited',
    })
    const still = await renewed({
      '/link/token/get': finished,
      '/item/get': item({ error: login }),
    })
    expect(still.result).toMatchObject({
      state: 'exited',
      failure: { code: 'credentials_invalid' },
    })
  })
})
