import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as oneTimeSecrets from '../../db/queries/one-time-secrets.ts'
import { withTenant } from '../../db/tenant.ts'
import { until } from '../../scripts/until.ts'
import { aConnection, anAccount } from './support/builders.ts'
import { receivedBy, steer, workflowOf } from './support/workflow-of.ts'
import type { World } from './support/world.ts'
import { createWorld } from './support/world.ts'

interface Begun {
  flow: { kind: string; url?: string }
}

let world: World

beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())

const returnUrl = 'https://erp.test/banks'

describe('synchronize now', () => {
  const sync = (id: string, body: unknown = {}, headers: Record<string, string> = {}) =>
    world.call<{ runId: string; joined: boolean; code?: string }>(
      'POST',
      `/v1/connections/${id}/syncs`,
      { body, headers },
    )

  test('starts a run that can be read at once, and a second click joins it', async () => {
    const id = await aConnection(world)
    const first = await sync(id)
    expect(first).toMatchObject({ status: 202, body: { joined: false } })
    const run = await world.call('GET', `/v1/runs/${first.body.runId}`)
    expect(run).toMatchObject({
      status: 200,
      body: { connectionId: id, cause: 'person', phase: 'accepted' },
    })
    const second = await sync(id)
    expect(second.body).toEqual({ runId: first.body.runId, joined: true })
  })

  test('fifty clicks at once make one run', async () => {
    const id = await aConnection(world)
    const answers = await Promise.all(Array.from({ length: 50 }, () => sync(id)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
    expect(new Set(answers.map(({ body }) => body.runId)).size).toBe(1)
    expect(answers.filter(({ body }) => !body.joined)).toHaveLength(1)
  })

  test('a call without a body works, as from a plain command line', async () => {
    const id = await aConnection(world)
    expect((await world.call('POST', `/v1/connections/${id}/syncs`)).status).toBe(202)
  })

  test('a used-up allowance is a 429 with the exact next time', async () => {
    const id = await aConnection(world)
    await sync(id)
    await steer(world, id, 'refuse:quota')
    const answer = await world.call('POST', `/v1/connections/${id}/syncs`, {
      body: {},
      headers: { 'accept-language': 'fr' },
    })
    expect(answer).toMatchObject({
      status: 429,
      body: { code: 'quota-exceeded', why: 'quota', until: '2027-01-02T03:04:05.000Z' },
    })
    expect(answer.body['detail']).toContain('2 janvier 2027')
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  test.each([
    'not_connected',
    'disconnected',
    'consent',
    'credentials',
    'account_choice',
    'blocked',
  ])(
    'a connection that refuses because of %s is a conflict that says what to do first',
    async (why) => {
      const id = await aConnection(world)
      await sync(id)
      await steer(world, id, `refuse:${why}`)
      const answer = await sync(id)
      expect(answer).toMatchObject({ status: 409, body: { code: 'conflict', why } })
    },
  )

  test('the address of the person present is kept encrypted for the run and never reaches Temporal', async () => {
    const id = await aConnection(world)
    const person = { ip: '203.0.113.77', userAgent: 'Firefox' }
    const { body } = await sync(id, { person })
    const kept = await withTenant(world.pool, world.a.tenantId, (tx) =>
      oneTimeSecrets.take({ tx, vault: world.deps.vault }, 'person', body.runId),
    )
    expect(JSON.parse(kept?.reveal() ?? '')).toEqual(person)
    expect(JSON.stringify(await workflowOf(world, id).fetchHistory())).not.toContain('203.0.113.77')
  })

  test('an address that is none is refused', async () => {
    const id = await aConnection(world)
    const answer = await world.call('POST', `/v1/connections/${id}/syncs`, {
      body: { person: { ip: 'home' } },
    })
    expect(answer.status).toBe(400)
    expect(JSON.stringify(answer.body['errors'])).toContain('/body/person/ip')
  })

  test('a workflow that has ended is started anew', async () => {
    const id = await aConnection(world)
    const first = await sync(id)
    await steer(world, id, 'end')
    await workflowOf(world, id).result()
    const second = await sync(id)
    expect(second).toMatchObject({ status: 202, body: { joined: false } })
    expect(second.body.runId).not.toBe(first.body.runId)
  })
})

describe('the other commands', () => {
  test('disconnecting and fetching accounts are handed to the workflow', async () => {
    const id = await aConnection(world)
    for (const [path, name] of [
      ['disconnections', 'disconnect'],
      ['account-refreshes', 'refreshAccounts'],
    ] as const) {
      const answer = await world.call<{ requestId: string }>(
        'POST',
        `/v1/connections/${id}/${path}`,
      )
      expect(answer.status).toBe(202)
      expect(await receivedBy(world, id)).toContainEqual({
        name,
        input: { requestId: answer.body.requestId },
      })
    }
  })

  test('what the workflow itself refuses is a conflict', async () => {
    const id = await aConnection(world)
    await world.call('POST', `/v1/connections/${id}/syncs`)
    await steer(world, id, 'refuse:blocked')
    await until(async () => (await receivedBy(world, id)).length > 1, {
      what: 'the steering',
      limitMs: 10_000,
    })
    const answer = await world.call('POST', `/v1/connections/${id}/disconnections`)
    expect(answer).toMatchObject({ status: 409, body: { code: 'conflict' } })
  })

  test('choices name accounts of this connection only; the journal travels along', async () => {
    const id = await aConnection(world)
    const accountId = await anAccount(world, id)
    const stranger = await anAccount(world, await aConnection(world))
    const path = `/v1/connections/${id}/account-choices`
    const wrong = await world.call('POST', path, {
      body: {
        choices: [
          { accountId, chosen: true },
          { accountId: stranger, chosen: true },
          { accountId: accountId.toUpperCase(), chosen: false },
        ],
      },
    })
    expect(wrong.status).toBe(400)
    expect(wrong.body['errors']).toMatchObject([
      { pointer: '/body/choices/1/accountId' },
      { pointer: '/body/choices/2/accountId', detail: 'named twice' },
    ])
    const choices = [{ accountId, chosen: true, journalRef: 'BNK1' }]
    const answer = await world.call<{ requestId: string }>('POST', path, { body: { choices } })
    expect(answer.status).toBe(202)
    expect(await receivedBy(world, id)).toEqual([
      { name: 'chooseAccounts', input: { requestId: answer.body.requestId, choices } },
    ])
  })

  test('credentials are updated while the provider knows the connection, also after the end of the consent', async () => {
    const body = { returnUrl }
    const connected = await aConnection(world)
    const renewal = await world.call<Begun>(
      'POST',
      `/v1/connections/${connected}/credential-updates`,
      { body },
    )
    expect(renewal).toMatchObject({
      status: 202,
      body: { flow: { kind: 'renewal', state: 'waiting' } },
    })
    expect(renewal.body.flow.url).toContain('https://bank.test/')
    const ended = await aConnection(world, world.a, {
      state: 'disconnected',
      disconnectReason: 'consent',
    })
    expect(
      (await world.call('POST', `/v1/connections/${ended}/credential-updates`, { body })).status,
    ).toBe(202)
    const gone = await aConnection(world, world.a, {
      state: 'disconnected',
      disconnectReason: 'gone',
    })
    const refused = await world.call('POST', `/v1/connections/${gone}/credential-updates`, { body })
    expect(refused).toMatchObject({ status: 409, body: { code: 'conflict' } })
  })

  test('reconnecting needs a disconnected connection, and support’s own word where support closed it', async () => {
    const body = { returnUrl }
    const connected = await aConnection(world)
    expect(
      (await world.call('POST', `/v1/connections/${connected}/reconnects`, { body })).status,
    ).toBe(409)
    const gone = await aConnection(world, world.a, {
      state: 'disconnected',
      disconnectReason: 'gone',
    })
    const again = await world.call<Begun>('POST', `/v1/connections/${gone}/reconnects`, { body })
    expect(again).toMatchObject({ status: 202, body: { flow: { kind: 'reconnect' } } })
    expect((await receivedBy(world, gone))[0]).toMatchObject({ name: 'reconnect' })
    const closed = await aConnection(world, world.a, {
      state: 'disconnected',
      disconnectReason: 'support',
    })
    const refused = await world.call('POST', `/v1/connections/${closed}/reconnects`, { body })
    expect(refused).toMatchObject({ status: 409, body: { why: 'support' } })
    expect(refused.body['detail']).toContain(world.a.clientId)
  })

  test('a first link flow that was never finished can be begun again', async () => {
    const id = await aConnection(world, world.a, { state: 'not_connected' })
    const answer = await world.call<Begun>('POST', `/v1/connections/${id}/reconnects`, {
      body: { returnUrl },
    })
    expect(answer).toMatchObject({ status: 202, body: { flow: { kind: 'link' } } })
    expect((await receivedBy(world, id))[0]).toMatchObject({ name: 'beginLink' })
  })
})
