import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { LinkResult } from '../../../activities/providers/provider.ts'
import { callOptions } from '../support/caller.ts'
import type { Kept, Linked } from '../support/linked-ponto.ts'
import { flowFrame, openLinked, returnUrl, state } from '../support/linked-ponto.ts'

let linked: Linked
beforeAll(async () => {
  linked = await openLinked()
})
afterAll(() => linked.stop())
beforeEach(() => linked.sim('POST', '/__sim/reset'))

const renewing = { state, returnUrl, locale: 'nl', reason: 'expiring', ...flowFrame } as const

describe('a new link', () => {
  test('sends the person to the chosen bank and keeps what the person approved', async () => {
    const { url, flow, expiresAt } = await linked.begin('Happy Bank')
    expect(await (await fetch(url)).text()).toContain('Happy Bank')
    expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now())
    const result = await linked.complete(flow, await linked.decide(url, 'approve'))
    if (result.state !== 'linked') throw new Error(result.state)
    expect(result.accounts.map(({ type, currency }) => [type, currency])).toEqual([
      ['checking', 'EUR'],
      ['savings', 'EUR'],
    ])
    expect(Date.parse(result.consentExpiresAt!)).toBeGreaterThan(Date.now() + 80 * 86_400_000)
    expect(result.accounts[0]?.balances.map(({ kind }) => kind)).toEqual(['booked', 'available'])
    expect(JSON.stringify(result)).not.toContain('accessToken')
  })

  test('the secret verifier stays with us: the page sees its challenge only', async () => {
    const { url, flow } = await linked.begin('Happy Bank')
    const { verifier } = JSON.parse(flow.reveal())
    expect(url).not.toContain(verifier)
    expect(new URL(url).searchParams.get('code_challenge_method')).toBe('S256')
  })

  test('a person who says no has left, and nothing failed', async () => {
    const { url, flow } = await linked.begin('Happy Bank')
    expect(await linked.complete(flow, await linked.decide(url, 'deny'))).toEqual({
      state: 'exited',
    })
  })

  test('a refusal that the person did not cause says who must act', async () => {
    const { flow } = await linked.begin('Happy Bank')
    const refused = (error: string) => linked.complete(flow, { state, error })
    expect(await refused('unauthorized_client')).toMatchObject({
      state: 'exited',
      failure: { code: 'operator_misconfigured' },
    })
    expect(await refused('server_error')).toMatchObject({
      failure: { code: 'provider_unavailable' },
    })
    expect(await refused('somethingNew')).toEqual({ state: 'exited' })
  })

  test('a code that comes with another state, or with none, is not used', async () => {
    const { url, flow } = await linked.begin('Happy Bank')
    const { code } = await linked.decide(url, 'approve')
    expect(await linked.complete(flow, { code: code!, state: 'another' })).toEqual({
      state: 'expired',
    })
    expect(await linked.complete(flow, { code: code! })).toEqual({ state: 'expired' })
    expect((await linked.complete(flow, { code: code!, state })).state).toBe('linked')
  })

  test('a code is good once; used again it means: begin anew', async () => {
    const { url, flow } = await linked.begin('Happy Bank')
    const callback = await linked.decide(url, 'approve')
    await linked.complete(flow, callback)
    expect(await linked.complete(flow, callback)).toEqual({ state: 'expired' })
  })

  test('before the person comes back there is nothing to finish', async () => {
    const { flow } = await linked.begin('Happy Bank')
    expect(await linked.complete(flow, {})).toEqual({ state: 'pending' })
  })

  test('an organization that Ponto has not accepted yet waits, and is linked once it is', async () => {
    await linked.sim('PATCH', '/__sim/banks/Happy%20Bank', { onboardingComplete: false })
    const { url, flow } = await linked.begin('Happy Bank')
    const waiting = await linked.complete(flow, await linked.decide(url, 'approve'))
    if (waiting.state !== 'pending' || !waiting.flow) throw new Error(waiting.state)
    expect((await linked.complete(waiting.flow, {})).state).toBe('pending')
    const { organizations } = await linked.sim('GET', '/__sim/organizations')
    await linked.sim('PATCH', `/__sim/organizations/${organizations[0].id}`, {
      onboardingComplete: true,
    })
    const done = await linked.complete(waiting.flow, {})
    expect(done.state).toBe('linked')
  })
})

const consentEnd = (result: LinkResult): string | null =>
  result.state === 'linked' ? result.consentExpiresAt : null

