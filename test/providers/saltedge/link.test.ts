import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { LinkResult } from '../../../activities/providers/provider.ts'
import { ProviderError } from '../../../activities/providers/provider.ts'
import type { Json } from '../../sandbox/client.ts'
import type { LinkedSaltEdge } from '../support/linked-saltedge.ts'
import { flowFrame, openLinkedSaltEdge, state } from '../support/linked-saltedge.ts'

let linked: LinkedSaltEdge
beforeAll(async () => {
  linked = await openLinkedSaltEdge()
})
afterAll(() => linked.stop())
beforeEach(() => linked.sim('POST', '/__sim/reset'))

const dayMs = 86_400_000

const connections = async (): Promise<Json[]> =>
  (await linked.sim('GET', '/__sim/saltedge/connections')).connections

/** The last body that was sent to an endpoint. */
const lastBody = async (endpoint: string): Promise<Json> => {
  const { requests } = await linked.sim('GET', '/__sim/requests')
  const sent = requests.filter((request: Json) => request.endpoint === `saltedge/${endpoint}`)
  return JSON.parse(sent.at(-1).body).data
}

describe('a new link', () => {
  test('sends the person to the chosen bank and keeps what the person approved', async () => {
    const { url, flow, expiresAt, eventRef } = await linked.begin('Happy Bank')
    expect(await (await fetch(url)).text()).toContain('Happy Bank')
    expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now())
    expect(eventRef).toMatch(/^[0-9a-f]{64}$/)
    const callback = await linked.decide(url, 'approve')
    expect(callback).toEqual({ state, connection_id: expect.stringMatching(/^\d+$/) })
    const result = await linked.complete(flow, callback)
    if (result.state !== 'linked') throw new Error(result.state)
    expect(result.providerConnectionId).toBe(callback['connection_id'])
    expect(result.institution).toMatchObject({ name: 'Happy Bank' })
    expect(result.accounts.map(({ currency }) => currency)).toEqual(['EUR', 'EUR'])
    expect(Date.parse(result.consentExpiresAt!)).toBeGreaterThan(Date.now() + 80 * dayMs)
    expect(JSON.parse(result.secrets!.reveal())).toEqual({
      v: 1,
      customerId: expect.any(String),
      connectionId: result.providerConnectionId,
    })
  })

  test('leaves the schedule to us, and asks for no more than the institution allows', async () => {
    await linked.link()
    expect((await connections())[0].automatic_refresh).toBe(false)
    const sent = await lastBody('connect')
    expect(sent).toMatchObject({
      automatic_refresh: false,
      consent: { scopes: ['accounts', 'transactions'] },
      attempt: { unduplication_strategy: 'mark_as_pending', locale: 'en' },
      widget: { skip_provider_selection: true },
    })
    const days = (Date.now() - Date.parse(sent.consent.from_date)) / dayMs
    expect(days).toBeGreaterThanOrEqual(89)
    expect(sent.consent.period_days).toBeGreaterThan(0)
  })

  test('tells Salt Edge the flow by a name from which nobody finds the state', async () => {
    const { eventRef } = await linked.begin('Happy Bank')
    const { attempt } = await lastBody('connect')
    expect(attempt.custom_fields).toEqual({ flow: eventRef })
    expect(eventRef).not.toContain(state)
  })

  test('makes one customer per tenant, however many banks are linked', async () => {
    const customerOf = (result: { secrets: { reveal: () => string } }): string =>
      JSON.parse(result.secrets.reveal()).customerId
    const one = await linked.link('Happy Bank')
    const two = await linked.link(await linked.newBank({ mode: 'oauth' }))
    expect(customerOf(two)).toBe(customerOf(one))
    await linked.begin('Happy Bank', { customerRef: 'another-tenant' })
    expect((await lastBody('connect')).customer_id).not.toBe(customerOf(one))
  })

  test('lets the person choose the bank on the page where none was chosen before', async () => {
    const { url } = await linked.begin(null)
    expect(await (await fetch(url)).text()).toContain('Choose your bank')
    expect((await lastBody('connect')).widget).not.toHaveProperty('skip_provider_selection')
  })

  test('of a bank that is turned off says so at once', async () => {
    await expect(linked.begin(await linked.newBank({ status: 'disabled' }))).rejects.toSatisfy(
      (error) => error instanceof ProviderError && error.failure.code === 'institution_unsupported',
    )
  })

  test('is pending until the first fetch has ended', async () => {
    await linked.behave('Happy Bank', {}, { syncMs: 60_000 })
    const { url, flow } = await linked.begin('Happy Bank')
    const callback = await linked.decide(url, 'approve')
    expect(await linked.complete(flow, callback)).toEqual({ state: 'pending' })
    await linked.sim('POST', '/__sim/advance', { ms: 61_000 })
    expect((await linked.complete(flow, callback)).state).toBe('linked')
  })

  test('finished twice is the same link', async () => {
    const { url, flow } = await linked.begin('Happy Bank')
    const callback = await linked.decide(url, 'approve')
    const [one, two] = [
      await linked.complete(flow, callback),
      await linked.complete(flow, callback),
    ]
    expect({ ...two, secrets: null }).toEqual({ ...one, secrets: null })
  })
})

