import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ProviderSession } from '../../../activities/providers/provider.ts'
import { WebhookRefused } from '../../../activities/providers/provider.ts'
import { eventRefOf } from '../../../activities/providers/plaid/flow.ts'
import { hasReference } from '../../sandbox/reference.ts'
import { callOptions, openStore } from '../support/caller.ts'
import type { LinkedPlaid } from '../support/linked-plaid.ts'
import { openLinkedPlaid, state } from '../support/linked-plaid.ts'

let plaid: LinkedPlaid
beforeAll(async () => {
  plaid = await openLinkedPlaid({ webhookUrls: { plaid: 'http://127.0.0.1:9/hooks/plaid' } })
})
afterAll(() => plaid.stop())
beforeEach(() => plaid.sim('POST', '/__sim/reset'))

const hour = 3_600_000
const patch = (session: ProviderSession, change: object) =>
  plaid.sim('PATCH', `/__sim/plaid/connections/${session.providerConnectionId}`, change)
const linkedSession = async (bank?: string) => plaid.open((await plaid.link(bank)).secrets)
const attended = (session: ProviderSession) =>
  session.requestRefresh('attended', { providerAccountIds: [], idempotencyKey: 'run-1' })
const look = (session: ProviderSession, ref: string) =>
  session.refreshProgress(ref, { idempotencyKey: 'run-1' })

describe('a person', () => {
  test('comes back with our state and the bank that was chosen there', async () => {
    const { url, flow } = await plaid.begin()
    const callback = await plaid.visit(url, 'Happy Bank')
    expect(callback).toEqual({ state })
    expect(await plaid.complete(flow, callback)).toMatchObject({
      state: 'linked',
      institution: { name: 'Happy Bank' },
    })
  })

  test('who is asked for a code gives it there and is linked', async () => {
    const linked = await plaid.link('MFA Bank', [
      ['device', 'phone'],
      ['answer', '1234'],
    ])
    expect(linked.accounts.length).toBeGreaterThan(0)
  })

  test('who comes back twice is linked once: the second time the token is used up', async () => {
    const { url, flow } = await plaid.begin()
    const callback = await plaid.visit(url, 'Happy Bank')
    expect((await plaid.complete(flow, callback)).state).toBe('linked')
    expect(await plaid.complete(flow, callback)).toEqual({ state: 'expired' })
  })

  test('who renews keeps everything and gets a new end of the consent', async () => {
    const { secrets, providerConnectionId, accounts, consentExpiresAt } = await plaid.link()
    const session = plaid.open(secrets)
    await plaid.sim('POST', '/__sim/advance', { ms: 24 * hour })
    const { url, flow } = await plaid.renew(session, 'expiring')
    const result = await plaid.complete(flow, await plaid.visit(url, null), session)
    if (result.state !== 'linked') throw new Error(result.state)
    expect(result).toMatchObject({ secrets: null, providerConnectionId })
    const ids = (all: { providerAccountId: string }[]) => all.map((one) => one.providerAccountId)
    expect(ids(result.accounts)).toEqual(ids(accounts))
    expect(Date.parse(result.consentExpiresAt!)).toBeGreaterThan(Date.parse(consentExpiresAt!))
  })

  test('who leaves a renewal half-way has changed nothing', async () => {
    const session = await linkedSession()
    await patch(session, { error: 'ITEM_LOGIN_REQUIRED' })
    const { url, flow } = await plaid.renew(session, 'lost')
    expect(await plaid.complete(flow, { state }, session)).toEqual({ state: 'pending' })
    expect(await plaid.complete(flow, await plaid.leave(url), session)).toEqual({ state: 'exited' })
    expect(await session.status()).toMatchObject({
      health: 'failing',
      failure: { code: 'credentials_invalid', providerCode: 'ITEM_LOGIN_REQUIRED' },
    })
  })

  test('who repaired the login elsewhere has repaired it here', async () => {
    const session = await linkedSession()
    await patch(session, { error: 'ITEM_LOGIN_REQUIRED' })
    await patch(session, { repaired: true })
    const status = await session.status()
    expect(status).toMatchObject({ health: 'ok' })
    expect(status.failure).toBeUndefined()
  })
})