describe('a renewal', () => {
  const arrange = async (days: number) => {
    const { kept, consentExpiresAt, accounts } = await linked.link()
    await linked.sim('POST', '/__sim/advance', { ms: days * 86_400_000 })
    // the sandbox's clock is ahead of ours, so its token is dead although it looks fresh
    const session = linked.open(kept)
    await session.status()
    return { kept, session, consentExpiresAt, accounts }
  }

  test('moves the end of the consent and keeps the secrets and the accounts', async () => {
    const { session, consentExpiresAt, accounts } = await arrange(20)
    const { url, flow } = await session.beginRenewal(renewing)
    expect(await linked.complete(flow, {}, session)).toEqual({ state: 'pending' })
    const callback = await linked.decide(url, 'approve')
    expect(callback['state']).toBe(state)
    const result = await linked.complete(flow, callback, session)
    expect(result).toMatchObject({ state: 'linked', secrets: null })
    expect(consentEnd(result)! > consentExpiresAt!).toBe(true)
    if (result.state === 'linked') expect(result.accounts).toHaveLength(accounts.length)
  })

  test('works also after the consent has ended', async () => {
    await linked.sim('PATCH', '/__sim/banks/Happy%20Bank', { consentDays: 10 })
    const { session } = await arrange(12)
    await linked.sim('POST', '/__sim/advance', { ms: 6 * 3_600_000 })
    expect((await session.status()).accounts[0]?.failure?.code).toBe('consent_expired')
    const { url, flow } = await session.beginRenewal({ ...renewing, reason: 'expired' })
    const result = await linked.complete(flow, await linked.decide(url, 'approve'), session)
    expect(result.state).toBe('linked')
    expect((await session.status()).accounts[0]?.failure).toBeUndefined()
  })

  test('that the person refuses changes nothing', async () => {
    const { session } = await arrange(20)
    const { url, flow } = await session.beginRenewal(renewing)
    const callback = await linked.decide(url, 'deny')
    expect(await linked.complete(flow, callback, session)).toEqual({ state: 'exited' })
  })

  test('asks first for the account that lost its consent', async () => {
    const { session, accounts } = await arrange(1)
    const [, second] = accounts
    await linked.sim('POST', '/__sim/drop', { account: second!.providerAccountId, what: 'consent' })
    const { flow } = await session.beginRenewal(renewing)
    expect(JSON.parse(flow.reveal()).accountId).toBe(second!.providerAccountId)
  })

  test('of a lost grant is the whole flow again', async () => {
    const { session } = await arrange(1)
    const { url, flow } = await session.beginRenewal({ ...renewing, reason: 'lost' })
    expect(JSON.parse(flow.reveal()).kind).toBe('oauth')
    expect(new URL(url).pathname).toBe('/oauth2/auth')
  })

  test('of a connection without accounts means that it is gone', async () => {
    const { session, accounts } = await arrange(1)
    for (const { providerAccountId } of accounts)
      await linked.sim('POST', '/__sim/drop', { account: providerAccountId, what: 'account' })
    await expect(session.beginRenewal(renewing)).rejects.toMatchObject({
      failure: { code: 'connection_gone' },
    })
  })
})

describe('the end of a connection', () => {
  const organizations = async () => (await linked.sim('GET', '/__sim/organizations')).organizations

  const lost = (kept: Kept): Kept => {
    const content = JSON.parse(kept.secrets.reveal())
    const secrets = { ...content, refreshToken: 'dead', accessToken: 'dead' }
    return {
      ...kept,
      secrets: Object.assign(kept.secrets, { reveal: () => JSON.stringify(secrets) }),
    }
  }

  test('is told to Ponto, also when our tokens are dead', async () => {
    const { kept } = await linked.link()
    await linked.open(lost(kept)).revoke()
    expect(await organizations()).toEqual([])
  })

  test('that Ponto knows already is success', async () => {
    const { kept, providerConnectionId } = await linked.link()
    await linked.sim('POST', '/__sim/drop', {
      organization: providerConnectionId,
      what: 'integration',
    })
    await linked.open(kept).revoke()
  })

  test('is not taken for done while Ponto does not answer', async () => {
    const { kept } = await linked.link()
    await linked.sim('POST', '/__sim/fail-next', { endpoint: 'integration', status: 503 })
    await expect(linked.open(kept).revoke()).rejects.toMatchObject({
      failure: { code: 'provider_unavailable' },
    })
    expect(await organizations()).toHaveLength(1)
  })

  test('is complete where Ponto says that the token died with the integration', async () => {
    const { kept } = await linked.link()
    const dead = { endpoint: 'revoke', status: 400, code: 'invalid_grant' }
    await linked.sim('POST', '/__sim/fail-next', dead)
    await linked.open(kept).revoke()
  })

  test('is tried again while the token may still live', async () => {
    const { kept } = await linked.link()
    await linked.sim('POST', '/__sim/fail-next', { endpoint: 'revoke', status: 503 })
    await expect(linked.open(kept).revoke()).rejects.toMatchObject({
      failure: { code: 'provider_unavailable' },
    })
    await linked.open(kept).revoke()
  })
})

describe('the catalogue of institutions', () => {
  test('is read page by page to its end, without what is no longer offered', async () => {
    await linked.sim('PATCH', '/__sim/banks/Slow%20Bank', { deprecated: true })
    const found = []
    let page: string | null = null
    do {
      const answer = await linked.provider.listInstitutions(page, callOptions())
      found.push(...answer.institutions)
      page = answer.nextPage
    } while (page !== null && found.length < 1_000)
    const names = found.map(({ name }) => name)
    expect(names).toContain('Happy Bank')
    expect(names).not.toContain('Slow Bank')
    expect(new Set(names).size).toBe(names.length)
    expect(found.find(({ name }) => name === 'Beta Bank')).toMatchObject({
      beta: true,
      consentDays: 180,
      mfa: 'page',
      status: 'available',
    })
  })
})