describe('a person who does not finish', () => {
  const ending = async (decision: Parameters<LinkedSaltEdge['decide']>[1]): Promise<LinkResult> => {
    const { url, flow } = await linked.begin('Happy Bank')
    return linked.complete(flow, await linked.decide(url, decision))
  }

  test('and says no has left, and nothing failed', async () => {
    expect(await ending('deny')).toEqual({ state: 'exited' })
  })

  test('and only closes the page is waited for', async () => {
    expect(await ending('close')).toEqual({ state: 'pending' })
  })

  test('because the login is wrong is told that', async () => {
    expect(await ending('wrong-password')).toMatchObject({
      state: 'exited',
      failure: { code: 'credentials_invalid', providerCode: 'InvalidCredentials' },
    })
  })

  test('because the code is wrong is told that', async () => {
    const { url, flow } = await linked.begin('MFA Bank')
    const callback = await linked.decide(url, 'wrong-code')
    expect(await linked.complete(flow, callback)).toMatchObject({
      state: 'exited',
      failure: { code: 'mfa_required', reason: 'wrong_answer' },
    })
  })
})

describe('the browser is not believed', () => {
  test('when it brings another state', async () => {
    const { url, flow } = await linked.begin('Happy Bank')
    const callback = await linked.decide(url, 'approve')
    expect(await linked.complete(flow, { ...callback, state: 'another' })).toEqual({
      state: 'expired',
    })
  })

  test('when it brings the connection of another tenant, or one that does not exist', async () => {
    const { url } = await linked.begin('Happy Bank', { customerRef: 'another-tenant' })
    const { connection_id: foreign } = await linked.decide(url, 'approve')
    const { flow } = await linked.begin('Happy Bank')
    for (const connection_id of [foreign!, '1', '../customers/1'])
      expect(await linked.complete(flow, { state, connection_id })).toEqual({ state: 'expired' })
  })

  test('when it brings an id without the state: the flow’s own connection is looked for instead', async () => {
    const { connection_id: other } = await linked.decide(
      (await linked.begin(await linked.newBank({ mode: 'oauth' }))).url,
      'approve',
    )
    const { url, flow } = await linked.begin('Happy Bank', {
      state: 'a-second-state-of-32-characters',
    })
    const { connection_id: own } = await linked.decide(url, 'approve')
    expect(await linked.complete(flow, { connection_id: other! })).toMatchObject({
      state: 'linked',
      providerConnectionId: own,
    })
  })

  test('and needs not bring anything: the person who never came back is linked as well', async () => {
    await linked.behave('Happy Bank', { hidesConnectionId: true })
    const { url, flow } = await linked.begin('Happy Bank')
    expect(await linked.complete(flow, {})).toEqual({ state: 'pending' })
    const callback = await linked.decide(url, 'approve')
    expect(callback).toEqual({ state })
    expect((await linked.complete(flow, callback)).state).toBe('linked')
    expect((await linked.complete(flow, {})).state).toBe('linked')
  })
})

test('the same login linked twice is the connection that is there already', async () => {
  const first = await linked.link()
  const { url, flow } = await linked.begin('Happy Bank')
  const callback = await linked.decide(url, 'approve')
  expect(callback['error_class']).toBe('ConnectionDuplicated')
  expect(await linked.complete(flow, callback)).toMatchObject({
    state: 'linked',
    providerConnectionId: first.providerConnectionId,
  })
})

