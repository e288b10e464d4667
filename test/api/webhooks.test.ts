import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as webhooks from '../../db/queries/webhooks.ts'
import { withTenant } from '../../db/tenant.ts'
import { aConnection, storeInstitution } from './support/builders.ts'
import { receivedBy } from './support/workflow-of.ts'
import type { World } from './support/world.ts'
import { createWorld } from './support/world.ts'

let world: World

beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())

const eventOf = (ref: string) => ({
  kind: 'lines_available',
  providerConnectionId: ref,
  at: '2026-11-21T10:00:00.000Z',
  dedupeKey: randomUUID(),
})

const send = (body: unknown, { signature = 'good', path = '/hooks/ponto' } = {}) =>
  world.call('POST', path, { key: null, body, headers: { 'x-signature': signature } })

const routed = async (): Promise<{ id: string; ref: string }> => {
  const id = await aConnection(world)
  const ref = randomUUID()
  await withTenant(world.pool, world.a.tenantId, (tx) =>
    webhooks.setRoutes(tx, { provider: 'ponto', connectionId: id, refs: [ref] }),
  )
  return { id, ref }
}

test('a webhook without a valid signature is refused and leaves nothing behind', async () => {
  const { ref } = await routed()
  const one = eventOf(ref)
  expect(await send([one], { signature: 'bad' })).toMatchObject({
    status: 401,
    body: { code: 'unauthenticated' },
  })
  // the same event, rightly signed, is new
  expect(await send([one])).toMatchObject({ status: 200, body: { repeated: 0 } })
})

test('a provider that is not offered here has no address', async () => {
  expect((await send([], { path: '/hooks/other' })).status).toBe(404)
})

test('a webhook wakes the connection it speaks of, and its repetition does not', async () => {
  const { id, ref } = await routed()
  await world.call('POST', `/v1/connections/${id}/syncs`)
  const one = eventOf(ref)
  expect(await send([one])).toMatchObject({
    status: 200,
    body: { woken: 1, repeated: 0, parked: 0 },
  })
  expect(await send([one])).toMatchObject({ status: 200, body: { woken: 0, repeated: 1 } })
  const events = (await receivedBy(world, id)).filter(({ name }) => name === 'providerEvent')
  expect(events).toEqual([{ name: 'providerEvent', input: { kind: 'lines_available' } }])
})

test('an event that a person has finished leads to a look at the open flow, found by what the provider calls it', async () => {
  await storeInstitution(world)
  const wanted = { provider: 'ponto', institutionId: 'happy-bank', returnUrl: 'https://erp.test/' }
  const { body } = await world.call<{ connection: { id: string }; flow: { id: string } }>(
    'POST',
    '/v1/connections',
    { body: wanted },
  )
  const { connection, flow } = body
  const eventRef = randomUUID()
  await withTenant(world.pool, world.a.tenantId, (tx) =>
    webhooks.addRoute(tx, { provider: 'ponto', connectionId: connection.id, ref: eventRef }),
  )
  const one = { kind: 'link_finished', eventRef, at: eventOf('').at, dedupeKey: randomUUID() }
  expect(await send([one])).toMatchObject({ status: 200, body: { woken: 1 } })
  expect(await receivedBy(world, connection.id)).toContainEqual({
    name: 'credentialsUpdated',
    input: { flowId: flow.id },
  })
})

test('many events of one notification tell each connection once', async () => {
  const known = [await routed(), await routed(), await routed()]
  for (const { id } of known) await world.call('POST', `/v1/connections/${id}/syncs`)
  const events = Array.from({ length: 100 }, (_, index) => eventOf(known[index % 3]!.ref))
  const [again] = events
  const strangers = Array.from({ length: 50 }, () => eventOf(randomUUID()))
  expect(await send([...events, again, ...strangers])).toMatchObject({
    status: 200,
    body: { woken: 3, repeated: 1, parked: 50 },
  })
  for (const { id } of known)
    expect((await receivedBy(world, id)).filter(({ name }) => name === 'providerEvent')).toEqual([
      { name: 'providerEvent', input: { kind: 'lines_available' } },
    ])
  expect((await send([...events, ...strangers])).body).toMatchObject({ woken: 0, repeated: 150 })
})

