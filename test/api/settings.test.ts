import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as connections from '../../db/queries/connections.ts'
import * as oneTimeSecrets from '../../db/queries/one-time-secrets.ts'
import { withTenant } from '../../db/tenant.ts'
import { eventually } from '../support/eventually.ts'
import { aConnection } from './support/builders.ts'
import { receivedBy } from './support/workflow-of.ts'
import type { World } from './support/world.ts'
import { createWorld } from './support/world.ts'

let world: World

beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())

describe('settings', () => {
  test('the switch goes through the workflow with the person’s name beside it', async () => {
    const id = await aConnection(world)
    const answer = await world.call('PATCH', `/v1/connections/${id}`, {
      body: { autoSync: false },
      headers: { 'x-acting-user': encodeURIComponent('Zoë') },
    })
    expect(answer).toMatchObject({ status: 200, body: { autoSync: false } })
    const [update] = await receivedBy(world, id)
    expect(update).toMatchObject({ name: 'setAutoSync', input: { enabled: false } })
    const { requestId = '' } = (update?.input ?? {}) as { requestId?: string }
    const kept = await withTenant(world.pool, world.a.tenantId, (tx) =>
      oneTimeSecrets.take({ tx, vault: world.deps.vault }, 'person', requestId),
    )
    expect(JSON.parse(kept?.reveal() ?? '')).toEqual({ name: 'Zoë' })
  })

  test('the answer waits for the switch to be stored, so that the next reader finds it', async () => {
    const id = await aConnection(world)
    const path = `/v1/connections/${id}`
    const patched = world.call('PATCH', path, { body: { autoSync: false } })
    await eventually('The command', async () => (await receivedBy(world, id)).length === 1)
    await withTenant(world.pool, world.a.tenantId, (tx) =>
      connections.update(tx, id, { autoSync: false }),
    )
    const answer = await patched
    const seen = await world.call('GET', path)
    expect(seen.body['autoSync']).toBe(false)
    expect(answer.headers.get('etag')).toBe(seen.headers.get('etag'))
  })

  test('label and interval are rows; the workflow is told to look at a new interval', async () => {
    const id = await aConnection(world)
    await world.call('POST', `/v1/connections/${id}/syncs`)
    const body = { label: ' Main\u202e account ', syncIntervalSeconds: 7200 }
    const answer = await world.call('PATCH', `/v1/connections/${id}`, { body })
    expect(answer).toMatchObject({
      status: 200,
      body: { label: 'Main account', syncIntervalSeconds: 7200 },
    })
    expect(await receivedBy(world, id)).toContainEqual({
      name: 'providerEvent',
      input: { kind: 'settings' },
    })
  })

  test('an interval shorter than the provider’s shortest is refused with that number', async () => {
    const id = await aConnection(world)
    const answer = await world.call('PATCH', `/v1/connections/${id}`, {
      body: { syncIntervalSeconds: 5, label: 'x' },
    })
    expect(answer.status).toBe(400)
    expect(answer.body['errors']).toMatchObject([{ pointer: '/body/syncIntervalSeconds' }])
    expect(await world.call('GET', `/v1/connections/${id}`)).toMatchObject({ body: { label: '' } })
  })

  test('a change on top of an older version is refused; without a version the last one wins', async () => {
    const id = await aConnection(world)
    const etag = (await world.call('GET', `/v1/connections/${id}`)).headers.get('etag') ?? ''
    const patch = (label: string, headers: Record<string, string> = {}) =>
      world.call('PATCH', `/v1/connections/${id}`, { body: { label }, headers })
    expect((await patch('first', { 'if-match': etag })).status).toBe(200)
    expect(await patch('second', { 'if-match': etag })).toMatchObject({
      status: 412,
      body: { code: 'stale-version' },
    })
    expect((await patch('third')).body['label']).toBe('third')
  })

  test('an unchanged connection is not sent again', async () => {
    const id = await aConnection(world)
    const etag = (await world.call('GET', `/v1/connections/${id}`)).headers.get('etag') ?? ''
    const headers = { 'if-none-match': etag }
    expect((await world.call('GET', `/v1/connections/${id}`, { headers })).status).toBe(304)
  })
})
