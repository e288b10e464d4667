import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { callOptions } from '../support/caller.ts'
import type { LinkedYodlee } from '../support/linked-yodlee.ts'
import { linkFrame, openLinkedYodlee } from '../support/linked-yodlee.ts'

let linked: LinkedYodlee
beforeAll(async () => {
  linked = await openLinkedYodlee()
})
afterAll(() => linked.stop())
beforeEach(() => linked.sim('POST', '/__sim/reset'))

const { state } = linkFrame

/** A bank with a page of its own and a consent with an end. */
const withConsents = (more: object = {}) =>
  linked.script('Expired Bank', { authType: 'OAUTH', consent: 'UK', ...more })

describe('a new link', () => {
  test('opens the widget on our own page, for the chosen institution, with a token of minutes', async () => {
    const { url, page, expiresAt } = await linked.begin('Happy Bank')
    expect(url).toBe(linkFrame.pageUrl)
    const { widget, scriptUrl, parameters } = page!.reveal()
    expect([widget, scriptUrl]).toEqual([
      'fastlink',
      `${linked.yodleeUrl}/fastlink/v4/initialize.js`,
    ])
    expect(parameters).toEqual({
      fastLinkURL: `${linked.yodleeUrl}/authenticate/restserver/fastlink`,
      accessToken: expect.stringMatching(/^Bearer .+/),
      params: {
        configName: 'Aggregation',
        flow: 'add',
        providerId: await linked.numberOf('Happy Bank'),
      },
    })
    const lifeMs = Date.parse(expiresAt) - Date.now()
    expect(lifeMs).toBeGreaterThan(0)
    expect(lifeMs).toBeLessThanOrEqual(1_800_000)
    expect(JSON.stringify(page)).not.toContain('Bearer')
  })

  test('keeps what Yodlee read of the bank, and no token', async () => {
    const { accounts, kept, providerConnectionId } = await linked.linkBank('Happy Bank')
    expect(accounts.map(({ type, currency }) => [type, currency])).toEqual([
      ['checking', 'EUR'],
      ['savings', 'EUR'],
    ])
    expect(accounts[0]?.balances.map(({ kind }) => kind)).toEqual(['booked', 'available'])
    expect(JSON.parse(kept.reveal())).toEqual({
      v: 1,
      loginName: linkFrame.customerRef,
      providerAccountId: providerConnectionId,
    })
  })

  test('an institution with a page of its own, and one that asks for a code, are linked the same way', async () => {
    await withConsents()
    for (const bank of ['Expired Bank', 'MFA Bank'])
      expect((await linked.linkBank(bank)).accounts.length).toBeGreaterThan(0)
  })

  test('the institution chosen in the widget is told where it is another one', async () => {
    const started = await linked.provider.beginLink(linkFrame, callOptions())
    const page = started.page!.reveal()
    const providerId = await linked.numberOf('Happy Bank')
    Object.assign(page.parameters['params'] as object, { providerId })
    const result = await linked.complete(started, await linked.visit(started))
    expect(result).toMatchObject({
      state: 'linked',
      institution: { providerInstitutionId: providerId, name: 'Happy Bank' },
    })
  })

  test('before the person has done anything there is nothing to finish', async () => {
    const started = await linked.begin('Happy Bank')
    expect(await linked.complete(started, {})).toEqual({ state: 'pending' })
  })

  test('what a browser says is not believed: only what Yodlee shows counts', async () => {
    const started = await linked.begin('Happy Bank')
    const told = { state, providerAccountId: '999', requestId: 'x', status: 'SUCCESS' }
    expect(await linked.complete(started, told)).toEqual({ state: 'pending' })
    await linked.visit(started)
    expect((await linked.complete(started, told)).state).toBe('linked')
  })

  test('a link that the person finished is found although nobody came back', async () => {
    const started = await linked.begin('Happy Bank')
    await linked.visit(started)
    const [one, two] = [await linked.complete(started, {}), await linked.complete(started, {})]
    expect(one.state).toBe('linked')
    expect(two).toMatchObject({
      providerConnectionId: one.state === 'linked' ? one.providerConnectionId : '',
    })
  })

  test('a connection that was there before is not taken for the new one', async () => {
    await linked.linkBank('Happy Bank')
    const started = await linked.begin('Happy Bank')
    expect(await linked.complete(started, {})).toEqual({ state: 'pending' })
  })

  test('an answer with another state, or without one, finishes nothing', async () => {
    const started = await linked.begin('Happy Bank')
    const { state: _state, ...rest } = await linked.visit(started)
    expect(await linked.complete(started, { ...rest, state: 'x' })).toEqual({ state: 'expired' })
    expect(await linked.complete(started, rest)).toEqual({ state: 'expired' })
  })

  test('a person who closes the widget has left, and nothing failed', async () => {
    const started = await linked.begin('Happy Bank')
    const callback = await linked.visit(started, { deny: true })
    expect(await linked.complete(started, callback)).toEqual({ state: 'exited' })
  })

  test('a wrong password ends the flow with what was wrong once the person is back, not before', async () => {
    const started = await linked.begin('Happy Bank')
    const callback = await linked.visit(started, { password: 'wrong' })
    expect(await linked.complete(started, {})).toEqual({ state: 'pending' })
    expect(await linked.complete(started, callback)).toMatchObject({
      state: 'exited',
      failure: { code: 'credentials_invalid', providerCode: 'INCORRECT_CREDENTIALS' },
    })
  })

  test('a flow that nobody came back from takes no connection that another one has, or may be about to have', async () => {
    const left = await linked.begin('Happy Bank')
    const isLinking = { held: [], isLinking: true }
    const other = await linked.begin('Happy Bank')
    const callback = await linked.visit(other)
    expect(await linked.completeBeside(isLinking, left, {})).toEqual({ state: 'pending' })
    const made = await linked.completeBeside(isLinking, other, callback)
    expect(made.state).toBe('linked')
    const held = made.state === 'linked' ? [made.providerConnectionId] : []
    const beside = { held, isLinking: false }
    expect(await linked.completeBeside(beside, left, {})).toEqual({ state: 'pending' })
  })

  test('a widget configured wrongly is the matter of the operator', async () => {
    await linked.sim('PATCH', '/__sim/yodlee/settings', { configName: 'Another' })
    const started = await linked.begin('Happy Bank')
    const callback = await linked.visit(started)
    expect(callback['code']).toBe('E601')
    expect(await linked.complete(started, callback)).toMatchObject({
      failure: { code: 'operator_misconfigured', providerCode: 'E601' },
    })
    await linked.sim('PATCH', '/__sim/yodlee/settings', { configName: 'Aggregation' })
  })

  test('where users must be registered first, the tenant is registered on the way', async () => {
    await linked.sim('PATCH', '/__sim/yodlee/settings', { preRegistration: true })
    expect((await linked.linkBank('Happy Bank')).accounts.length).toBeGreaterThan(0)
  })
})