test('an event that names only the customer wakes all its connections, and nobody else', async () => {
  const [one, other] = [await routed(), await routed()]
  for (const { id } of [one, other]) await world.call('POST', `/v1/connections/${id}/syncs`)
  const event = { kind: 'lines_available', at: '2026-11-21T10:00:00.000Z', dedupeKey: randomUUID() }
  const { body } = await send([{ ...event, customerRef: world.a.tenantId }])
  expect(Number(body['woken'])).toBeGreaterThanOrEqual(2)
  for (const { id } of [one, other])
    expect(await receivedBy(world, id)).toContainEqual({
      name: 'providerEvent',
      input: { kind: 'lines_available' },
    })
  const stranger = { ...event, dedupeKey: randomUUID(), customerRef: world.b.tenantId }
  expect((await send([stranger])).body).toMatchObject({ woken: 0 })
})

test('a connection without a running workflow needs no waking', async () => {
  const { ref } = await routed()
  expect((await send([eventOf(ref)])).status).toBe(200)
})

test('an event of a connection not known yet is parked', async () => {
  const ref = randomUUID()
  const one = eventOf(ref)
  expect(await send([one])).toMatchObject({ status: 202, body: { parked: 1 } })
  expect(await webhooks.parked(world.pool, 'ponto', [ref])).toEqual([
    { dedupeKey: one.dedupeKey, kind: 'lines_available' },
  ])
})

test.each(['ignored', 'progress'])(
  'an event that brings nothing to read is taken and followed by nothing: %s',
  async (kind) => {
    const { ref } = await routed()
    expect(await send([{ ...eventOf(ref), kind }])).toMatchObject({
      status: 200,
      body: { woken: 0, parked: 0 },
    })
  },
)

test('secret and type in the address lead to the same place', async () => {
  const { ref } = await routed()
  expect((await send([eventOf(ref)], { path: '/hooks/ponto/s3cret/success' })).status).toBe(200)
})

test('while Temporal is away the webhook is refused for now, and its repetition counts', async () => {
  const ref = randomUUID()
  const away = await createWorld({
    withoutWorker: true,
    deps: {
      temporal: {
        workflow: { getHandle: () => ({ signal: () => Promise.reject(unavailable()) }) },
        withDeadline: (_at: number, work: () => unknown) => work(),
      } as never,
    },
  })
  const id = await aConnection(away)
  await withTenant(away.pool, away.a.tenantId, (tx) =>
    webhooks.setRoutes(tx, { provider: 'ponto', connectionId: id, refs: [ref] }),
  )
  const body = [eventOf(ref)]
  const answer = () =>
    away.call('POST', '/hooks/ponto', { key: null, body, headers: { 'x-signature': 'good' } })
  const first = await answer()
  expect(first).toMatchObject({ status: 503, body: { code: 'service-unavailable' } })
  expect(first.headers.get('retry-after')).toBe('5')
  expect((await answer()).status).toBe(503)
  await away.close()
})

test('of many connections those that could not be told are told by the repetition, and only those', async () => {
  const told: string[] = []
  let isBroken = true
  const half = await createWorld({
    withoutWorker: true,
    deps: {
      temporal: {
        workflow: {
          getHandle: (workflowId: string) => ({
            signal: async () => {
              if (isBroken && told.length >= 3) throw unavailable()
              told.push(workflowId)
            },
          }),
        },
        withDeadline: (_at: number, work: () => unknown) => work(),
      } as never,
    },
  })
  const events: ReturnType<typeof eventOf>[] = []
  for (let count = 0; count < 5; count += 1) {
    const [id, ref] = [await aConnection(half), randomUUID()]
    await withTenant(half.pool, half.a.tenantId, (tx) =>
      webhooks.setRoutes(tx, { provider: 'ponto', connectionId: id, refs: [ref] }),
    )
    events.push(eventOf(ref))
  }
  const headers = { 'x-signature': 'good' }
  const answer = () => half.call('POST', '/hooks/ponto', { key: null, body: events, headers })
  expect((await answer()).status).toBe(503)
  isBroken = false
  expect(await answer()).toMatchObject({ status: 200, body: { woken: 2, repeated: 3 } })
  expect(new Set(told).size).toBe(5)
  await half.close()
})

const unavailable = (): Error =>
  Object.assign(new Error('14 UNAVAILABLE'), { code: 14, details: '', metadata: {} })