describe('a renewal', () => {
  const renew = async (
    result: { secrets: Parameters<LinkedSaltEdge['open']>[0] },
    reason: 'expiring' | 'expired' | 'requested' | 'lost' = 'expiring',
  ) => {
    const session = linked.open(result.secrets)
    const { url, flow } = await session.beginRenewal({ ...flowFrame, reason })
    return { session, url, flow }
  }

  test('brings a new consent to the same connection, read back and not computed', async () => {
    const first = await linked.link()
    await linked.sim('POST', '/__sim/advance', { ms: 40 * dayMs })
    const { session, url, flow } = await renew(first)
    expect(await linked.complete(flow, {}, session)).toEqual({ state: 'pending' })
    const callback = await linked.decide(url, 'approve')
    const result = await linked.complete(flow, callback, session)
    expect(result).toMatchObject({
      state: 'linked',
      secrets: null,
      providerConnectionId: first.providerConnectionId,
    })
    if (result.state !== 'linked') throw new Error(result.state)
    const gainedMs = Date.parse(result.consentExpiresAt!) - Date.parse(first.consentExpiresAt!)
    expect(gainedMs).toBeGreaterThan(39 * dayMs)
    expect(await linked.complete(flow, callback, session)).toEqual(result)
    expect((await connections())[0].automatic_refresh).toBe(false)
  })

  test('that is left half-way changes nothing', async () => {
    const first = await linked.link()
    const { session, url, flow } = await renew(first)
    await linked.decide(url, 'close')
    expect(await linked.complete(flow, { state }, session)).toEqual({ state: 'pending' })
    expect((await session.status()).consentExpiresAt).toBe(first.consentExpiresAt)
  })

  test('that the person declines has ended', async () => {
    const { session, url, flow } = await renew(await linked.link())
    const callback = await linked.decide(url, 'deny')
    expect(await linked.complete(flow, callback, session)).toEqual({ state: 'exited' })
  })

  test('is not what a refresh brings meanwhile', async () => {
    const { session, url, flow } = await renew(await linked.link())
    await linked.behave('Happy Bank', { refreshTimeout: 0 })
    await session.requestRefresh('unattended', { providerAccountIds: [], idempotencyKey: 'run-1' })
    expect(await linked.complete(flow, { state }, session)).toEqual({ state: 'pending' })
    // and a refresh after it does not hide it
    await linked.decide(url, 'approve')
    await session.requestRefresh('unattended', { providerAccountIds: [], idempotencyKey: 'run-2' })
    expect((await linked.complete(flow, { state }, session)).state).toBe('linked')
  })

  test('is not what another renewal of the same connection brings', async () => {
    const { session, url, flow } = await renew(await linked.link())
    const frame = { ...flowFrame, state: 'another-state-of-32-characters!!' }
    const forgotten = await session.beginRenewal({ ...frame, reason: 'expiring' })
    const callback = await linked.decide(url, 'approve')
    expect(await linked.complete(forgotten.flow, {}, session)).toEqual({ state: 'pending' })
    expect((await linked.complete(flow, callback, session)).state).toBe('linked')
  })

  test('of a connection whose consent was revoked makes it readable again', async () => {
    const first = await linked.link()
    await linked.sim('POST', '/__sim/saltedge/drop', {
      what: 'consent',
      connection: first.providerConnectionId,
    })
    const { session, url, flow } = await renew(first, 'expired')
    await expect(session.status()).rejects.toSatisfy(
      (error) => error instanceof ProviderError && error.failure.code === 'consent_expired',
    )
    await linked.complete(flow, await linked.decide(url, 'approve'), session)
    expect(await session.status()).toMatchObject({ health: 'ok' })
  })

  test('belongs to its connection and is finished by no other', async () => {
    const [one, two] = [
      await linked.link('Happy Bank'),
      await linked.link(await linked.newBank({ mode: 'oauth' })),
    ]
    const { url, flow } = await renew(one)
    const callback = await linked.decide(url, 'approve')
    const other = linked.open(two.secrets)
    expect(await linked.complete(flow, callback, other)).toEqual({ state: 'expired' })
    expect(await linked.complete(flow, callback, null)).toEqual({ state: 'expired' })
  })
})

test('a flow that cannot be read is a defect, told without its content', async () => {
  const { Secret } = await import('../../../domain/secret.ts')
  const completing = linked.complete(new Secret('{"canary":1}'), {})
  await expect(completing).rejects.toSatisfy(
    (error) => error instanceof ProviderError && !JSON.stringify(error).includes('canary'),
  )
})
