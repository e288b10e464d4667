import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as linkFlows from '../../db/queries/link-flows.ts'
import * as oneTimeSecrets from '../../db/queries/one-time-secrets.ts'
import { withTenant } from '../../db/tenant.ts'
import { storeInstitution } from './support/builders.ts'
import { receivedBy, steer, workflowOf } from './support/workflow-of.ts'
import type { World } from './support/world.ts'
import { createWorld } from './support/world.ts'

interface Begun {
  connection: { id: string; state: string; openFlowId: string }
  flow: { id: string; state: string; kind: string; url?: string }
}

let world: World

beforeAll(async () => {
  world = await createWorld()
  await storeInstitution(world)
})
afterAll(() => world.close())

const returnUrl = 'https://erp.test/banks?company=7'
const wanted = { provider: 'ponto', institutionId: 'happy-bank', returnUrl }

const begin = (headers: Record<string, string> = {}) =>
  world.call<Begun>('POST', '/v1/connections', { body: wanted, headers })

describe('beginning a connection', () => {
  test('an unknown institution or provider is named by a pointer, and nothing is begun', async () => {
    const institution = await world.call('POST', '/v1/connections', {
      body: { ...wanted, institutionId: 'none' },
    })
    expect(institution.status).toBe(400)
    expect(institution.body['errors']).toMatchObject([{ pointer: '/body/institutionId' }])
    const provider = await world.call('POST', '/v1/connections', {
      body: { ...wanted, provider: 'other' },
    })
    expect(provider.body['errors']).toMatchObject([{ pointer: '/body/provider' }])
    expect(await world.call('GET', '/v1/connections')).toMatchObject({ body: { data: [] } })
  })

  test.each([
    'javascript:alert(1)',
    'https://user:secret@erp.test/',
    'ftp://erp.test/',
    'nonsense',
  ])('a return address like %s is refused', async (bad) => {
    const answer = await world.call('POST', '/v1/connections', {
      body: { ...wanted, returnUrl: bad },
    })
    expect(answer.status).toBe(400)
    expect(answer.body['errors']).toMatchObject([{ pointer: '/body/returnUrl' }])
  })

  test('the answer carries the page of the bank, which is shown once', async () => {
    const { status, body } = await begin()
    expect(status).toBe(202)
    expect(body.flow).toMatchObject({
      state: 'waiting',
      kind: 'link',
      url: `https://bank.test/consent?flow=${body.flow.id}`,
    })
    expect(body.connection).toMatchObject({ state: 'not_connected', openFlowId: body.flow.id })
    const again = await world.call('GET', `/v1/link-flows/${body.flow.id}`)
    expect(again.status).toBe(200)
    expect(again.body).not.toHaveProperty('url')
    expect(await receivedBy(world, body.connection.id)).toEqual([
      { name: 'beginLink', input: { flowId: body.flow.id } },
    ])
  })

  test('the chatter begins with who created the connection', async () => {
    const { body } = await begin({ 'x-acting-user': 'Anna' })
    const chatter = await world.call('GET', `/v1/connections/${body.connection.id}/messages`)
    expect(chatter.body['data']).toMatchObject([
      {
        kind: 'tracking',
        text: 'Online banking connection created',
        author: { kind: 'user', name: 'Anna' },
      },
    ])
  })

  test('the workflow is started with ids only, and support can find it', async () => {
    const { body } = await begin()
    const described = await workflowOf(world, body.connection.id).describe()
    expect(described.searchAttributes).toMatchObject({
      Provider: ['ponto'],
      TenantId: [world.a.tenantId],
      ConnectionState: ['not_connected'],
    })
    const history = JSON.stringify(await workflowOf(world, body.connection.id).fetchHistory())
    expect(history).not.toContain('bank.test')
    expect(history).not.toContain('erp.test')
  })

  test('a repetition with the same key is told the same connection without the page', async () => {
    const headers = { 'idempotency-key': randomUUID() }
    const first = await begin(headers)
    const second = await begin(headers)
    expect(second.status).toBe(202)
    expect(second.headers.get('idempotency-replayed')).toBe('true')
    expect(second.body.connection.id).toBe(first.body.connection.id)
    expect(first.body.flow.url).toBeDefined()
    expect(second.body.flow).toMatchObject({ id: first.body.flow.id })
    expect(second.body.flow).not.toHaveProperty('url')
  })

  test('a page that was not ready in time is shown by the flow later', async () => {
    const { body } = await begin()
    const { flow } = body
    await withTenant(world.pool, world.a.tenantId, (tx) =>
      oneTimeSecrets.store(
        { tx, vault: world.deps.vault },
        { purpose: 'link_url', id: flow.id, value: 'https://bank.test/later', ttlSeconds: 60 },
      ),
    )
    const readonly = await world.makeKey(world.a.tenantId, 'readonly')
    const seen = await world.call('GET', `/v1/link-flows/${flow.id}`, { key: readonly })
    expect(seen.body).not.toHaveProperty('url')
    // nothing is used up by somebody who only looks at the headers
    expect((await world.call('HEAD', `/v1/link-flows/${flow.id}`)).status).toBe(404)
    const shown = await world.call('GET', `/v1/link-flows/${flow.id}`)
    expect(shown.body).toMatchObject({ url: 'https://bank.test/later' })
  })
})