describe('a refresh', () => {
  const changeBank = (change: object) =>
    plaid.sim('PATCH', '/__sim/banks/Happy%20Bank', { plaid: change })

  test('is under way until the bank was read, and then done', async () => {
    await plaid.sim('PATCH', '/__sim/banks/Happy%20Bank', { syncMs: 10_000 })
    const session = await linkedSession()
    await plaid.sim('POST', '/__sim/advance', { ms: 60_000 })
    const started = await attended(session)
    if (started.state !== 'started') throw new Error(started.state)
    expect((await look(session, started.ref)).state).toBe('running')
    await plaid.sim('POST', '/__sim/advance', { ms: 11_000 })
    expect(await look(session, started.ref)).toEqual({ state: 'done' })
  })

  test.each(['unlicensed', 'unsupported'])(
    'that is %s is skipped, and reading goes on',
    async (refresh) => {
      await changeBank({ refresh })
      const { secrets, accounts } = await plaid.link()
      const session = plaid.open(secrets)
      expect(await attended(session)).toEqual({ state: 'skipped', reason: 'not_offered' })
      const store = openStore(true)
      await store.read(session, accounts[0]!.providerAccountId)
      expect(store.lines.size).toBeGreaterThan(0)
    },
  )

  test('of a bank that wants the person there is a page, after which the bank has been read', async () => {
    const { secrets } = await plaid.link('Manual Bank', [
      ['device', 'phone'],
      ['answer', '1234'],
    ])
    const session = plaid.open(secrets)
    expect(await session.status()).toMatchObject({ unattendedAllowed: false })
    await plaid.sim('POST', '/__sim/advance', { ms: 60_000 })
    const started = await attended(session)
    if (started.state !== 'challenge') throw new Error(started.state)
    expect(started.challenge.kind).toBe('page')
    const { url, flow } = await plaid.renew(session, 'challenge')
    const callback = await plaid.visit(url, null, [
      ['device', 'phone'],
      ['answer', '1234'],
    ])
    expect((await plaid.complete(flow, callback, session)).state).toBe('linked')
    expect(await look(session, started.ref)).toEqual({ state: 'done' })
  })

  test('of a login that no longer works tells so, and starts nothing again by itself', async () => {
    const session = await linkedSession()
    await patch(session, { error: 'ITEM_LOGIN_REQUIRED/OAUTH_CONSENT_EXPIRED' })
    await expect(attended(session)).rejects.toMatchObject({ failure: { code: 'consent_expired' } })
  })
})

describe('an event', () => {
  const fired = async (wish: object) => {
    const event = await plaid.sim('POST', '/__sim/plaid/webhooks', { action: 'fire', ...wish })
    const raw = {
      headers: { 'plaid-verification': event.signature },
      body: Buffer.from(event.body),
      url: '/hooks/plaid',
    }
    return () => plaid.provider.verifyWebhook(raw, { ...callOptions(), nowMs: Date.now() })
  }
  const news = {
    type: 'TRANSACTIONS',
    code: 'SYNC_UPDATES_AVAILABLE',
    fields: { initial_update_complete: true, historical_update_complete: true },
  }

  test('is believed, also after the keys were rotated, and names the connection', async () => {
    const { providerConnectionId } = await linkedSession()
    const expected = [{ kind: 'lines_available', providerConnectionId }]
    expect(await (await fired(news))()).toMatchObject(expected)
    await plaid.sim('POST', '/__sim/plaid/webhooks', { action: 'rotate' })
    expect(await (await fired(news))()).toMatchObject(expected)
  })

  test.each([
    { ageSeconds: 400 },
    { alteredBody: true },
    { foreignKey: true },
    { unknownKid: true },
    { algorithm: 'HS256' },
  ])('with the flaw %o is refused', async (flaws) => {
    await linkedSession()
    await expect((await fired({ ...news, flaws }))()).rejects.toThrow(WebhookRefused)
  })

  test('of a page names its flow as it was named when it began', async () => {
    const { flow, eventRef } = await plaid.begin()
    const { linkToken } = JSON.parse(flow.reveal()) as { linkToken: string }
    expect(eventRefOf(linkToken)).toBe(eventRef)
    const told = await fired({
      type: 'LINK',
      code: 'SESSION_FINISHED',
      fields: { link_token: linkToken, link_session_id: 's', status: 'EXITED', public_tokens: [] },
    })
    expect(await told()).toMatchObject([{ kind: 'link_finished', eventRef }])
  })
})

test('the catalogue is read to its end, each institution once', async () => {
  const ids: string[] = []
  let page: string | null = null
  for (let pages = 0; pages < 3; pages += 1) {
    const read = await plaid.provider.listInstitutions(page, callOptions())
    ids.push(...read.institutions.map(({ providerInstitutionId }) => providerInstitutionId))
    page = read.nextPage
    if (page === null) break
  }
  expect(new Set(ids).size).toBe(ids.length)
  expect(page).toBeNull()
  expect(ids.length).toBeGreaterThan(40)
})

test('whatever was said above fits the description of the provider', () => {
  if (!hasReference) console.warn('\n  !!! SKIPPED: nothing compared with the description !!!\n')
  expect(plaid.conformance.problems()).toEqual([])
})