describe('a renewal', () => {
  const renewing = { ...linkFrame, reason: 'expired' } as const

  test('opens the widget on the connection, and is finished by a new attempt that succeeded', async () => {
    const { kept, providerConnectionId, accounts } = await linked.linkBank('Happy Bank')
    await linked.sim('POST', '/__sim/yodlee/drop', { what: 'consent' })
    const session = linked.open(kept)
    const started = await session.beginRenewal(renewing)
    expect(started.page!.reveal().parameters['params']).toEqual({
      configName: 'Aggregation',
      flow: 'edit',
      providerAccountId: providerConnectionId,
    })
    expect(await linked.complete(started, {}, session)).toEqual({ state: 'pending' })
    const callback = await linked.visit(started)
    const result = await linked.complete(started, callback, session)
    expect(result).toMatchObject({ state: 'linked', secrets: null, providerConnectionId })
    if (result.state === 'linked') expect(result.accounts).toHaveLength(accounts.length)
    expect(await linked.complete(started, callback, session)).toMatchObject({ state: 'linked' })
  })

  test('moves the end of the consent where the institution has one', async () => {
    await withConsents()
    const { kept, consentExpiresAt } = await linked.linkBank('Expired Bank')
    expect(consentExpiresAt).not.toBeNull()
    await linked.advance(86_400_000)
    const session = linked.open(kept)
    const started = await session.beginRenewal({ ...renewing, reason: 'expiring' })
    const result = await linked.complete(started, await linked.visit(started), session)
    if (result.state !== 'linked') throw new Error(result.state)
    expect(result.consentExpiresAt! > consentExpiresAt!).toBe(true)
  })

  test('left half-way changes nothing', async () => {
    const { kept } = await linked.linkBank('Happy Bank')
    const session = linked.open(kept)
    const started = await session.beginRenewal(renewing)
    const callback = await linked.visit(started, { deny: true })
    expect(await linked.complete(started, callback, session)).toEqual({ state: 'exited' })
    expect((await session.status()).health).toBe('ok')
  })

  test('for a question opens the widget at a refresh', async () => {
    const { kept } = await linked.linkBank('Happy Bank')
    const started = await linked.open(kept).beginRenewal({ ...linkFrame, reason: 'challenge' })
    expect(started.page!.reveal().parameters['params']).toMatchObject({ flow: 'refresh' })
  })
})