describe('coming back from the bank', () => {
  const stateOf = (flowId: string): string =>
    world.deps.vault.hmac('link-state', flowId).toString('base64url')

  const comeBack = (query: string) =>
    world.call('GET', `/callbacks/ponto?${query}`, { key: null, redirect: 'manual' })

  test('an unknown state gets a plain page that repeats nothing of the request', async () => {
    const answer = await comeBack('state=forged&code=abc%3Cscript%3E')
    expect(answer.status).toBe(400)
    expect(answer.headers.get('content-type')).toContain('text/html')
    expect(answer.text).not.toMatch(/forged|abc|<script/)
    expect((await comeBack('code=abc')).status).toBe(400)
    expect((await comeBack('state=a&state=b')).status).toBe(400)
  })

  test('the person is sent on, and the parameters wait encrypted for the workflow', async () => {
    const { body } = await begin()
    const answer = await comeBack(`state=${stateOf(body.flow.id)}&code=canary-code`)
    expect(answer.status).toBe(303)
    const location = new URL(answer.headers.get('location') ?? '')
    expect(location.origin).toBe('https://erp.test')
    expect(Object.fromEntries(location.searchParams)).toEqual({
      company: '7',
      flow: body.flow.id,
      result: 'received',
    })
    expect(await receivedBy(world, body.connection.id)).toContainEqual({
      name: 'completeLink',
      input: { flowId: body.flow.id },
    })
    const kept = await withTenant(world.pool, world.a.tenantId, (tx) =>
      oneTimeSecrets.take({ tx, vault: world.deps.vault }, 'completion', body.flow.id),
    )
    expect(JSON.parse(kept?.reveal() ?? '')).toMatchObject({ code: 'canary-code' })
    expect(world.logged.join('')).not.toContain('canary-code')
  })

  test('a state of one provider is worth nothing at another one’s address', async () => {
    const { body } = await begin()
    const answer = await world.call('GET', `/callbacks/plaid?state=${stateOf(body.flow.id)}`, {
      key: null,
      redirect: 'manual',
    })
    expect(answer.status).toBe(400)
  })

  test('a page loaded again after the flow has ended sends the person on and commands nothing', async () => {
    const { body } = await begin()
    const { tenantId } = world.a
    await withTenant(world.pool, tenantId, (tx) =>
      linkFlows.update(tx, body.flow.id, { state: 'linked' }),
    )
    expect((await comeBack(`state=${stateOf(body.flow.id)}&code=x`)).status).toBe(303)
    const names = (await receivedBy(world, body.connection.id)).map(({ name }) => name)
    expect(names).toEqual(['beginLink'])
  })

  test('the same parameters in another order are the same request', async () => {
    const { body } = await begin()
    const path = `/v1/link-flows/${body.flow.id}/completions`
    const headers = { 'idempotency-key': randomUUID() }
    const state = stateOf(body.flow.id)
    const handOver = (parameters: Record<string, string>) =>
      world.call('POST', path, { body: { parameters }, headers })
    expect((await handOver({ code: 'c', state })).status).toBe(202)
    const again = await handOver({ state, code: 'c' })
    expect(again.status).toBe(202)
    expect(again.headers.get('idempotency-replayed')).toBe('true')
  })

  test('a program that received the browser itself hands the parameters over', async () => {
    const { body } = await begin()
    const path = `/v1/link-flows/${body.flow.id}/completions`
    const answer = await world.call('POST', path, {
      body: { parameters: { code: 'c', state: stateOf(body.flow.id) } },
    })
    expect(answer.status).toBe(202)
    expect(await receivedBy(world, body.connection.id)).toContainEqual({
      name: 'completeLink',
      input: { flowId: body.flow.id },
    })
    await withTenant(world.pool, world.a.tenantId, (tx) =>
      linkFlows.update(tx, body.flow.id, { state: 'expired' }),
    )
    const late = await world.call('POST', path, { body: { parameters: {} } })
    expect(late).toMatchObject({ status: 409, body: { code: 'conflict', why: 'expired' } })
  })

  test('what comes back to a flow that a disconnection ended is handed over, so that it can be withdrawn', async () => {
    const { body } = await begin()
    await withTenant(world.pool, world.a.tenantId, (tx) =>
      linkFlows.update(tx, body.flow.id, { state: 'exited' }),
    )
    const path = `/v1/link-flows/${body.flow.id}/completions`
    const parameters = { code: 'c', state: stateOf(body.flow.id) }
    const answer = await world.call('POST', path, { body: { parameters } })
    expect(answer).toMatchObject({ status: 202, body: { state: 'exited' } })
    expect(await receivedBy(world, body.connection.id)).toContainEqual({
      name: 'completeLink',
      input: { flowId: body.flow.id },
    })
  })

  test('what belongs to another flow is refused, and the flow waits on for its own', async () => {
    const [{ body: one }, { body: other }] = await Promise.all([begin(), begin()])
    const path = `/v1/link-flows/${one.flow.id}/completions`
    for (const state of ['y', stateOf(other.flow.id)]) {
      const answer = await world.call('POST', path, { body: { parameters: { code: 'x', state } } })
      expect(answer).toMatchObject({ status: 400, body: { code: 'validation-failed' } })
      expect(answer.body['errors']).toMatchObject([{ pointer: '/body/parameters/state' }])
    }
    const kept = await withTenant(world.pool, world.a.tenantId, (tx) =>
      oneTimeSecrets.take({ tx, vault: world.deps.vault }, 'completion', one.flow.id),
    )
    expect(kept).toBeNull()
    expect((await receivedBy(world, one.connection.id)).map(({ name }) => name)).toEqual([
      'beginLink',
    ])
    const still = await world.call('GET', `/v1/link-flows/${one.flow.id}`)
    expect(still.body).toMatchObject({ state: 'waiting' })
    const without = await world.call('POST', path, { body: { parameters: { code: 'x' } } })
    expect(without.status).toBe(202)
  })

  test.each(['exited', 'expired', 'failed'] as const)(
    'after a first flow that has %s nobody is told that it is still open',
    async (state) => {
      const { body } = await begin()
      const { id } = body.connection
      const update = () =>
        world.call('POST', `/v1/connections/${id}/credential-updates`, { body: { returnUrl } })
      const open = await update()
      expect(open).toMatchObject({ status: 409, body: { why: 'not_connected' } })
      expect(open.body['detail']).toContain('still open')
      await withTenant(world.pool, world.a.tenantId, (tx) =>
        linkFlows.update(tx, body.flow.id, { state }),
      )
      const over = await update()
      expect(over).toMatchObject({ status: 409, body: { why: 'not_connected' } })
      expect(over.body['detail']).toContain('Begin a new one with "Reconnect"')
      await steer(world, id, 'refuse:not_connected')
      const sync = await world.call('POST', `/v1/connections/${id}/syncs`, { body: {} })
      expect(sync).toMatchObject({ status: 409, body: { why: 'not_connected' } })
      expect(sync.body['detail']).toBe(over.body['detail'])
    },
  )
})