describe('the end of a connection', () => {
  test('a connection deleted elsewhere is told as gone, and can still be revoked', async () => {
    const { kept } = await linked.linkBank('Happy Bank')
    await linked.sim('POST', '/__sim/yodlee/drop', { what: 'connection' })
    await expect(linked.open(kept).status()).rejects.toMatchObject({
      failure: { code: 'connection_gone', scope: 'connection' },
    })
    await linked.open(kept).revoke()
  })

  test('an account taken away is gone for reading', async () => {
    const { kept, accounts } = await linked.linkBank('Happy Bank')
    const { providerAccountId } = accounts[0]!
    const account = Number(providerAccountId)
    await linked.sim('POST', '/__sim/yodlee/drop', { what: 'account', account })
    const reading = linked
      .open(kept)
      .pullLines({ providerAccountId, cursor: null, known: new Map() })
    await expect(reading).rejects.toMatchObject({ failure: { code: 'account_gone' } })
  })
})

describe('how a connection stands', () => {
  test('a failed refresh is told beside what can be read', async () => {
    const { kept } = await linked.linkBank('Happy Bank')
    await linked.sim('POST', '/__sim/yodlee/drop', {
      what: 'consent',
      additionalStatus: 'INCORRECT_CREDENTIALS',
    })
    expect(await linked.open(kept).status()).toMatchObject({
      health: 'ok',
      failure: { code: 'credentials_invalid' },
    })
  })

  test('without a permission nothing is read', async () => {
    await withConsents()
    const { kept } = await linked.linkBank('Expired Bank')
    await linked.sim('POST', '/__sim/yodlee/drop', { what: 'consent' })
    expect(await linked.open(kept).status()).toMatchObject({
      health: 'failing',
      failure: { code: 'consent_expired' },
    })
  })

  test('a consent for one time only, a bank that asks every time, and one that Yodlee does not read by itself need the person', async () => {
    await withConsents({ dataAccessFrequency: 'ONE_TIME' })
    await linked.script('MFA Bank', { mfaAt: 'refresh' })
    const banks = ['Happy Bank', 'Expired Bank', 'MFA Bank', 'Manual Bank']
    const allowed: boolean[] = []
    for (const bank of banks) {
      const { kept } = await linked.linkBank(bank)
      allowed.push((await linked.open(kept).status()).unattendedAllowed)
    }
    expect(allowed).toEqual([true, false, false, false])
  })

  test('a token that ends in the middle of a session is minted anew, once', async () => {
    const { kept } = await linked.linkBank('Happy Bank')
    const session = linked.open(kept)
    await session.status()
    await linked.advance(3_600_000)
    expect((await session.status()).health).toBe('ok')
  })
})

test('the catalogue shows how each institution can be used, and leaves out what is not supported', async () => {
  const { institutions } = await linked.provider.listInstitutions(null, callOptions())
  const named = (name: string) => institutions.find((each) => each.name === name)
  expect(named('Dag OAuth')).toMatchObject({ mfa: 'page' })
  expect(named('Dag Site Multilevel')).toMatchObject({ mfa: 'code', beta: false })
  expect(institutions.some(({ status }) => status === 'withdrawn')).toBe(false)
})
